// @ts-check
/**
 * The page that shows a card: what it is, which others there are, what it may open, and how it
 * reaches the loopback server.
 */

const PROOF = "Kernel-Proof";
const PAGES = "ghl_notebook.pages";

/** @param {number} port @param {...string} words Whether an invitation is well formed. */
export function isEndpoint(port, ...words) {
  return Number.isInteger(port) && port > 0 && port < 65536
    && words.every((word) => /^[\w-]+$/.test(word));
}

/**
 * Addresses at which the kernel's loopback server may be reachable, the likeliest first. A kernel on
 * this computer is reached directly; another one, or one in a container, through the notebook's own
 * server, which forwards requests if it has jupyter-server-proxy.
 *
 * @param {number} port
 */
export function loopbackServers(port) {
  const proxied = notebookServer(`proxy/${port}/`);
  // A browser asks its user before a public page may call this computer, and often refuses.
  return isHere() ? [onThisComputer(port), ...proxied] : proxied;
}

/** Whether this page was served, as far as it can tell, by the computer that it is shown on. */
export function isHere() {
  return ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname) || isWebview();
}

/** @param {string} path @returns {string[]} The address below the notebook's own server, if any. */
export function notebookServer(path) {
  // Only a script element counts: a notebook's outputs can add any other element with this id.
  const config = document.querySelector("script#jupyter-config-data")?.textContent;
  try {
    /** @type {{baseUrl?: string}} */
    const { baseUrl } = config ? JSON.parse(config) : {};
    const address = baseUrl ? new URL(`${baseUrl}${path}`, location.origin) : null;
    return address?.origin === location.origin ? [address.href] : [];
  } catch {
    return [];
  }
}

/** @param {number} port */
export function onThisComputer(port) {
  return `http://127.0.0.1:${port}/`;
}

/** A window that opens from a sandboxed frame may be in the sandbox too, and show an error only. */
export function isFramed() {
  return window.parent !== window;
}

/** VS Code's frame for outputs: it opens no windows, and hands links to the system's browser. */
export function isWebview() {
  return location.protocol === "vscode-webview:" || "vscodeThemeKind" in document.body.dataset;
}

/**
 * Ask a server for the answer that only the kernel knows, before anything is sent to it.
 *
 * @param {string} server @param {string} challenge @param {string} answer @param {AbortSignal} signal
 */
export async function proves(server, challenge, answer, signal) {
  try {
    const response = await ask(`${server}prove/${challenge}`, { method: "HEAD", signal });
    return response.ok && response.headers.get(PROOF) === answer;
  } catch {
    return false; // not reachable from here
  }
}

/**
 * @param {string} address @param {object} message @param {AbortSignal} signal
 * @returns {Promise<boolean>} Whether the loopback server has accepted it.
 */
export async function post(address, message, signal) {
  try {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify(message);
    return (await ask(address, { method: "POST", headers, body, signal })).status === 204;
  } catch {
    return false; // closed since: the comm delivers the same message later
  }
}

/** @param {string} address @param {RequestInit} request */
export function ask(address, request) {
  return fetch(address, {
    ...request,
    // The notebook's own proxy needs the browser's credentials; nobody else gets any.
    credentials: address.startsWith(`${location.origin}/`) ? "same-origin" : "omit",
    cache: "no-store",
    redirect: "error",
    referrerPolicy: "no-referrer",
  });
}

/**
 * @param {string | null} url Null: a blank one, whose address comes later.
 * @param {string} note The text of a blank one.
 * @param {boolean} hasOpener Whether its pages can post to this one; then they can lead this tab
 *   elsewhere, too. Without, it has to be a blank one.
 * @returns {Window | null} Null if the browser opened none.
 */
export function openWindow(url, note, hasOpener) {
  const [width, height] = [600, 760];
  const left = Math.round(screenX + Math.max(0, outerWidth - width) / 2);
  const top = Math.round(screenY + Math.max(0, outerHeight - height) / 2);
  // Never noopener, which gives no handle.
  const features = `popup,width=${width},height=${height},left=${left},top=${top}`;
  let popup = null;
  try {
    popup = window.open(url ?? "about:blank", "_blank", features);
  } catch {
    // Firefox throws in a frame that may open no windows, where others give null.
  }
  if (!popup || popup.closed) return null;
  if (!hasOpener) {
    try {
      popup.opener = null;
    } catch {
      popup.close(); // a window that is not ours to change
      return null;
    }
  }
  if (url === null) {
    try {
      popup.document.title = note;
      popup.document.documentElement.style.colorScheme = "light dark";
      popup.document.body.style.font = "16px/1.5 system-ui, sans-serif";
      popup.document.body.textContent = note;
    } catch {
      // Some front ends give a window that cannot be written to: the note is a courtesy.
    }
  }
  return popup;
}

/**
 * Find out which other pages this browser has: those of one user, in most cases.
 *
 * @param {string} pageId @param {(pageId: string) => void} found @param {AbortSignal} signal
 */
export function findNeighbors(pageId, found, signal) {
  try {
    const channel = new BroadcastChannel(PAGES);
    channel.addEventListener("message", ({ data }) => {
      if (typeof data?.pageId !== "string") return;
      found(data.pageId);
      if (data.asks === true) channel.postMessage({ pageId, asks: false });
    }, { signal });
    signal.addEventListener("abort", () => channel.close(), { once: true });
    channel.postMessage({ pageId, asks: true });
  } catch {
    // Not allowed in this frame: every other page then counts as another user's.
  }
}
