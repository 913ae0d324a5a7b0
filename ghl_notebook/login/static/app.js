// @ts-check
/**
 * The card that logs in as a marketplace app; its texts are in app.json.
 *
 * The kernel decides everything: it makes the authorization URL, listens for the redirect where it
 * can, and judges a pasted address. This page opens the window inside the click, sends the address
 * that a user pastes, and shows the state. The authorization URL comes as a message in answer to a
 * click and stays in memory, because traits are saved with the notebook.
 *
 * @typedef {import("./protocol").AppTraits} AppTraits
 * @typedef {import("./protocol").AppStatus} AppStatus
 * @typedef {import("./protocol").FromKernel} FromKernel
 * @typedef {import("./protocol").Look} Look
 */

import { Session, fill, timeLeft } from "./session.js";
import { isHere, openWindow } from "./page_access.js";
import TEXTS from "./app.json" with { type: "json" };
import {
  PATIENCE_MS, announcer, button, focusIn, keepFocus, lead, make, newId, say, widgetOf,
} from "../../widgets/static/parts.js";

const SHOWN_TRAITS = /** @type {const} */ ([
  "kind", "location_id", "company_id", "who", "error", "message", "listens",
]);
const MAX_CHARS = 16_384;
const CONTROLS = TEXTS.controls;
const OPENING = TEXTS.states["waiting.opening"].text;

// ---- session: one per live model, shared by all its views --------------------------------------

/** @extends {Session<AppTraits>} */
class AppSession extends Session {
  /** Whether the user has asked for the field. */
  pastes = false;

  /** @param {import("@anywidget/types").AnyModel<AppTraits>} model @param {AbortSignal} signal */
  constructor(model, signal) {
    super(model, signal, SHOWN_TRAITS, ["waiting"]);
  }

  get begun() {
    return this.request !== null;
  }

  /** Whether the kernel has yet to answer the click with the authorization URL. */
  get isAsking() {
    return this.begun && this.url === null;
  }

  /** Whether the answer gets to the kernel without the user. */
  get arrives() {
    return this.model.get("listens") && isHere();
  }

  /** Whether a pasted address could be an answer. */
  get takesAddress() {
    const waits = this.model.get("status") === "waiting" && this.status === "waiting";
    return waits && !this.isGone && !this.isOthers && (this.url !== null || !this.begun);
  }

  /** Whether the user has to bring it. */
  get needsPaste() {
    return this.takesAddress && (!this.arrives || this.readsClosed || !this.begun);
  }

  get kernelIsSilent() {
    return this.isAsking && this.sinceClick > PATIENCE_MS;
  }

  /**
   * The click. The window must open before anything is awaited.
   *
   * @param {boolean} [takesOver] Whether it ends what another browser has begun.
   */
  begin(takesOver = false) {
    if (takesOver) this.takeOver();
    this.closeWindow();
    this.problem = null;
    this.popup = openWindow(null, OPENING, true);
    this.blocked = this.popup === null;
    if (this.begun && this.url !== null) return this.go();
    this.request = newId();
    this.asked = performance.now();
    if (this.model.get("status") !== "waiting") this.ahead = "waiting";
    this.send({
      type: "begin", page_id: this.pageId, request: this.request, takes_over: takesOver,
    });
    this.update();
  }

  /** Lead the window to the authorization URL. */
  go() {
    if (this.url !== null) this.popup?.location.replace(this.url);
    this.update();
  }

  /** @param {string} address Where the window has ended, as the user has pasted it. */
  paste(address) {
    const shortened = address.trim().slice(0, MAX_CHARS);
    if (shortened) this.send({ type: "redirected", address: shortened });
  }

  /** @param {Extract<FromKernel, {type: "authorize"}>} message */
  onAuthorize({ request, run, url, seconds_left }) {
    if (request === null || request !== this.request) return;
    if (this.takeAddress(run, url, seconds_left, CONTROLS.no_web_address)) this.go();
  }

  /** @param {Extract<FromKernel, {type: "time"}>} message */
  onTime({ run, seconds_left }) {
    // Another page has begun a run since, unless it is the one that this page has just asked for.
    if (run !== null && this.run !== null && run !== this.run && !this.isAsking) this.settle();
    this.keepUp(run, seconds_left);
  }

  settle() {
    super.settle();
    this.pastes = false;
  }
}

// ---- card: the state of a session, and one view of it ------------------------------------------

/** @param {AppSession} session @returns {keyof typeof TEXTS.states} */
function stateOf(session) {
  const { model, status } = session;
  if (session.isGone) return "gone";
  if (session.isOthers) return status === "connected" ? "connected.others" : "waiting.others";
  if (status === "connected" && model.get("kind") === "agency") return "connected.agency";
  if (status !== "waiting") return status;
  if (session.problem) return "idle.no_url";
  if (!session.begun) return "waiting.elsewhere";
  if (session.url === null) return "waiting.opening";
  if (session.blocked) return "waiting.blocked";
  if (session.popup === null) return "waiting.link";
  return session.readsClosed ? "waiting.closed" : "waiting";
}

