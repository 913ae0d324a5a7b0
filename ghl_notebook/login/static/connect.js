// @ts-check
/**
 * The card that connects one social account; its texts are in connect.json.
 *
 * The kernel decides everything: it requests the login page, judges the result, and names each
 * attempt (a *run*). This page does what only a page can: it opens the window inside the click,
 * receives the window's message, and shows the state. The address of the login page comes as a
 * message and stays in memory, because traits are saved with the notebook.
 *
 * @typedef {import("./protocol").Traits} Traits
 * @typedef {import("./protocol").Status} Status
 * @typedef {import("./protocol").FromKernel} FromKernel
 * @typedef {import("./protocol").Look} Look
 */

import { Session, fill, timeLeft } from "./session.js";
import { isFramed, isWebview, onThisComputer, openWindow } from "./page_access.js";
import TEXTS from "./connect.json" with { type: "json" };
import {
  PATIENCE_MS, announcer, avatar, button, duration, focusIn, keepFocus, lead, make, newId,
  platformMark, say, widgetOf,
} from "../../widgets/static/parts.js";
import { Chooser } from "../../widgets/static/chooser.js";

const SHOWN_TRAITS = /** @type {const} */ ([
  "platform_name", "location_id", "location_name", "user_id", "user_name", "error", "notice", "account_names", "can_recheck",
  "watches_accounts", "found", "choices", "is_attaching", "attached",
]);
const PASTE_AFTER_MS = 30_000;
const WAY_OUT_AFTER_MS = 10_000;
const DOUBLE_CLICK_MS = 1000;
const MAX_CLAIMS = 20;
const MAX_CHARS = 16_384;
const MAX_ITEMS = 100;
const NAMES_SHOWN = 5;
const NEXT_STEP = "ghl.fetch_available_accounts(client, login)";
const CONTROLS = TEXTS.controls;
const ASKING = TEXTS.states.starting.text;
/** States from which a login begins. */
const BEGINNINGS = new Set(["idle", "idle.renew", "cancelled", "timed_out", "failed"]);
/** States in which the kernel's silence is more important than the hint. */
const MAY_BE_SILENT = new Set(
  ["starting", "waiting", "waiting.separate", "waiting.link", "waiting.reported"]);

// ---- session: one per live model, shared by all its views --------------------------------------

/** @extends {Session<Traits>} */
export class ConnectSession extends Session {
  /** Whether the last click still waits for an address. */
  unanswered = false;
  /** @type {string | null} One-time address of the login page outside of this front end. */
  outside = null;
  /** Whether a click in this page began, or reopened, the current run. */
  begun = false;
  /** @type {Window[]} Held because a window that nobody holds may lose its place in the registry. */
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
    this.popup = openWindow(first, ASKING, !this.isSeparate);
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

