// @ts-check
/**
 * The panel: a list, the steps of connecting an account, and a confirmation before one is detached.
 * The kernel decides and does everything; this page sends requests, and shows the kernel's state.
 *
 * @typedef {import("./protocol").SavedTable} SavedTable
 */

import { PATIENCE_MS, button, focusIn, make, say, widgetOf } from "../../widgets/static/parts.js";
import { appLink, locationAddress } from "./columns.js";
import { List } from "./list.js";
import { Question } from "./question.js";
import { PanelSession } from "./session.js";
import { download, fileName, toCsv, toTabs } from "./sheet.js";

const SILENT = "The kernel does not answer. It may be busy with another cell; if it was restarted or "
  + "has ended, run this cell again.";
const SAVED = "This is what was saved with the notebook. To use the panel, run its cell.";
const DATE = new Intl.DateTimeFormat("en-US", { dateStyle: "full", timeStyle: "long" });
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY_AND_TIME = new Intl.DateTimeFormat("en-US", {
  month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false,
});

// ---- view --------------------------------------------------------------------------------------

/**
 * Build one view. Its nodes are never replaced, only shown, hidden, and changed: this preserves the
 * keyboard focus and the live region, which a screen reader loses if nodes are rebuilt.
 *
 * @param {PanelSession} session @param {HTMLElement} el @param {AbortSignal} signal
 */