/** @param {AppSession} session @returns {Look} What the card shows: the texts, and the acts. */
function look(session) {
  const { model, url, popup } = session;
  const state = stateOf(session);
  const next = session.arrives ? CONTROLS.arrives : CONTROLS.to_paste;
  const { text = "", hint, error, primary, secondary } = fill(TEXTS.states[state], { next });
  /** @type {Look} */
  const view = { text, hint };
  if (state === "waiting.opening" && session.kernelIsSilent) view.hint = CONTROLS.silent;
  if (state === "failed" || state === "timed_out") view.error = model.get("error") ?? error;
  if (state === "waiting.blocked" || state === "waiting.link") view.link = url ?? undefined;
  if (secondary) view.secondary = { label: secondary, act: () => session.begin(true) };
  if (primary && state === "waiting.opening") view.primary = { label: primary };
  else if (primary) {
    const act = () => (state === "waiting" ? popup?.focus() : session.begin());
    view.primary = { label: primary, act };
  }
  return view;
}

/**
 * Build one view. Its nodes stay for good and are only shown, hidden and reworded: that keeps the
 * keyboard's focus and the live region, which a screen reader loses when they are built anew.
 *
 * @param {AppSession} session
 * @param {HTMLElement} el
 * @param {AbortSignal} signal
 */
function renderCard(session, el, signal) {
  const { model } = session;
  const mark = make("span", "mark", { "aria-hidden": "true" }, "G");
  const title = make("div", "title", {}, "GoHighLevel");
  const places = /** @type {const} */ ([
    ["Sub-account", "location_id"], ["Agency", "company_id"], ["User", "who"],
  ]).map(([label, name]) => {
    const value = make("bdi", "");
    return { name, value, part: make("span", "", {}, `${label} `, value) };
  });
  const place = make("div", "place", {}, ...places.map(({ part }) => part));
  const time = make("span", "time");
  const text = make("p", "text");
  const hint = make("p", "hint");
  const error = make("p", "error", { role: "alert" });
  const notice = make("p", "notice", { role: "alert" });
  const primary = button("primary", "", () => look(session).primary?.act?.(), signal);
  const link = make("a", "button", { target: "_blank", rel: "noopener noreferrer" },
    CONTROLS.link);
  const other = button("secondary", "", () => look(session).secondary?.act(), signal);
  const cancel = button("quiet", CONTROLS.cancel, () => session.cancel(), signal);
  const live = make("p", "live", { "aria-live": "polite" });
  const input = make("input", "input", {
    type: "text", spellcheck: "false", autocomplete: "off", maxlength: String(MAX_CHARS),
  });
  const use = make("button", "button", { type: "submit" }, CONTROLS.use);
  const form = make("form", "paste", { id: `ghl-connect-${newId()}` },
    make("label", "row", {}, make("span", "", {}, CONTROLS.address), input), use);
  const more = button("quiet", CONTROLS.paste, () => {
    session.pastes = !session.pastes;
    session.update();
    if (session.pastes) input.focus();
  }, signal);
  // The card's texts are English, whatever the page's language; ids are in bdi.
  const card = make("div", "card ghl-connect-box", {
    role: "group", tabindex: "-1", lang: "en", dir: "ltr", "data-login": "app",
    "aria-label": "Log in to GoHighLevel",
  },
    make("div", "head", {}, mark, make("div", "", {}, title, place)),
    make("div", "lead", {}, make("span", "icon", { "aria-hidden": "true" }),
      make("div", "", {}, text, hint)),
    error, notice,
    make("div", "actions", {}, primary, link, other, more, make("div", "end", {}, time, cancel)),
    form, live);
  const announce = announcer(live);
  link.classList.add("ghl-connect-primary");
  use.classList.add("ghl-connect-secondary");
  more.setAttribute("aria-controls", form.id);
  // Not before the link is followed: a hidden one leads nowhere.
  link.addEventListener("click", () => setTimeout(() => session.linkFollowed()), { signal });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    session.paste(input.value);
    input.value = ""; // it is not to stand there until the card is gone
  }, { signal });
  session.addView(update, signal);
  el.append(card);

  function update() {
    const focused = focusIn(card);
    const view = look(session);
    const waits = session.status === "waiting" && !session.isGone;
    card.dataset.status = session.isGone ? "gone" : session.status;
    for (const { name, value, part } of places) {
      say(value, model.get(name));
      part.hidden = value.hidden;
    }
    place.hidden = places.every(({ part }) => part.hidden);
    say(time, waits ? timeLeft(session.deadline) : "");
    say(text, view.text);
    say(hint, view.hint);
    say(error, session.problem ?? view.error);
    say(notice, waits || session.status === "connected" ? model.get("message") : "");
    say(primary, view.primary?.label);
    primary.setAttribute("aria-disabled", String(view.primary?.act === undefined));
    lead(link, view.link);
    form.hidden = !(session.needsPaste || (session.takesAddress && session.pastes));
    more.hidden = !session.takesAddress || session.needsPaste;
    more.setAttribute("aria-expanded", String(!form.hidden));
    say(other, view.secondary?.label);
    cancel.hidden = !waits || session.isOthers;
    announce([view.text, view.hint].filter(Boolean).join(" "));
    keepFocus(card, focused, [primary, link]);
  }
}

export default widgetOf(
  (/** @type {import("@anywidget/types").AnyModel<AppTraits>} */ model, signal) => (
    new AppSession(model, signal)),
  renderCard,
);
