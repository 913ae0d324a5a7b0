// @ts-check
/**
 * What the cards of all logins have in common: the session with the kernel, the window, and the ways
 * from the page to the kernel. Nothing here knows a card.
 */

import { PATIENCE_MS, newId } from "../../widgets/static/parts.js";

// ---- session: one per live model of a card, shared by all its views ----------------------------

export const KERNEL_GONE = "The kernel is not connected: run the cell again.";
const TICK_MS = 500;
const MOST_EARLY = 100;

/**
 * What a card's page holds of a login, and how it talks with the kernel. What kind of login it is,
 * a subclass says.
 *
 * @template {{status: string}} T The traits.
 */
export class Session {
  /** Tells this page's sessions apart: after a reload the kernel's older models come back too. */
  pageId = newId();
  /** @type {string | null} The run that this page knows of, its own or one begun elsewhere. */
  run = null;
  /** @type {string | null} The authorization URL. */
  url = null;
  /** @type {string | null} The last click that the kernel was told of, until its run ends. */
  request = null;
  /** @type {string | null} Where the kernel's loopback server has this login. */
  loopback = null;
  /** @type {string | null} What `loopback` was found for. */
  door = null;
  /** @type {object[] | null} What was said by the comm alone, until `loopback` has been looked for. */
  early = [];
  /** @type {Window | null} */
  popup = null;
  readsClosed = false;
  blocked = false;
  /** @type {number | null} On the clock of performance.now(), as `asked` and `lost`. */
  deadline = null;
  asked = performance.now();
  /** @type {number | null} Since when the kernel has not been heard though it should have been. */
  lost = null;
  /** @type {string | null} What went wrong in the page itself. */
  problem = null;
  /** @type {T["status"] | null} Shown from the click until the kernel, which may be busy, says more. */
  ahead = null;
  /** @type {Set<() => void>} */
  views = new Set();
  /** @type {number | undefined} */
  timer = undefined;

  /**
   * @param {import("@anywidget/types").AnyModel<T>} model
   * @param {AbortSignal} signal
   * @param {readonly (keyof T & string)[]} shown The traits that are shown, but for `status`.
   * @param {readonly T["status"][]} goingOn The states in which a window may be open.
   */
  constructor(model, signal, shown, goingOn) {
    this.model = model;
    this.goingOn = goingOn;
    const update = () => this.update();
    const onStatus = () => this.onStatus();
    const onKernel = (/** @type {import("./protocol").FromKernel} */ m) => this.onKernel(m);
    // ipywidgets' own event, when a kernel was restarted, has died, or is back.
    const onLive = () => this.onLive();
    shown.forEach((name) => model.on(`change:${name}`, update));
    model.on("change:status", onStatus);
    model.on("msg:custom", onKernel);
    model.on("comm_live_update", onLive);
    signal.addEventListener("abort", () => {
      shown.forEach((name) => model.off(`change:${name}`, update));
      model.off("change:status", onStatus);
      model.off("msg:custom", onKernel);
      model.off("comm_live_update", onLive);
      this.views.clear();
      this.settle();
      clearInterval(this.timer);
    }, { once: true });
    this.hello();
  }

  /** @returns {T["status"]} */
  get status() {
    return this.ahead ?? this.model.get("status");
  }

  /** Whether the kernel has yet to answer a click. */
  get isAsking() {
    return false;
  }

  get isGone() {
    return this.problem === KERNEL_GONE && this.status !== "connected";
  }

  get sinceClick() {
    return performance.now() - this.asked;
  }

  hello() {
    this.send({ type: "hello", page_id: this.pageId, origin: location.origin });
  }

  update() {
    const active = this.goingOn.includes(this.status) || this.lost !== null;
    if (active && this.timer === undefined) {
      this.timer = setInterval(() => this.tick(), TICK_MS);
    } else if (!active) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    this.views.forEach((paint) => paint());
  }

  tick() {
    // A login page that cut the tie to its opener reads closed while it is open: this is a hint to
    // the user, and never the end of a login.
    this.readsClosed = this.popup !== null && this.popup.closed;
    this.onLook();
    if (this.lost !== null && performance.now() - this.lost > PATIENCE_MS) {
      this.settle();
      this.lost = null;
      this.problem = KERNEL_GONE;
    }
    this.update();
  }

  /** The window was looked at. */
  onLook() {}

  cancel() {
    this.send({ type: "cancel", run: this.run });
    this.settle();
    this.ahead = /** @type {T["status"]} */ ("cancelled");
    this.update();
  }

  linkFollowed() {
    this.blocked = false;
    this.update();
  }

  onLive() {
    this.lost ??= performance.now();
    this.hello();
    this.update();
  }

  onStatus() {
    const status = this.model.get("status");
    // A busy kernel still reports the beginning of what has been cancelled since.
    if (this.ahead === "cancelled" && this.goingOn.includes(status)) return;
    this.ahead = null;
    if (status !== "idle" && !this.goingOn.includes(status)) this.settle();
    this.update();
  }

