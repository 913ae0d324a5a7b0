// @ts-check
/**
 * The state of a login that connects one social account, and what only a page can do for it: it
 * opens the window inside the click, and receives the window's message.
 *
 * @typedef {import("./protocol").FoundLogin} FoundLogin
 * @typedef {import("./protocol").FromKernel} FromKernel
 * @typedef {import("./protocol").Traits} Traits
 */

import { Session } from "./session.js";
import { isWebview, onThisComputer, openWindow } from "./page_access.js";
import { MAX_CHARS, readClaim } from "./claim.js";
import { CARD_STATES, CONTROLS } from "./connect_texts.js";
import { PATIENCE_MS, newId } from "../../widgets/static/parts.js";

const SHOWN_TRAITS = /** @type {const} */ ([
  "platform_name", "location_id", "location_name", "user_id", "user_name", "error", "notice",
  "account_names", "can_recheck", "watches_accounts", "found", "choices", "is_attaching", "attached",
]);
const PASTE_AFTER_MS = 30_000;
const MAX_CLAIMS = 20;

/** @extends {Session<Traits>} */
export class ConnectSession extends Session {
  /** Whether the last click still waits for an address. */
  unanswered = false;
  /** @type {string | null} One-time address of the login page outside of this front end. */
  outside = null;
  /** Whether a click in this page began, or reopened, the current run. */
  begun = false;
  /** @type {Window[]} Kept from being collected, and so in `windowsOfThePage`. */
  opened = [];
  /** How many messages of each kind of window were sent to the kernel in this run. */
  claims = { popup: 0, other: 0 };
  /** @type {string | null} The run whose lost window was reported to the kernel. */
  reportedLost = null;
  /** Whether the user has followed the link out of this front end. */
  isElsewhere = false;

  /** @param {import("@anywidget/types").AnyModel<Traits>} model @param {AbortSignal} signal */
  constructor(model, signal) {
    super(model, signal, SHOWN_TRAITS, ["starting", "waiting", "checking"]);
    window.addEventListener("message", (event) => this.onMessage(event), { signal });
  }

  get isAsking() {
    return this.begun && this.unanswered;
  }

  /** Whether the login's window gets no handle to this page; then it cannot report to it either. */
  get isSeparate() {
    return this.model.get("separate_page");
  }

  get kernelIsSilent() {
    return this.ahead !== null && this.sinceClick > PATIENCE_MS;
  }

  /** The logins that the user is asked about. */
  get found() {
    return this.status === "waiting" && !this.isOthers ? this.model.get("found") : [];
  }

  /** What the card offers to attach; null: it asks for nothing. */
  get choices() {
    const choices = this.model.get("choices");
    const isLive = this.problem === null && !this.isOthers;
    return this.status === "connected" && isLive && choices.length ? choices : null;
  }

  get mayCall() {
    return super.mayCall || this.choices !== null;
  }

  /** @param {number[]} numbers Of the choices that are ticked. */
  attach(numbers) {
    const all = this.model.get("choices");
    const origins = numbers.flatMap((n) => all[n]?.origin_id ?? []);
    this.send({ type: "attach", origin_ids: origins });
  }

  /** Whether to offer the field for an account id: the window may no longer report. */
  get mayPaste() {
    if (this.isOthers || this.found.length) return false;
    if (this.status === "timed_out") return !this.isGone;
    return !this.isGone && this.status === "waiting" && (!this.begun || this.readsClosed || this.blocked
      || this.isElsewhere || this.sinceClick > PASTE_AFTER_MS);
  }

  /**
   * The click on Connect, Reopen, Try again or Take over. The window must open before anything is
   * awaited.
   *
   * @param {boolean} [takesOver] Whether it ends what another browser has begun.
   */
  begin(takesOver = false) {
    if (takesOver) this.takeOver();
    const reopened = this.begun && this.url !== null;
    const request = newId();
    this.closeWindow();
    this.problem = null;
    this.isElsewhere = false;
    const first = this.isSeparate ? null : this.url;
    this.popup = openWindow(first, CARD_STATES.starting.text, !this.isSeparate);
    // Firefox runs other events of the page while it opens a window, so the address may have come.
    if (first === null && this.url !== null) this.popup?.location.replace(this.url);
    this.blocked = this.popup === null;
    if (this.popup) {
      this.opened.push(this.popup);
      windowsOfThePage().set(this.popup, (this.url && this.run) ?? request);
    }
    // The same login page once more: the run continues, and its first window may still report.
    if (reopened) return this.update();
    this.request = request;
    this.begun = this.unanswered = true;
    this.asked = performance.now();
    const next = this.url ? "waiting" : "starting";
    this.ahead = next === this.model.get("status") ? null : next;
    this.send({
      type: "begin", page_id: this.pageId, request, takes_over: takesOver,
      ...(this.url !== null && { prefetched: true, run: this.run }),
    });
    this.update();
  }

