// @ts-check
/**
 * Whether the kernel still answers. A send on a model without a comm does not fail, and no event
 * tells that a server has ended the kernel: only an answer counts.
 */

const PING_MS = 5000;
const GONE_MS = 15_000;
/** After so long without a check, the computer slept, or the browser paused the page's timers. */
const PAUSED_MS = 10_000;

/**
 * Watch the kernel. Each message of the kernel counts as an answer, also those that a busy kernel
 * sends from another thread.
 *
 * @param {object} options
 * @param {() => void} options.ping Ask the kernel for an answer.
 * @param {() => boolean} options.isWatched Whether something depends on the kernel now.
 * @param {() => void} options.onProbe An answer is awaited now: call `check` regularly.
 * @param {() => void} options.onGone The kernel has not answered for 15 seconds.
 * @param {AbortSignal} options.signal Ends it.
 * @returns {{heard: () => void, check: () => void, isProbing: () => boolean}} `heard` is to be called
 *   with each message of the kernel, `check` regularly while it is watched or probed.
 */
export function watchKernel({ ping, isWatched, onProbe, onGone, signal }) {
  let answered = performance.now();
  let checked = answered;
  let asked = -Infinity;
  /** Whether an answer is awaited although nothing depends on the kernel. */
  let isProbing = true; // to the page's hello
  const check = () => {
    const now = performance.now();
    if (now - checked > PAUSED_MS || !(isProbing || isWatched())) answered = now;
    checked = now;
    if (!(isProbing || isWatched())) return;
    if (now - answered > GONE_MS) {
      isProbing = false;
      answered = now;
      onGone();
    } else if (now - answered > PING_MS && now - asked > PING_MS) {
      asked = now;
      ping();
    }
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    isProbing = true;
    checked = answered = asked = performance.now();
    ping();
    onProbe();
  }, { signal });
  const heard = () => {
    answered = performance.now();
    isProbing = false;
  };
  return { heard, check, isProbing: () => isProbing };
}
