// @ts-check
/**
 * The base of both cards: the session with the kernel, the login's window, and the channels from
 * page to kernel. Nothing here knows a card.
 *
 * @typedef {Extract<import("./protocol").FromKernel, {type: "loopback"}>} Invitation
 */

import { PATIENCE_MS, newId, webAddress } from "../../widgets/static/parts.js";
import {
  findNeighbors, isEndpoint, loopbackServers, post, proves,
} from "./page_access.js";
import { watchKernel } from "../../widgets/static/heartbeat.js";

// ---- session: one per live model of a card, shared by all its views ----------------------------

export const KERNEL_GONE = "If a cell is running, wait for it. If the kernel was stopped, restarted, or "
  + "changed, run this cell again.";
const TICK_MS = 500;
/** After its time limit, a login whose end the kernel has not reported ends in the page. */
const LATE_MS = 15_000;
const FRESH_MS = 3000;
const MAX_CALL_MS = 15_000;
const MIN_PAUSE_MS = 2000;
const MAX_PAUSE_MS = 30_000;
const MAX_UNSENT = 100;

/**
 * A card's page: the state of its login, and the messages to and from the kernel. A subclass per
 * login.
 *
 * @template {{status: string}} T The traits.
 */
export class Session {
  /** Tells this page's sessions apart: after a reload the kernel's older models come back too. */
  pageId = newId();
  /** @type {string | null} The page that began the current run, if it is known and there. */
  owner = null;
  /** @type {Set<string>} This page, and others of this browser. */
  neighbors = new Set([this.pageId]);
  /** @type {string | null} The run that this page knows of, its own or one begun elsewhere. */
  run = null;
  /** @type {string | null} The authorization URL. */
  url = null;
  /** @type {string | null} The last click that was sent to the kernel, until its run ends. */
  request = null;
  /** @type {string | null} Port and path of this login on the loopback server. */
  endpoint = null;
  /** @type {string | null} Where that server was found, for `endpoint`. */
  server = null;
  /** @type {object[]} Messages that were sent over the comm, and not yet to that server. */
  unsent = [];
  /** Aborts all requests to that server. */
  calls = new AbortController();
  isCalling = false;
  /** @type {Invitation | null} The newest one that arrived during a call. */
  next = null;
  /** When to look for that server again, by performance.now(), and the length of that pause. */
  pause = { until: 0, length: MIN_PAUSE_MS };
  /** The smallest delay of an invitation so far; it includes the difference of the two clocks. */
  leastDelay = Infinity;
  wasShown = false;
  /** @type {Window | null} */
  popup = null;
  readsClosed = false;
  blocked = false;
  /** @type {number | null} The time limit, by performance.now(), as are `asked` and `lost`. */
  deadline = null;
  asked = performance.now();
  /** @type {number | null} When the kernel may have gone; null as soon as it sends a message. */
  lost = null;
  /** @type {string | null} What went wrong in the page itself. */
  problem = null;
  /** @type {T["status"] | null} Shown after a click until the kernel, which may be busy, reacts. */
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
      this.forget();
      this.settle();
      clearInterval(this.timer);
    }, { once: true });
    // A page that comes back from the browser's memory may have no kernel any more.
    window.addEventListener("pagehide", () => this.forget(), { signal });
    window.addEventListener("pageshow", (event) => event.persisted && this.hello(), { signal });
    findNeighbors(this.pageId, (pageId) => {
      if (this.neighbors.has(pageId)) return;
      this.neighbors.add(pageId);
      this.update();
    }, signal);
    this.watch = watchKernel({
      ping: () => this.send({ type: "ping" }),
      isWatched: () => this.goingOn.includes(this.status),
      onProbe: () => this.update(),
      onGone: () => this.onGone(),
      signal,
    });
    this.hello();
  }

  /** The kernel does not answer: end in the page what the kernel can no longer end. */
  onGone() {
    this.forget();
    this.settle();
    this.lost = null;
    this.problem = KERNEL_GONE;
    this.update();
  }

  /** @param {() => void} update Shows the state in a view. @param {AbortSignal} signal Ends it. */
  addView(update, signal) {
    if (this.wasShown && this.views.size === 0) this.hello();
    this.wasShown = true;
    this.views.add(update);
    signal.addEventListener("abort", () => {
      this.views.delete(update);
      if (this.views.size === 0) this.forget();
    }, { once: true });
    update();
  }

  /** @returns {T["status"]} */
  get status() {
    return this.ahead ?? this.model.get("status");
  }

  /** Whether the kernel has yet to answer a click. */
  get isAsking() {
    return false;
  }

  /** Whether another browser, which is still there, began the run that is going or connected. */
  get isOthers() {
    const shown = this.status === "connected" || this.goingOn.includes(this.status);
    return shown && this.owner !== null && !this.neighbors.has(this.owner);
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
    const active = this.goingOn.includes(this.status) || this.lost !== null || this.watch.isProbing();
    if (active && this.timer === undefined) {
      this.timer = setInterval(() => this.tick(), TICK_MS);
    } else if (!active) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    this.views.forEach((update) => update());
  }

  tick() {
    // A window whose page is isolated from its opener (COOP) reads closed while it is open: this is
    // a hint for the user, and never the end of a login.
    this.readsClosed = this.popup !== null && this.popup.closed;
    this.onLook();
    this.watch.check();
    if (this.lost !== null && performance.now() - this.lost > PATIENCE_MS) {
      return this.onGone();
    }
    const isLate = this.deadline !== null && performance.now() > this.deadline + LATE_MS;
    if (isLate && this.status !== "checking") return this.onGone();
    return this.update();
  }

  /** Called after each check of whether the window reads closed. */
  onLook() {}

  cancel() {
    // Before the kernel has answered a click, this page knows the run before it; null is the current.
    this.send({ type: "cancel", run: this.isAsking ? null : this.run });
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
    this.forget();
    this.hello();
    this.update();
  }

  onStatus() {
    const status = this.model.get("status");
    // A busy kernel still reports the beginning of what has been cancelled since.
    if (this.ahead === "cancelled" && this.goingOn.includes(status)) return;
    this.ahead = null;
    if (this.isOver) {
      this.forget();
      this.settle();
    }
    this.update();
  }

  /** Whether the kernel has ended the login; another attempt may begin. */
  get isOver() {
    const status = this.model.get("status");
    return status !== "idle" && !this.goingOn.includes(status);
  }

  /** Whether the kernel accepts messages at its loopback server. */
  get mayCall() {
    return !this.isOver;
  }

  /** @param {import("./protocol").FromKernel} message */
  onKernel(message) {
    this.watch.heard();
    this.lost = null;
    if (this.problem === KERNEL_GONE) this.problem = null;
    if (message.type === "owner") this.onOwner(message);
    else if (message.type === "loopback") void this.onLoopback(message);
    else if (message.type === "authorize") this.onAuthorize(message);
    else if (message.type === "time") this.onTime(message);
    else if (message.type === "failed" && message.request === this.request) this.settle();
    this.update();
  }

  /** @param {Extract<import("./protocol").FromKernel, {type: "owner"}>} message */
  onOwner({ page_id, is_here }) {
    if (page_id === this.pageId && !is_here) this.send({ type: "here", page_id });
    this.owner = is_here ? page_id : null;
    // After a takeover, the earlier user's window stays open, for them to finish or close it.
    if (this.owner !== null && !this.neighbors.has(this.owner)) this.popup = null;
  }

  /** Forget another browser's run, before a click of this one ends it. */
  takeOver() {
    this.url = this.owner = null;
  }

  /** @param {Invitation} message @returns {Promise<boolean>} Whether it is well formed. */
  async onLoopback(message) {
    const { port, path, ticket, challenge } = message;
    if (!isEndpoint(port, path, ticket, challenge)) return false;
    await this.call(message);
    return true;
  }

  /** @param {Extract<import("./protocol").FromKernel, {type: "authorize"}>} _message */
  onAuthorize(_message) {}

  /** @param {Extract<import("./protocol").FromKernel, {type: "time"}>} _message */
  onTime(_message) {}

  /**
   * Send the messages that the comm may not have delivered, after the kernel's invitation over it.
   *
   * Another program that has the port after the kernel would receive the messages and, through the
   * notebook's proxy, its cookie. So an old invitation does not count, for example after the
   * computer has slept, and nothing is sent before the server has proved to be the kernel's.
   *
   * @param {Invitation} invitation
   */
  async call(invitation) {
    const { port, path, challenge, answer, sent } = invitation;
    const endpoint = `${port}/${path}`;
    if (endpoint !== this.endpoint) {
      if (this.endpoint !== null) this.forget(); // of another kernel, or login
      this.endpoint = endpoint;
    }
    const now = performance.now();
    const isHidden = this.wasShown && this.views.size === 0;
    const isDone = this.server !== null && this.unsent.length === 0;
    if (!this.isFresh(sent) || isHidden || isDone || !this.mayCall) return;
    if (now < this.pause.until) return;
    if (this.isCalling) {
      this.next = invitation;
      return;
    }
    this.isCalling = true;
    const { calls, unsent } = this;
    const signal = AbortSignal.any([calls.signal, AbortSignal.timeout(MAX_CALL_MS)]);
    const mayCall = () => !signal.aborted && performance.now() - now < FRESH_MS;
    const hello = { type: "hello", page_id: this.pageId, origin: location.origin, id: newId() };
    let found = null;
    for (const server of this.server ? [this.server] : loopbackServers(port)) {
      if (!mayCall() || !(await proves(server, challenge, answer, signal)) || !mayCall()) continue;
      const here = `${server}${path}/`;
      // So that the kernel knows of a page whose user can press the button.
      if (this.server === null && !(await post(here, hello, signal))) continue;
      found = server;
      while (unsent[0] && mayCall() && await post(here, unsent[0], signal)) unsent.shift();
      break;
    }
    if (calls.signal.aborted) return; // another one may be going on
    this.isCalling = false;
    this.server = found;
    if (found === null) {
      this.pause.until = performance.now() + this.pause.length;
      this.pause.length = Math.min(2 * this.pause.length, MAX_PAUSE_MS);
    }
    this.update();
    const { next } = this;
    this.next = null;
    if (next !== null) await this.call(next);
  }

  /**
   * Whether an invitation took little longer than the fastest one.
   *
   * @param {number} sent When the kernel sent it, in seconds by the kernel's clock.
   */
  isFresh(sent) {
    const delay = Date.now() - sent * 1000;
    this.leastDelay = Math.min(this.leastDelay, delay);
    return delay - this.leastDelay < FRESH_MS;
  }

  /** Forget where the kernel's loopback server is: the kernel may be gone, or the login over. */
  forget() {
    this.calls.abort();
    this.calls = new AbortController();
    this.isCalling = false;
    this.endpoint = this.server = this.next = null;
    this.unsent = [];
    this.pause = { until: 0, length: MIN_PAUSE_MS };
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
   * @param {string} run @param {string} url @param {number | null} seconds
   * @param {string} problem Is shown if no browser should open the URL.
   * @returns {string | null} The address if it is news: it arrives over two channels.
   */
  takeAddress(run, url, seconds, problem) {
    const address = webAddress(url);
    if (address === null) {
      this.closeWindow();
      this.problem = problem;
      return null;
    }
    const isNew = run !== this.run || address !== this.url;
    this.keepUp(run, seconds);
    this.url = address;
    return isNew ? address : null;
  }

  /**
   * Send a message to the kernel over every channel; the kernel handles each id once.
   *
   * @param {import("./protocol").FromPage} message
   */
  send(message) {
    const numbered = { ...message, id: newId() };
    const isKept = message.type !== "hello" && message.type !== "ping";
    if (isKept && this.unsent.length < MAX_UNSENT) this.unsent.push(numbered);
    // As a buffer: a kernel that logs everything would log the code in a message.
    const { address, ...rest } = /** @type {{address?: string}} */ (numbered);
    const buffers = address === undefined ? [] : [new TextEncoder().encode(address)];
    try {
      this.model.send(rest, undefined, buffers);
    } catch {
      this.forget();
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

/**
 * Fill in the texts of a state.
 *
 * @param {Record<string, string>} texts @param {Record<string, string>} values By name.
 * @returns {Record<string, string>}
 */
export function fill(texts, values) {
  const filled = Object.entries(texts).map(([part, text]) => (
    [part, text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "")]));
  return Object.fromEntries(filled);
}

/** @param {number | null} deadline */
export function timeLeft(deadline) {
  if (deadline === null) return "";
  const seconds = Math.max(0, Math.ceil((deadline - performance.now()) / 1000));
  return `Time left ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