  recheck() {
    this.send({ type: "recheck", run: this.run });
  }

  /** @param {FoundLogin} login The user's own. @param {number[]} numbers Of its choices. */
  mine({ account_id, choices }, numbers) {
    const origins = numbers.flatMap((n) => choices[n]?.origin_id ?? []);
    this.send({ type: "mine", run: this.run, account_id, origin_ids: origins });
  }

  notMine() {
    this.send({ type: "not_mine", run: this.run });
  }

  /** @param {string} text An account id, as the user has entered it. */
  paste(text) {
    if (text.trim()) this.send({ type: "paste", account_id: text.slice(0, MAX_CHARS) });
  }

  linkFollowed() {
    this.isElsewhere = true;
    this.reportLost();
    super.linkFollowed();
  }

  onLook() {
    this.reportLost();
  }

  /** Only then may the kernel use the accounts list, in which a new login may be anybody's. */
  reportLost() {
    const isLost = this.readsClosed || this.isElsewhere || (this.isSeparate && this.begun)
      // Begun in another tab, which has the window, or here, before the page was loaded again.
      || (!this.begun && this.status === "waiting" && this.sinceClick > PASTE_AFTER_MS);
    if (!isLost || this.isOthers || this.run === null || this.run === this.reportedLost) return;
    this.reportedLost = this.run;
    this.send({ type: "window_lost", run: this.run });
  }

  /** @param {Extract<FromKernel, {type: "authorize"}>} message */
  onAuthorize({ request, run, url, seconds_left }) {
    if (request !== this.request) {
      if (request === null || run === this.run) return;
      // Another tab's click has begun this run, and the kernel has only one run at a time.
      this.settle();
      return this.keepUp(run, seconds_left);
    }
    if (request !== null) this.unanswered = false;
    if (run !== this.run) this.claims = { popup: 0, other: 0 };
    const address = this.takeAddress(run, url, seconds_left, CONTROLS.no_web_address);
    if (address === null || !this.popup) return;
    windowsOfThePage().set(this.popup, run);
    this.popup.location.replace(address);
  }

  /** @param {Extract<FromKernel, {type: "loopback"}>} message */
  async onLoopback(message) {
    const { port, path, ticket } = message;
    if (!await super.onLoopback(message) || this.endpoint !== `${port}/${path}`) return false;
    // The system's browser, which VS Code hands links to, reaches what its frame may not.
    const server = isWebview() ? onThisComputer(port) : this.server;
    this.outside = server && `${server}open/${ticket}`;
    this.update();
    return true;
  }

  onStatus() {
    super.onStatus();
    // What begins the next attempt there is a link to the server, which was forgotten just now.
    if (this.isOver && this.status !== "connected" && isWebview()) this.hello();
  }

  forget() {
    super.forget();
    this.outside = null;
  }

  /** @param {Extract<FromKernel, {type: "time"}>} message */
  onTime({ run, seconds_left }) {
    const isKnown = run === null || run === this.run || this.isAsking;
    // Another page has begun a run since: this page's URL and window belong to an earlier run.
    if (!isKnown) this.settle();
    this.keepUp(isKnown ? this.run : run, seconds_left);
  }

  /**
   * Send the kernel a message that may be the login's result. The kernel judges origin and content;
   * this page only decides whether the message concerns this login at all.
   *
   * @param {MessageEvent<unknown>} event
   */
  onMessage(event) {
    const listening = this.status === "waiting" || this.status === "checking";
    // Also without a window: one from before a reload still has this page as its opener.
    if (!this.run || !listening || this.isOthers) return;
    const owner = event.source ? windowsOfThePage().get(event.source) : undefined;
    if (owner !== undefined && owner !== this.run) return;
    const source = owner === undefined ? "other" : "popup";
    if (this.claims[source] >= MAX_CLAIMS) return;
    const data = readClaim(event.data, this.model.get("platform"));
    if (data === null) return;
    this.claims[source] += 1;
    this.send({
      type: "claim", run: this.run, origin: event.origin, page_origin: location.origin,
      source, data,
    });
    this.update();
  }

  settle() {
    super.settle();
    this.begun = this.isElsewhere = false;
  }
}

/**
 * Which run, or click, each opened window belongs to, for all cards of the page: a late message of
 * one login must not end another. Every model has its own copy of this module, hence the global.
 *
 * @returns {WeakMap<object, string>}
 */
function windowsOfThePage() {
  const page = /** @type {{[key: symbol]: WeakMap<object, string>}} */ (
    /** @type {unknown} */ (globalThis));
  return page[Symbol.for("ghl_notebook.windows")] ??= new WeakMap();
}