  /** @param {import("./protocol").FromKernel} message */
  onKernel(message) {
    this.lost = null;
    if (this.problem === KERNEL_GONE) this.problem = null;
    this.onMessageOfKernel(message);
    this.update();
  }

  /** @param {import("./protocol").FromKernel} _message */
  onMessageOfKernel(_message) {}

  /**
   * Find the way to the kernel's loopback server.
   *
   * @param {number} port @param {string} path Of this login.
   * @returns {Promise<boolean>} False if another one has been named meanwhile.
   */
  async findLoopback(port, path) {
    const door = `${port}/${path}`;
    if (door === this.door) return true;
    if (this.door !== null) this.early = []; // said to another kernel, or to an earlier login
    this.door = door;
    this.loopback = null;
    // The first hello: so that the kernel learns that somebody can press the button.
    const hello = { type: "hello", page_id: this.pageId, origin: location.origin, id: newId() };
    for (const server of loopbackServers(port)) {
      const found = await post(`${server}${path}/`, hello);
      if (this.door !== door) return false;
      if (!found) continue;
      this.loopback = `${server}${path}/`;
      break;
    }
    // The user may be quicker than the server, and a busy kernel does not read the comm.
    const [early, server] = [this.early ?? [], this.loopback];
    this.early = null;
    if (server) for (const message of early) await post(server, message);
    return this.door === door;
  }

  /**
   * A run is going on, in this page or another one.
   *
   * @param {string | null} run @param {number | null} seconds Until its time limit.
   */
  keepUp(run, seconds) {
    this.run = run;
    this.deadline = seconds === null ? null : performance.now() + seconds * 1000;
  }

  /**
   * The authorization URL has come.
   *
   * @param {string} run @param {string} address @param {number | null} seconds
   * @returns {boolean} Whether that is news: it is said by two ways.
   */
  takeAddress(run, address, seconds) {
    const isNew = run !== this.run || address !== this.url;
    this.keepUp(run, seconds);
    this.url = address;
    return isNew;
  }

  /**
   * Say something to the kernel by every way there is; by its id it is taken once.
   *
   * @param {import("./protocol").ToKernel} message
   */
  send(message) {
    const numbered = { ...message, id: newId() };
    if (this.loopback !== null) void post(this.loopback, numbered);
    else if (this.early && this.early.length < MOST_EARLY && message.type !== "hello") {
      this.early.push(numbered);
    }
    // As a buffer: of a message itself a kernel that logs everything would log the code.
    const { address, ...rest } = /** @type {{address?: string}} */ (numbered);
    const buffers = address === undefined ? [] : [new TextEncoder().encode(address)];
    try {
      this.model.send(rest, undefined, buffers);
    } catch {
      this.settle();
      this.problem = KERNEL_GONE;
    }
  }

  /** Forget the authorization URL and its window. The number of the run stays. */
  settle() {
    this.closeWindow();
    this.url = this.request = this.deadline = this.problem = this.ahead = null;
  }

  closeWindow() {
    this.popup?.close();
    this.popup = null;
    this.readsClosed = this.blocked = false;
  }
}

/** @param {number | null} deadline */
export function timeLeft(deadline) {
  if (deadline === null) return "";
  const seconds = Math.max(0, Math.ceil((deadline - performance.now()) / 1000));
  return `Time left ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// ---- the page, and the ways from it ------------------------------------------------------------

/** @param {number} port @param {...string} words Whether it is what our kernel says of its server. */
export function isDoor(port, ...words) {
  return Number.isInteger(port) && port > 0 && port < 65536
    && words.every((word) => /^[\w-]+$/.test(word));
}

/**
 * Where the kernel's loopback server may be reached, the likeliest first. A kernel on this computer
 * is there directly; another one, or one in a container, is behind the notebook's own server, which
 * hands requests on if it has jupyter-server-proxy.
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
  // A script, because what is displayed in a notebook may bring any other element.
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

/** @param {string} address @param {object} message Whether the loopback server has taken it. */
export async function post(address, message) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(message),
      credentials: address.startsWith(location.origin) ? "same-origin" : "omit",
      keepalive: true,
    });
    return answer.status === 204;
  } catch {
    // Not reachable from here, or closed since: the comm says the same as soon as it is heard.
    return false;
  }
}

/**
 * @param {string | null} url Null: a blank one, whose address comes later.
 * @param {string} note What stands in a blank one.
 * @returns {Window | null} Null where the browser gave no window.
 */
export function openWindow(url, note) {
  const [width, height] = [600, 760];
  const left = Math.round(screenX + Math.max(0, outerWidth - width) / 2);
  const top = Math.round(screenY + Math.max(0, outerHeight - height) / 2);
  // Never noopener: the result comes back over the opener.
  const features = `popup,width=${width},height=${height},left=${left},top=${top}`;
  let popup = null;
  try {
    popup = window.open(url ?? "about:blank", "_blank", features);
  } catch {
    // Firefox throws in a frame that may open no windows, where others give null.
  }
  if (!popup || popup.closed) return null;
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