  /** @param {string | null} accountId Of the login that is the user's own, if any of them is. */
  answer(accountId) {
    const { run } = this;
    this.send(accountId === null ? { type: "not_mine", run }
      : { type: "mine", run, account_id: accountId });
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

  /** Only then may the kernel use the accounts list, which does not show whose login is new. */
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
      // Another tab's click has begun this run, and the kernel attends to one at a time.
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

// ---- messages that may be a login's result -----------------------------------------------------

const CLAIM_FIELDS = [
  "actionType", "page", "platform", "placement", "accountId", "reconnectAccounts", "refresh",
  "source",
];

/**
 * Copy the known fields of a message, or return null if it is not about this platform. Every
 * message to the page arrives here, so no other field is copied.
 *
 * @param {unknown} raw An object, or the same as a JSON string.
 * @param {string} platform
 * @returns {import("./protocol").Claim | null}
 */
function readClaim(raw, platform) {
  let data;
  try {
    // As JSON, both forms have one limit of size, and only own, plain values.
    const text = typeof raw === "string" ? raw : JSON.stringify(raw);
    data = text.length <= MAX_CHARS ? JSON.parse(text) : null;
  } catch {
    return null;
  }
  if (data === null || typeof data !== "object") return null;
  /** @type {import("./protocol").Claim} */
  // Without a prototype: properties that a script of the page added there are not in the message.
  const claim = Object.create(null);
  for (const key of CLAIM_FIELDS) {
    if (Object.hasOwn(data, key) && isSimple(data[key])) claim[key] = data[key];
  }
  // The vendor's documents use both spellings of the page, and only one message was ever captured.
  const looksLikeOurs = typeof claim.actionType === "string"
    || sameName(claim.page, "social_media_posting");
  return looksLikeOurs && sameName(claim.platform, platform) ? claim : null;
}

/** @param {unknown} value */
function isSimple(value) {
  if (typeof value !== "object" || value === null) return true;
  return Array.isArray(value) && value.length <= MAX_ITEMS
    && value.every((item) => typeof item === "string");
}

/** @param {unknown} a @param {string} b "tiktok-business" and "tiktok_business" are one name. */
function sameName(a, b) {
  const fold = (/** @type {string} */ name) => name.toLowerCase().replaceAll("-", "_");
  return typeof a === "string" && fold(a) === fold(b);
}

// ---- card: the state of a session, and one view of it ------------------------------------------

/** @param {ConnectSession} session @returns {keyof typeof TEXTS.states} */
function stateOf(session) {
  const { model, status } = session;
  if (session.isGone) return "gone";
  if (session.isOthers) return status === "connected" ? "connected.others" : "waiting.others";
  if (status === "starting" || status === "waiting") return stateWhileOpen(session);
  if (status === "connected") return stateOfConnected(session);
  return status === "idle" && model.get("account_name") !== null ? "idle.renew" : status;
}

/** @param {ConnectSession} session @returns {keyof typeof TEXTS.states} */
function stateOfConnected({ model, choices }) {
  if (model.get("attached").length) return "connected.attached";
  if (choices) return choices.every((one) => one.is_attached) ? "connected.before" : "connected.choose";
  return model.get("account_names").length ? "connected" : "connected.empty";
}

/** @param {ConnectSession} session @returns {keyof typeof TEXTS.states} */
function stateWhileOpen(session) {
  const { model, url, found, begun, isSeparate, isElsewhere, readsClosed } = session;
  if (session.problem) return "idle.no_url";
  if (found.length) return found.length === 1 ? "waiting.found" : "waiting.found_several";
  if (!begun && url !== null && !isElsewhere) {
    return model.get("account_name") === null ? "idle" : "idle.renew";
  }
  if (isWebview() || (!begun && (isElsewhere || isSeparate))) return "waiting.outside";
  // While one click is being answered, the kernel accepts no other.
  if (!begun) return session.status === "waiting" ? "waiting.elsewhere" : "starting.elsewhere";
  if (url === null) return "starting";
  if (session.blocked) return "waiting.blocked";
  if (isFramed() && (readsClosed || session.sinceClick > WAY_OUT_AFTER_MS)) return "waiting.framed";
  if (session.popup === null) return "waiting.link";
  if (!readsClosed) return isSeparate ? "waiting.separate" : "waiting";
  const reported = session.claims.popup + session.claims.other > 0 && !model.get("notice");
  return reported ? "waiting.reported" : "waiting.closed";
}

/** @param {ConnectSession} session @returns {Look} What the card shows: the texts, and the acts. */
function look(session) {
  const { model, url, popup, outside, found } = session;
  const state = stateOf(session);
  const texts = fill(TEXTS.states[state], {
    platform: model.get("platform_name"),
    account: model.get("account_name") ?? "",
    window: isWebview() ? "your browser" : "a small window",
    verb: model.get("reconnect") ? "Reconnect" : "Connect",
    done: model.get("reconnect") ? "reconnected" : "connected",
    limit: duration(model.get("time_limit")),
    attached: summary(model.get("attached").map((one) => one.name ?? one.origin_id ?? "")),
    watching: model.get("watches_accounts") ? CONTROLS.watched : CONTROLS.unwatched,
  });
  const { primary: label = "", secondary = "", outside: outsideLabel = "" } = texts;
  /** @type {Look} */
  const view = { text: texts.text ?? "", hint: texts.hint };
  if (session.kernelIsSilent && MAY_BE_SILENT.has(state)) view.hint = CONTROLS.silent;
  if (state === "failed") {
    view.error = model.get("error") ?? texts.error;
    view.again = model.get("can_recheck") && session.run !== null;
  }
  if (state === "waiting.blocked" || state === "waiting.link") view.link = url ?? undefined;
  if (state === "waiting.framed") view.copy = outside ?? url;
  if (outsideLabel && outside !== null) view.outside = { label: outsideLabel, address: outside };
  if (secondary) {
    const act = found.length ? () => session.answer(null) : () => session.begin(true);
    view.secondary = { label: secondary, act };
    if (found.length) view.found = found;
  }
  if (!label) return view;
  // Where no window can be opened, or none may have a hold on this page, a link begins the login.
  const isOutside = isWebview() || (session.isSeparate && outside !== null);
  if (BEGINNINGS.has(state) && isOutside) {
    if (outside) view.outside = { label, address: outside };
    else view.primary = { label };
  } else if (state === "starting") {
    view.primary = { label };
  } else {
    const shows = state === "waiting" || state === "waiting.separate";
    view.primary = { label, act: () => (shows ? popup?.focus() : session.begin()) };
  }
  return view;
}

/**
 * Build one view. Its nodes stay for good and are only shown, hidden and reworded: that keeps the
 * keyboard's focus and the live region, which a screen reader loses when they are built anew.
 *
 * @param {ConnectSession} session
 * @param {HTMLElement} el
 * @param {AbortSignal} signal
 */
export function renderCard(session, el, signal) {
  const { model } = session;
  const mark = make("span", "mark", { "aria-hidden": "true" });
  const title = make("div", "title");
  const place = make("bdi", "");
  const user = make("bdi", "");
  const userPart = make("span", "", {}, "User ", user);
  const time = make("span", "time");
  const text = make("p", "text");
  const hint = make("p", "hint");
  const names = make("ul", "names");
  const error = make("p", "error", { role: "alert" });
  const notice = make("p", "notice");
  const code = make("code", "code", {}, NEXT_STEP);
  const copy = button("secondary", CONTROLS.copy, () => copyText(NEXT_STEP, code, copy), signal);
  const next = make("div", "next", {}, CONTROLS.next, make("div", "row", {}, code, copy));
  const primary = button("primary", "", () => look(session).primary?.act?.(), signal);
  const link = make("a", "button", { target: "_blank", rel: "opener" }, CONTROLS.link);
  const outside = make("a", "button", { target: "_blank", rel: "noopener noreferrer" });
  const again = button("secondary", CONTROLS.again, () => session.recheck(), signal);
  const shown = make("code", "code", { hidden: "" });
  const address = button("secondary", CONTROLS.copy_address, () => {
    void copyText(look(session).copy ?? "", shown, address);
    session.linkFollowed();
  }, signal);
  const other = button("secondary", "", () => look(session).secondary?.act(), signal);
  const chooser = new Chooser((numbers) => session.attach(numbers), signal);
  const question = make("ul", "found", { tabindex: "-1", "aria-label": CONTROLS.question });
  let asked = "[]";
  const cancel = button("quiet", CONTROLS.cancel, () => session.cancel(), signal);
  const live = make("p", "live", { "aria-live": "polite" });
  const input = make("input", "input", {
    type: "text", spellcheck: "false", autocomplete: "off", maxlength: String(MAX_CHARS),
  });
  const use = make("button", "button", { type: "submit" }, CONTROLS.use);
  const form = make("form", "paste", {},
    make("label", "row", {}, make("span", "", {}, CONTROLS.account_id), input), use);
  // The card's texts are English, whatever the page's language; names are in bdi.
  const card = make("div", "card ghl-connect-box",
    { role: "group", tabindex: "-1", lang: "en", dir: "ltr" },
    make("div", "head", {}, mark, make("div", "", {}, title,
      make("div", "place", {}, make("span", "", {}, "Sub-account ", place), " ", userPart))),
    make("div", "lead", {}, make("span", "icon", { "aria-hidden": "true" }),
      make("div", "", {}, text, hint, names)),
    question, error, notice, chooser.node, next, shown,
    make("div", "actions", {}, primary, link, outside, address, again, other,
      make("div", "end", {}, time, cancel)), form, live);
  const announce = announcer(live);
  link.classList.add("ghl-connect-primary");
  use.classList.add("ghl-connect-secondary");
  let followed = -Infinity;
  outside.addEventListener("click", (event) => {
    if (performance.now() - followed < DOUBLE_CLICK_MS) {
      event.preventDefault(); // its address works once
      return event.stopImmediatePropagation();
    }
    followed = performance.now();
    session.hello(); // which the kernel answers with another address
  }, { signal });
  for (const anchor of [link, outside]) {
    // Not before the link is followed: a hidden one leads nowhere.
    anchor.addEventListener("click", () => setTimeout(() => session.linkFollowed()), { signal });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    session.paste(input.value);
  }, { signal });
  session.addView(update, signal);
  el.append(card);

  function update() {
    const focused = focusIn(card);
    const view = look(session);
    const goingOn = session.goingOn.includes(session.status) && !session.isGone;
    const isOwn = session.status === "connected" && !session.isOthers;
    const found = isOwn && !session.choices ? model.get("account_names") : [];
    const name = model.get("platform_name");
    card.dataset.status = session.isGone ? "gone" : session.status;
    card.setAttribute("aria-label", `Connect ${name} to GoHighLevel`);
    showMark(model.get("platform"), name);
    say(title, name);
    named(place, model.get("location_name"), model.get("location_id"));
    named(user, model.get("user_name"), model.get("user_id"));
    userPart.hidden = user.hidden;
    // The kernel's limit holds for a result to arrive, not for its check.
    const isLimited = session.status === "starting" || session.status === "waiting";
    say(time, isLimited ? timeLeft(session.deadline) : "");
    say(text, view.text);
    say(hint, view.hint);
    showNames(found);
    say(error, session.problem ?? view.error);
    say(notice, model.get("notice"));
    chooser.show(session.choices, "", model.get("is_attaching"));
    form.hidden = !session.mayPaste;
    next.hidden = session.status !== "connected";
    say(primary, view.primary?.label);
    primary.setAttribute("aria-disabled", String(view.primary?.act === undefined));
    lead(link, view.link);
    link.rel = session.isSeparate ? "noopener noreferrer" : "opener";
    lead(outside, view.outside?.address);
    say(outside, view.outside?.label);
    outside.classList.toggle("ghl-connect-primary", !view.primary && !view.link);
    outside.classList.toggle("ghl-connect-secondary", !!view.primary || !!view.link);
    again.hidden = !view.again;
    address.hidden = !view.copy;
    if (!view.copy) say(shown, null);
    say(other, view.secondary?.label);
    cancel.hidden = !goingOn || session.isOthers;
    const wasHere = focused !== null && card.contains(focused);
    const isAsked = ask(view.found ?? []);
    const spoken = summary(found) || (view.found ?? []).map(({ names: n }) => summary(n)).join("; ");
    if (announce([view.text, view.hint, spoken].filter(Boolean).join(" "))) {
      copy.textContent = CONTROLS.copy;
      address.textContent = CONTROLS.copy_address;
    }
    // Move the focus to the question from the card or the body, but never from a cell.
    if (isAsked && (wasHere || focused === document.body)) question.focus();
    else keepFocus(card, focused, [question, primary, link, outside, copy]);
  }

  /** @param {string} platform @param {string} name */
  function showMark(platform, name) {
    if (mark.dataset.platform === platform) return;
    mark.dataset.platform = platform;
    mark.replaceChildren(platformMark(platform, name));
  }

  /** @param {HTMLElement} node @param {string | null} name @param {string | null} id */
  function named(node, name, id) {
    say(node, name ?? id);
    node.title = name === null ? "" : id ?? "";
  }

  /** @param {import("./protocol").FoundLogin[]} logins @returns {boolean} Whether that is new. */
  function ask(logins) {
    question.hidden = logins.length === 0;
    const text = JSON.stringify(logins);
    if (text === asked) return false;
    asked = text;
    if (question.hidden) return false; // what may have the focus is left, until it is led onward
    question.replaceChildren(...logins.map(({ account_id, names: known, picture, found_at }) => {
      const who = make("bdi", "", { id: `ghl-connect-${newId()}` }, summary(known) || account_id);
      const yes = button("primary", CONTROLS.mine, () => session.answer(account_id), signal);
      yes.setAttribute("aria-describedby", who.id);
      const when = new Date(found_at * 1000).toLocaleTimeString("en-US");
      return make("li", "", {}, avatar(known[0] ?? "", picture),
        make("div", "", {}, who, make("div", "more", {}, `Appeared at ${when}`)), yes);
    }));
    return true;
  }

  /** @param {string[]} all */
  function showNames(all) {
    names.hidden = all.length === 0;
    const items = all.slice(0, NAMES_SHOWN).map((n) => make("li", "", {}, make("bdi", "", {}, n)));
    const more = all.length - items.length;
    if (more > 0) items.push(make("li", "more", {}, `and ${more} more`));
    names.replaceChildren(...items);
  }

  /** @param {string} what @param {HTMLElement} node Shows it. @param {HTMLElement} from */
  async function copyText(what, node, from) {
    try {
      await navigator.clipboard.writeText(what);
      from.textContent = "Copied";
      live.textContent = "Copied.";
    } catch {
      // A front end may block the clipboard: select the text for the keyboard.
      say(node, what);
      getSelection()?.selectAllChildren(node);
      from.textContent = "Selected";
      live.textContent = "Selected. Press Control C or Command C to copy.";
    }
  }
}

// ---- helpers -----------------------------------------------------------------------------------

/** @param {string[]} names */
function summary(names) {
  const more = names.length - NAMES_SHOWN;
  return names.slice(0, NAMES_SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export default widgetOf(
  (/** @type {import("@anywidget/types").AnyModel<Traits>} */ model, signal) => (
    new ConnectSession(model, signal)),
  renderCard,
);
