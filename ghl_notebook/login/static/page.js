// @ts-check
/**
 * The login page: it hosts the card without a notebook. The kernel sends server-sent events, and
 * receives the messages that are posted to this page's own address.
 *
 * The events are one response for the whole life of the page, not an EventSource, which would
 * reconnect: after their end the kernel is gone, and its port may be a stranger's. Then nothing is
 * sent any more.
 *
 * @typedef {import("./protocol").Traits} Traits
 * @typedef {import("./protocol").FromKernel} FromKernel
 * @typedef {(value?: unknown) => void} Handler
 */

import widget from "./card.js";

const MAX_REPORTED = 20;
const MAX_CHARS = 16_384;

class KernelModel {
  /** @type {Partial<Traits>} */
  traits = {};
  /** @type {Set<[string, Handler]>} */
  handlers = new Set();
  /** Whether the kernel is there, as far as we know. */
  isLive = true;

  /** @param {keyof Traits} name */
  get(name) {
    return this.traits[name];
  }

  /** @param {string} name @param {Handler} handler */
  on(name, handler) {
    this.handlers.add([name, handler]);
  }

  /** @param {string} name @param {Handler} handler */
  off(name, handler) {
    for (const entry of this.handlers) {
      if (entry[0] === name && entry[1] === handler) this.handlers.delete(entry);
    }
  }

  /** @param {string} name @param {unknown} [value] */
  emit(name, value) {
    for (const [known, handler] of [...this.handlers]) if (known === name) handler(value);
  }

  /** @param {unknown} message */
  async send(message) {
    if (!this.isLive) return;
    // Without an id: another page of this browser looks like another user's page.
    const anonymous = { .../** @type {object} */ (message), page_id: "" };
    try {
      await ask("./", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(anonymous),
      });
    } catch {
      // The events end as well, and the card shows it.
    }
  }

  /** @param {Partial<Traits>} traits */
  set(traits) {
    const names = /** @type {(keyof Traits)[]} */ (Object.keys(traits));
    const changed = names.filter(
      (name) => JSON.stringify(this.traits[name]) !== JSON.stringify(traits[name]),
    );
    Object.assign(this.traits, traits);
    changed.forEach((name) => this.emit(`change:${name}`));
  }
}

const model = new KernelModel();
const life = new AbortController();
let isShown = false;
let reported = 0;

/**
 * The kernel's messages, until it is gone or has closed this login.
 *
 * @returns {AsyncGenerator<FromKernel | {type: "traits", traits: Traits}>}
 */
async function* events() {
  let rest = "";
  try {
    const { body } = await ask("events", { headers: { Accept: "text/event-stream" } });
    const reader = /** @type {ReadableStream<BufferSource>} */ (body)
      .pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) return;
      const parts = (rest + value).split("\n\n");
      rest = /** @type {string} */ (parts.pop());
      for (const part of parts) if (part.startsWith("data: ")) yield JSON.parse(part.slice(6));
    }
  } catch {
    // As at their end.
  }
}

/** @param {FromKernel | {type: "traits", traits: Traits}} message */
function onKernel(message) {
  if (message.type === "report_messages") return reportMessages();
  // This page belongs to whoever has opened it, and so does the login.
  if (message.type === "owner") return undefined;
  if (message.type !== "traits") return model.emit("msg:custom", message);
  model.set({ ...message.traits, separate_page: false, // this page is the separate one
    choices: [], attached: [] }); // the notebook's card attaches accounts
  if (!isShown) show();
  if (model.get("status") === "connected") {
    /** @type {HTMLElement} */ (document.getElementById("after")).hidden = false;
  }
}

/** @param {string} address @param {RequestInit} request */
function ask(address, request) {
  // What a browser sends along for a host goes to all its ports. A proxy, at a longer path, needs
  // its own.
  const isDirect = location.hostname === "127.0.0.1" && location.pathname.split("/").length === 3;
  return fetch(address, {
    ...request,
    credentials: isDirect ? "omit" : "same-origin",
    cache: "no-store",
    redirect: "error",
    signal: life.signal,
  });
}

function show() {
  isShown = true;
  const { signal } = life;
  const el = /** @type {HTMLElement} */ (document.querySelector("main"));
  const host = /** @type {any} */ ({ model, el, signal });
  const card = /** @type {any} */ (widget)();
  card.initialize(host);
  card.render(host);
  const verb = model.get("reconnect") ? "Reconnect" : "Connect";
  const platform = model.get("platform_name");
  document.title = platform ? `${verb} ${platform} to GoHighLevel` : "Log in to GoHighLevel";
}

/**
 * Report every message to the kernel, also those that the card ignores. The kernel requests it to
 * verify how the service behaves, and not for an ordinary login.
 */
function reportMessages() {
  addEventListener("message", ({ source, origin, data }) => {
    if (source === window || reported >= MAX_REPORTED) return;
    reported += 1;
    const isOurs = source !== null && windowsOfThePage()?.has(source);
    const from = isOurs ? "popup" : "other";
    const small = isSmall(data) ? data : null; // a page may post megabytes
    void model.send({ type: "raw_message", origin, source: from, data: small });
  }, { signal: life.signal });
}

/** @param {unknown} data Whether it is short enough for the kernel to read. */
function isSmall(data) {
  try {
    return (JSON.stringify(data) ?? "").length <= MAX_CHARS;
  } catch {
    return false; // it contains itself, for instance
  }
}

/** @returns {WeakMap<object, string> | undefined} The windows that the card has opened. */
function windowsOfThePage() {
  return /** @type {any} */ (globalThis)[Symbol.for("ghl_notebook.windows")];
}

addEventListener("pagehide", () => life.abort(), { once: true });

for await (const message of events()) onKernel(message);
model.isLive = false;
if (model.get("status") !== "connected") model.emit("comm_live_update");
