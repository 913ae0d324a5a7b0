// @ts-check
/**
 * The card that lets a marketplace app in.
 *
 * The kernel decides everything: it makes the authorization URL, hears the redirect where it can,
 * and judges what is pasted. This page opens the window inside the click, takes the address that a
 * user pastes, and shows where the login stands. The authorization URL comes as a message in answer
 * to a click and stays in memory, because traits are saved with the notebook.
 *
 * @typedef {import("./protocol").AppTraits} AppTraits
 * @typedef {import("./protocol").AppStatus} AppStatus
 * @typedef {import("./protocol").FromKernel} FromKernel
 * @typedef {import("./protocol").Look} Look
 */

import { OTHERS, Session, isDoor, isHere, openWindow, timeLeft } from "./session.js";
import {
  PATIENCE_MS, announcer, button, focusIn, keepFocus, lead, make, newId, say, webAddress, widgetOf,
} from "../../widgets/static/parts.js";

const SHOWN_TRAITS = /** @type {const} */ ([
  "kind", "location_id", "company_id", "who", "error", "message", "listens",
]);
const MAX_CHARS = 16_384;
const OPENING = "Opening GoHighLevel…";

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

  /** @param {FromKernel} message */
  onMessageOfKernel(message) {
    if (message.type === "authorize") this.onAuthorize(message);
    else if (message.type === "time") this.onTime(message);
    else if (message.type === "loopback") this.onLoopback(message);
  }

  /** @param {Extract<FromKernel, {type: "loopback"}>} message */
  onLoopback(message) {
    if (isDoor(message.port, message.path, message.challenge)) void this.call(message);
  }

  /** @param {Extract<FromKernel, {type: "authorize"}>} message */
  onAuthorize({ request, run, url, seconds_left }) {
    if (request === null || request !== this.request) return;
    const address = webAddress(url);
    if (address === null) {
      this.closeWindow();
      this.problem = "The authorization URL is no web address, so it was not opened.";
      return;
    }
    if (this.takeAddress(run, address, seconds_left)) this.go();
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

// ---- card: what a session looks like, and one view of it ---------------------------------------

/** @param {AppSession} session @returns {Look} */
function look(session) {
  const { model, status } = session;
  const begins = (/** @type {string} */ label) => (
    { primary: { label, act: () => session.begin() } });
  if (session.isGone) return { text: "This card is no longer connected." };
  if (session.isOthers) return lookAtOthers(session);
  switch (status) {
    case "waiting":
      return lookWhileOpen(session);
    case "checking":
      return { text: "Finishing the login with GoHighLevel…" };
    case "connected":
      return {
        text: model.get("kind") === "agency" ? "You are logged in to an agency."
          : "You are logged in to a sub-account.",
      };
    case "cancelled":
      return { text: "The login was cancelled.", ...begins("Try again") };
    case "timed_out":
      return { text: "No answer arrived in time.", error: model.get("error"),
        ...begins("Try again") };
    case "failed":
      return {
        text: "The login did not work.",
        error: model.get("error") ?? "No reason was given. Try again.",
        ...begins("Try again"),
      };
    default:
      return {
        text: "GoHighLevel opens in a small window. Choose the sub-account or agency there.",
        ...begins("Log in"),
      };
  }
}

/** @param {AppSession} session @returns {Look} */
function lookAtOthers(session) {
  if (session.status === "connected") {
    return {
      text: "Another browser has logged in with this card.",
      hint: "The notebook uses that login. To log in yourself, display another card.",
    };
  }
  return {
    text: OTHERS,
    hint: "A login is in progress there. Wait until it is finished, or take over to cancel it.",
    secondary: { label: "Take over", act: () => session.begin(true) },
  };
}

/** @param {AppSession} session @returns {Look} */
function lookWhileOpen(session) {
  const { url, popup } = session;
  const opening = (/** @type {string} */ label) => ({ label, act: () => session.begin() });
  const next = session.arrives ? "The answer arrives here by itself."
    : "Then copy the whole address that it ends at, also if it shows an error, and paste it here.";
  if (session.problem) {
    return { text: "There is no login page to open.", primary: opening("Try again") };
  }
  if (!session.begun) {
    return {
      text: "This login was begun in another tab, or before the page was loaded again.",
      hint: "If its window is still there, finish in it. Otherwise open it again here.",
      primary: opening("Open the login window again"),
    };
  }
  if (url === null) {
    return {
      text: OPENING,
      hint: session.kernelIsSilent
        ? "The kernel has not answered yet. It may be busy with another cell; "
          + "if it was restarted, run this cell again."
        : undefined,
      primary: { label: "Opening…" },
    };
  }
  if (session.blocked) {
    return {
      text: "The browser gave no login window.",
      hint: `It may have blocked it. If you see none, open the login page with this link. ${next}`,
      link: url,
    };
  }
  const text = "Log in and choose in the window that opened.";
  if (popup === null) return { text, hint: next, link: url };
  if (!session.readsClosed) {
    return { text, hint: next, primary: { label: "Show window", act: () => popup.focus() } };
  }
  return {
    text: "Still waiting for the answer.",
    hint: "The window reads closed. If you have its last address, paste it here. Otherwise reopen "
      + "it.",
    primary: opening("Reopen window"),
  };
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
    "Open the login page");
  const other = button("secondary", "", () => look(session).secondary?.act(), signal);
  const cancel = button("quiet", "Cancel", () => session.cancel(), signal);
  const live = make("p", "live", { "aria-live": "polite" });
  const input = make("input", "input", {
    type: "text", spellcheck: "false", autocomplete: "off", maxlength: String(MAX_CHARS),
  });
  const use = make("button", "button", { type: "submit" }, "Use it");
  const form = make("form", "paste", { id: `ghl-connect-${newId()}` },
    make("label", "row", {}, make("span", "", {}, "Address that it ended at"), input), use);
  const more = button("quiet", "Paste the address instead", () => {
    session.pastes = !session.pastes;
    session.update();
    if (session.pastes) input.focus();
  }, signal);
  // The card's own words are English, whatever the page is; ids are in bdi.
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
  session.show(paint, signal);
  el.append(card);

  function paint() {
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