function renderPanel(session, el, signal) {
  const title = make("div", "panel-title", { role: "heading", "aria-level": "2", tabindex: "-1" });
  const place = make("bdi", "");
  const updated = make("span", "panel-updated");
  const app = make("span", "");
  const back = button("secondary", "", () => session.ask({ type: "back" }), signal);
  const skip = button("secondary", "Skip", () => session.ask({ type: "skip" }), signal);
  const connect = button("secondary", "Connect", toggle, signal);
  const refresh = button("secondary", "Refresh", () => session.ask({ type: "refresh" }), signal);
  const choices = make("div", "panel-platforms", { role: "group", "aria-label": "Connect an account of" });
  const busy = make("p", "panel-busy");
  const error = make("p", "error", { role: "alert" });
  const notice = make("p", "panel-notice");
  const next = make("p", "panel-lead");
  const body = make("div", "panel-rest");
  const cards = make("div", "panel-cards");
  const saved = make("div", "panel-saved", { hidden: "" });
  const live = make("p", "live", { "aria-live": "polite" });
  const question = new Question(signal);
  const renew = button("quiet", "Reconnect", () => actOnTicked("reconnect"), signal);
  const detach = button("quiet", "Detach", () => actOnTicked("detach"), signal);
  const copy = button("quiet", "Copy", () => void copyRows(), signal);
  const save = button("quiet", "Export CSV", saveRows, signal);
  const tools = make("div", "panel-actions", { role: "group", "aria-label": "Selected rows" },
    renew, detach, copy, save);
  /** @type {List | null} */
  let list = null;
  /** @type {import("./list.js").Filters | null} */
  let filters = null;
  let listLife = new AbortController();
  /** @type {import("./embedded.js").EmbeddedCard | null} */
  let card = null;
  /** @type {string | null} */
  let stage = null;
  let isOpen = false;
  const main = make("div", "panel-main", {},
    make("div", "panel-head", {}, make("div", "panel-heading", {}, title,
      make("p", "place", {}, place, updated, app)),
      make("div", "panel-actions", {}, back, skip, connect, refresh)),
    choices, busy, error, notice, next, body, cards, saved, live);
  const panel = make("div", "panel ghl-connect-box", { role: "group", lang: "en", dir: "ltr" },
    make("div", "panel-bar", { "aria-hidden": "true" }), main, question.node);
  connect.setAttribute("aria-expanded", "false");
  signal.addEventListener("abort", () => session.views.delete(paint), { once: true });
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen) {
      toggle();
      connect.focus();
    }
  }, { signal });
  session.views.add(paint);
  paint("rows");
  el.append(panel);

  /** @param {string | null} news */
  function paint(news) {
    const { shown, isSilent } = session;
    const isSaved = shown === null && !!session.model.get("saved")?.rows?.length;
    showList(news);
    const isOfAccounts = shown?.kind === "accounts";
    const now = isOfAccounts ? shown.stage : "list";
    const name = isOfAccounts && shown.name ? shown.name : null;
    const heads = {
      list: name ?? (shown?.kind === "sub-accounts" ? "Sub-accounts" : "Connected accounts"),
      login: isOfAccounts && shown.reconnecting ? `Reconnect ${shown.reconnecting}` : "Connect an account",
    };
    say(title, heads[now]);
    panel.setAttribute("aria-label", name ? `Connected accounts of ${name}` : heads.list);
    showPlace(now, name);
    const isBusy = session.isAsking || !!shown?.busy;
    panel.dataset.busy = String(isBusy);
    panel.dataset.silent = String(isSilent);
    main.setAttribute("aria-busy", String(isBusy));
    const silence = isSilent ? (isSaved ? SAVED : SILENT) : null;
    const isAlarm = session.isLost && !isSaved;
    say(busy, isAlarm ? "" : silence ?? shown?.busy ?? (session.isAsking ? "Asking the kernel…" : ""));
    say(error, isAlarm ? SILENT : isSilent ? "" : shown?.error);
    say(notice, shown?.notice);
    const waiting = isOfAccounts && now !== "list" ? shown.next : [];
    say(next, waiting.length ? `Next: ${waiting.join(", ")}` : "");
    say(back, now !== "list" ? "Back to the accounts" : isOfAccounts && shown.can_leave ? "All sub-accounts" : "");
    skip.hidden = waiting.length === 0;
    connect.hidden = !isOfAccounts || now !== "list" || isSilent;
    refresh.hidden = now === "login" || shown === null || isSilent;
    if (isSilent) back.hidden = skip.hidden = true;
    for (const node of [skip, connect, refresh]) node.setAttribute("aria-disabled", String(isBusy));
    body.hidden = now !== "list" || !session.rows;
    if (isOfAccounts) showChoices(shown.platforms);
    choices.hidden = !isOpen || now !== "list" || isSilent;
    connect.setAttribute("aria-expanded", String(!choices.hidden));
    showCard();
    showTools();
    showSaved();
    const sentence = [silence ?? shown?.busy, shown?.notice].filter(Boolean).join(" ");
    if (live.textContent !== sentence) live.textContent = sentence;
    const at = `${shown?.id} ${now} ${card?.id}`;
    if (stage !== null && stage !== at) {
      isOpen = false;
      choices.hidden = true;
      settle();
    } else if (focusIn(panel)?.closest("[hidden]")) {
      title.focus();
    }
    stage = shown ? at : null;
  }

  /** @param {string | null} news */
  function showList(news) {
    const { rows, shown } = session;
    if (!rows || !shown) return;
    const known = session.filtersOf(rows);
    if (!list || filters !== known) {
      listLife.abort();
      listLife = new AbortController();
      filters = known;
      list = new List(known, { onAct: act, onTick: tell }, tools,
        AbortSignal.any([signal, listLife.signal]));
      body.replaceChildren(list.node);
    } else if (news !== "rows") {
      return;
    }
    list.take(rows, shown);
  }

  /** @param {string} now @param {string | null} name */
  function showPlace(now, name) {
    const { shown } = session;
    const noun = shown?.kind === "sub-accounts" ? "Agency" : "Sub-account";
    say(place, shown && !(now === "list" && name) ? `${noun} ${name ?? shown.id}` : "");
    if (shown) title.title = place.title = shown.id;
    const when = shown?.fetched_at ? new Date(shown.fetched_at * 1000) : null;
    const isToday = when?.toDateString() === new Date().toDateString();
    say(updated, when && `Last updated ${(isToday ? TIME : DAY_AND_TIME).format(when)}`);
    if (when) updated.title = DATE.format(when);
    const address = shown?.kind === "accounts" && shown.app ? locationAddress(shown.app, shown.id) : null;
    if (address === null) app.replaceChildren();
    else if (app.querySelector("a")?.href !== address) {
      app.replaceChildren(appLink(address, "Open in GoHighLevel", "Open in GoHighLevel"));
    }
  }

  function showCard() {
    if (card === session.card) return;
    card = session.card;
    cards.replaceChildren(...(card ? [card.view(signal)] : []));
  }

  /** What is saved, until the kernel has sent the rows. */
  function showSaved() {
    const { title: of, headings = [], rows = [], more = 0, fetched_at: at } = session.model.get("saved") ?? {};
    saved.hidden = session.rows !== null || rows.length === 0 || !(session.shown === null);
    if (saved.hidden || saved.childElementCount) return;
    const cells = (/** @type {"th" | "td"} */ tag, /** @type {string[]} */ texts) => (
      make("tr", "", {}, ...texts.map((text) => make(tag, "", {}, make("bdi", "", {}, text)))));
    say(title, of);
    saved.append(
      make("table", "panel-static", {}, make("thead", "", {}, cells("th", headings)),
        make("tbody", "", {}, ...rows.map((row) => cells("td", row)))),
      make("p", "panel-more", {}, [
        more ? `And ${more} more.` : "",
        at ? `As of ${DAY_AND_TIME.format(new Date(at * 1000))}.` : "",
      ].join(" ")));
  }

  function showTools() {
    const { rows, shown } = session;
    const ticked = rows?.ticked.size ?? 0;
    const isOfAccounts = shown?.kind === "accounts";
    const rest = session.isAsking || !!shown?.busy;
    for (const node of [renew, detach]) {
      node.hidden = !isOfAccounts || ticked === 0 || session.isSilent;
      node.setAttribute("aria-disabled", String(rest));
    }
  }

  /** @param {[string, string][]} platforms */
  function showChoices(platforms) {
    if (choices.childElementCount === platforms.length) return;
    choices.replaceChildren(...platforms.map(([platform, name]) => (
      button("secondary", name, () => session.ask({ type: "connect", platform }), signal))));
  }

  function toggle() {
    if (session.isSilent) return;
    isOpen = !isOpen;
    paint(null);
    if (isOpen) /** @type {HTMLElement | null} */ (choices.firstElementChild)?.focus();
  }

  function tell() {
    const { rows } = session;
    if (rows) session.send({ type: "select", version: rows.version, rows: [...rows.ticked] });
    showTools();
  }

  /** @param {string} what @param {number} row */
  function act(what, row) {
    const { rows, shown } = session;
    if (!rows || !shown) return;
    if (what === "open" && shown.kind === "sub-accounts") {
      session.ask({ type: "open", version: rows.version, row });
    }
    if (what === "reconnect" || what === "detach") actOn(what, [row]);
  }

  /** @param {"reconnect" | "detach"} what */
  function actOnTicked(what) {
    if (list) actOn(what, list.tickedRows());
  }

  /** @param {"reconnect" | "detach"} what @param {number[]} chosen */
  function actOn(what, chosen) {
    const { rows, isSilent } = session;
    if (!rows || chosen.length === 0 || isSilent) return;
    const { version, columns } = rows;
    if (what === "reconnect") session.ask({ type: "reconnect", version, rows: chosen });
    if (what === "detach" && "state" in columns) {
      main.inert = true;
      const focused = focusIn(panel);
      question.ask(columns, chosen, (isSure) => {
        main.inert = false;
        if (isSure) session.ask({ type: "detach", version, rows: chosen });
        if (focused instanceof HTMLElement && tools.contains(focused)) focused.focus();
        else list?.focus();
      });
    }
  }

  async function copyRows() {
    const rows = list?.sheet() ?? [];
    try {
      await navigator.clipboard.writeText(toTabs(rows));
      live.textContent = `${rows.length - 1} rows copied.`;
      copy.textContent = "Copied";
    } catch {
      live.textContent = "This page may not use the clipboard. Use Export CSV instead.";
      copy.textContent = "Not allowed here";
    }
    setTimeout(() => { copy.textContent = "Copy"; }, PATIENCE_MS);
  }

  function saveRows() {
    const { shown } = session;
    const name = (shown?.kind === "accounts" ? shown.name : null) ?? "";
    const what = shown?.kind === "accounts" ? "accounts" : "sub-accounts";
    download(fileName(what, name, new Date().toISOString().slice(0, 10)), toCsv(list?.sheet() ?? []));
  }

  /** Move the keyboard focus to the new content if it was in the removed one. */
  function settle() {
    const active = focusIn(panel);
    if (active && active !== document.body && !panel.contains(active)) return;
    /** @type {HTMLElement} */ (cards.querySelector(".ghl-connect-card") ?? title).focus();
  }
}

export default widgetOf(
  (/** @type {import("@anywidget/types").AnyModel<{saved: SavedTable}>} */ model, signal) => (
    new PanelSession(model, signal)),
  renderPanel,
);
