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
 */

import { timeLeft } from "./session.js";
import { ConnectSession } from "./connect_session.js";
import { NAMES_SHOWN, look, summary } from "./connect_look.js";
import { MAX_CHARS } from "./claim.js";
import { CONTROLS } from "./connect_texts.js";
import { FoundLogins } from "./found_logins.js";
import {
  announcer, button, focusIn, keepFocus, lead, make, platformMark, say, widgetOf,
} from "../../widgets/static/parts.js";
import { Chooser } from "../../widgets/static/chooser.js";

const DOUBLE_CLICK_MS = 1000;

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
  const notice = make("p", "notice", { role: "alert" });
  const code = make("code", "code");
  const copy = button("secondary", CONTROLS.copy, () => copyText(nextStep(model), code, copy), signal);
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
  const question = new FoundLogins((login, numbers) => session.mine(login, numbers), signal);
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
    question.node, error, notice, chooser.node, next, shown,
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
    say(code, nextStep(model));
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
    const isAsked = question.show(view.found ?? []);
    const spoken = summary(found) || (view.found ?? []).map(({ names: n }) => summary(n)).join("; ");
    if (announce([view.text, view.hint, spoken].filter(Boolean).join(" "))) {
      copy.textContent = CONTROLS.copy;
      address.textContent = CONTROLS.copy_address;
    }
    // Move the focus to the question from the card or the body, but never from a cell.
    if (isAsked && (wasHere || focused === document.body)) question.node.focus();
    else keepFocus(card, focused, [question.node, chooser.attach, primary, link, outside, copy]);
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

/** @param {ConnectSession["model"]} model @returns {string} What an analyst does after the login. */
function nextStep(model) {
  return model.get("reconnect") || model.get("attached").length ? "ghl.fetch_accounts(client)"
    : "ghl.fetch_available_accounts(client, login)";
}

export default widgetOf(
  (/** @type {import("@anywidget/types").AnyModel<Traits>} */ model, signal) => (
    new ConnectSession(model, signal)),
  renderCard,
);
