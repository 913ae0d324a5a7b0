// @ts-check
/**
 * The panel: a list, the steps of connecting an account, and a confirmation before one is detached.
 * The kernel decides and does everything; this page sends requests, and shows the kernel's state.
 *
 * @typedef {import("./protocol").FromKernel} FromKernel
 * @typedef {import("./protocol").ShownAccounts} ShownAccounts
 * @typedef {import("./protocol").ShownLocations} ShownLocations
 * @typedef {import("@anywidget/types").AnyModel} Model
 */

import {
  PATIENCE_MS, avatar, button, focusIn, make, newId, say, widgetOf,
} from "../../widgets/static/parts.js";
import { twoLines } from "./columns.js";
import { List, newFilters } from "./list.js";

const SILENT = "The kernel has not answered. It may be busy with another cell; if it was restarted, "
  + "run this cell again.";

// ---- session: one per live model, shared by all its views ---------------------------------------

class PanelSession {
  /** @type {ShownAccounts | ShownLocations | null} */
  shown = null;
  /** @type {import("./list.js").Data | null} */
  data = null;
  /** @type {import("./list.js").Filters | null} */
  filters = null;
  /** Whether a reply of the kernel is pending, and whether it is overdue. */
  isAsking = false;
  isSilent = false;
  /** @type {Set<(news: "show" | "rows" | null) => void>} */
  views = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer = undefined;

  /** @param {Model} model @param {AbortSignal} signal */
  constructor(model, signal) {
    this.model = model;
    const onKernel = (/** @type {FromKernel} */ message) => this.onKernel(message);
    // An event of ipywidgets: the kernel was restarted, has died, or is back.
    const onLive = () => this.send({ type: "hello" });
    model.on("msg:custom", onKernel);
    model.on("comm_live_update", onLive);
    signal.addEventListener("abort", () => {
      model.off("msg:custom", onKernel);
      model.off("comm_live_update", onLive);
      clearTimeout(this.timer);
      this.views.clear();
    }, { once: true });
    this.send({ type: "hello" });
  }

  /** @param {FromKernel} message */
  onKernel(message) {
    if (message.type === "rows") {
      const { version, columns, selected } = message;
      this.data = { version, columns, ticked: new Set(selected) };
      this.filters ??= newFilters("state" in columns ? "state" : "expired");
    } else {
      this.shown = message;
    }
    this.wait(false, false);
    this.views.forEach((paint) => paint(message.type));
  }

  /** @param {import("./protocol").ToKernel} message */
  send(message) {
    try {
      this.model.send(message);
    } catch {
      this.wait(false, true);
      return;
    }
    if (message.type !== "select") this.wait(true, false);
  }

  /** @param {boolean} isAsking @param {boolean} isSilent */
  wait(isAsking, isSilent) {
    clearTimeout(this.timer);
    this.isAsking = isAsking;
    this.isSilent = isSilent;
    if (isAsking) this.timer = setTimeout(() => this.wait(false, true), PATIENCE_MS);
    this.views.forEach((paint) => paint(null));
  }

  /** Send a request, unless one is running. @param {import("./protocol").ToKernel} message */
  ask(message) {
    if (message.type === "back" || !(this.isAsking || this.shown?.busy)) this.send(message);
  }
}

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
  const back = button("secondary", "", () => {
    if (stage === "list") goTo({ type: "back" });
    else session.ask({ type: "back" });
  }, signal);
  const connect = button("secondary", "Connect", toggle, signal);
  const refresh = button("secondary", "Refresh", () => session.ask({ type: "refresh" }), signal);
  const choices = make("div", "panel-platforms", { role: "group", "aria-label": "Connect an account of" });
  const busy = make("p", "panel-busy");
  const error = make("p", "error", { role: "alert" });
  const notice = make("p", "panel-notice");
  const body = make("div", "panel-rest");
  const live = make("p", "live", { "aria-live": "polite" });
  const question = new Question(signal);
  const pages = new Pages(session, signal);
  /** @type {List | null} */
  let list = null;
  /** @type {string | null} */
  let stage = null;
  let isOpen = false;
  const main = make("div", "panel-main", {},
    make("div", "panel-head", {}, make("div", "panel-heading", {}, title,
      make("p", "place", {}, place)),
      make("div", "panel-actions", {}, back, connect, refresh)),
    choices, busy, error, notice, body, pages.node, live);
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

  /** @param {"show" | "rows" | null} news */
  function paint(news) {
    const { shown, data, filters } = session;
    if (news === "rows" && data && filters) {
      if (!list) {
        list = new List(filters, { onAct: act, onTick: tell }, signal);
        body.append(list.node);
      }
      list.take(data);
    }
    const isOfAccounts = shown?.kind === "accounts";
    const now = isOfAccounts ? shown.stage : "list";
    const name = isOfAccounts && shown.name ? shown.name : null;
    const heads = {
      list: name ?? (shown?.kind === "sub-accounts" ? "Sub-accounts" : "Connected accounts"),
      login: isOfAccounts && shown.reconnecting ? `Reconnect ${shown.reconnecting}` : "Connect an account",
      attach: `Attach accounts of ${isOfAccounts ? shown.platform : ""}`,
    };
    say(title, heads[now]);
    panel.setAttribute("aria-label", name ? `Connected accounts of ${name}` : heads.list);
    say(place, shown ? `${isOfAccounts ? "Sub-account" : "Agency"} ${shown.id}` : "");
    const isBusy = session.isAsking || !!shown?.busy;
    panel.dataset.busy = String(isBusy);
    main.setAttribute("aria-busy", String(isBusy));
    say(busy, shown?.busy ?? (session.isAsking ? "Asking the kernel…" : ""));
    say(error, session.isSilent ? SILENT : shown?.error);
    say(notice, shown?.notice);
    say(back, now !== "list" ? "Back to the accounts" : isOfAccounts && shown.can_leave ? "All sub-accounts" : "");
    connect.hidden = !isOfAccounts || now !== "list";
    refresh.hidden = now === "login";
    for (const node of [connect, refresh]) node.setAttribute("aria-disabled", String(isBusy));
    body.hidden = now !== "list";
    if (isOfAccounts) showChoices(shown.platforms);
    choices.hidden = !isOpen || now !== "list";
    connect.setAttribute("aria-expanded", String(!choices.hidden));
    pages.show(isOfAccounts && now === "attach" ? shown : null, isBusy);
    const sentence = [shown?.busy, shown?.notice].filter(Boolean).join(" ");
    if (live.textContent !== sentence) live.textContent = sentence;
    if (stage !== null && stage !== now) {
      isOpen = false;
      choices.hidden = true;
      settle(now);
    }
    stage = now;
  }

  /** @param {[string, string][]} platforms */
  function showChoices(platforms) {
    if (choices.childElementCount === platforms.length) return;
    choices.replaceChildren(...platforms.map(([platform, name]) => (
      button("secondary", name, () => session.ask({ type: "connect", platform }), signal))));
  }

  function toggle() {
    isOpen = !isOpen;
    paint(null);
    if (isOpen) /** @type {HTMLElement | null} */ (choices.firstElementChild)?.focus();
  }

  function tell() {
    const { data } = session;
    if (data) session.send({ type: "select", version: data.version, rows: [...data.ticked] });
  }

  /** @param {string} what @param {number} row */
  function act(what, row) {
    const { data, shown } = session;
    if (!data || !shown) return;
    const { version, columns } = data;
    if (what === "open" && shown.kind === "sub-accounts") goTo({ type: "open", version, row });
    if (what === "reconnect") session.ask({ type: "reconnect", version, row });
    if (what === "detach" && "state" in columns) {
      main.inert = true;
      question.ask(columns, row, (isSure) => {
        main.inert = false;
        if (isSure) session.ask({ type: "detach", version, row });
        list?.focus();
      });
    }
  }

  /** Move the keyboard focus to the new content if it was in the removed one. @param {string} now */
  function settle(now) {
    const active = focusIn(panel);
    if (active && active !== document.body && !box().contains(active)) return;
    if (now === "login") focusWhenThere(box(), ".ghl-connect-card");
    else title.focus();
  }

  function box() {
    return panel.closest(".ghl-accounts-panel") ?? panel;
  }

  /** Request content that another view of the box will show. @param {import("./protocol").ToKernel} message */
  function goTo(message) {
    session.ask(message);
    focusWhenThere(box(), ".ghl-connect-panel-title", panel);
  }
}

// ---- confirmation before an account is detached -------------------------------------------------

class Question {
  /** @type {((isSure: boolean) => void) | null} */
  answer = null;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.text = make("div", "panel-question", { id: `ghl-connect-${newId()}` });
    this.more = make("div", "panel-about", { id: `ghl-connect-${newId()}` });
    this.keep = button("primary", "Keep it", () => this.end(false), signal);
    const detach = button("danger", "Detach", () => this.end(true), signal);
    const box = make("div", "panel-dialog", {
      role: "alertdialog", "aria-modal": "true", "aria-labelledby": this.text.id,
      "aria-describedby": this.more.id,
    }, this.text, this.more, make("div", "panel-actions", {}, this.keep, detach));
    this.node = make("div", "panel-veil", { hidden: "" }, box);
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.end(false);
      // The rest of the panel is inert; the rest of the page is not.
      if (event.key === "Tab") {
        event.preventDefault();
        (focusIn(this.node) === this.keep ? detach : this.keep).focus();
      }
    }, { signal });
  }

  /**
   * @param {import("./protocol").AccountColumns} all @param {number} row
   * @param {(isSure: boolean) => void} answer
   */
  ask(all, row, answer) {
    const name = () => make("bdi", "", {}, all.name[row] ?? "");
    const title = all.title[row] ?? "";
    const groups = all.groups[row];
    this.answer = answer;
    this.text.replaceChildren("Detach ", name(), ` (${title})?`);
    this.more.replaceChildren(
      make("p", "", {}, `What was published stays on ${title}. Posts that are still planned for this `
        + "account cannot be expected to go out: how the service treats them is not documented."),
      ...(groups ? [make("p", "", {}, "It also leaves its groups: ", make("bdi", "", {}, groups), ".")] : []),
      make("p", "", {}, "To have it back, log in once more and attach it."),
    );
    this.node.hidden = false;
    this.keep.focus();
    this.node.scrollIntoView({ block: "nearest" });
  }

  /** @param {boolean} isSure */
  end(isSure) {
    const { answer } = this;
    this.answer = null;
    this.node.hidden = true;
    answer?.(isSure);
  }
}

// ---- the accounts that a login can attach -------------------------------------------------------

class Pages {
  /** @type {import("./protocol").Page[] | null} As last received. */
  told = null;
  /** @type {HTMLInputElement[]} */
  boxes = [];

  /** @param {PanelSession} session @param {AbortSignal} signal */
  constructor(session, signal) {
    this.session = session;
    this.lead = make("p", "panel-lead");
    this.list = make("ul", "panel-pages");
    this.attach = make("button", "button", { type: "submit" }, "Attach");
    this.attach.classList.add("ghl-connect-primary");
    this.node = make("form", "panel-attach", { hidden: "" }, this.lead, this.list,
      make("div", "panel-actions", {}, this.attach));
    this.node.addEventListener("change", () => this.count(), { signal });
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      const ticked = this.ticked();
      if (ticked.length) session.ask({ type: "attach", pages: ticked });
    }, { signal });
  }

  /** @param {ShownAccounts | null} shown @param {boolean} isBusy */
  show(shown, isBusy) {
    this.node.hidden = !shown || (shown.pages === null && !shown.reconnecting);
    this.isBusy = isBusy;
    if (!shown) {
      this.told = null;
      return;
    }
    const { pages, reconnecting, platform } = shown;
    say(this.lead, reconnecting
      ? `${reconnecting} is still expired. Was it selected in the login? Attaching it again may reconnect it.`
      : pages?.length === 0 ? "No account was shared in this login, so there is nothing to attach."
        : `${platform} is connected. Choose what the sub-account gets.`);
    if (JSON.stringify(pages) !== JSON.stringify(this.told)) this.build(pages ?? []);
    this.told = pages;
    this.count();
  }

  /** @param {import("./protocol").Page[]} pages */
  build(pages) {
    const free = pages.filter((page) => !page.is_attached);
    this.boxes = pages.map((page) => {
      const box = make("input", "", { type: "checkbox" });
      box.checked = page.is_attached || page.is_ticked || free.length === 1;
      box.disabled = page.is_attached;
      return box;
    });
    this.list.replaceChildren(...pages.map((page, i) => make("li", "", {},
      make("label", "panel-page", {}, /** @type {HTMLInputElement} */ (this.boxes[i]),
        avatar(page.name, page.avatar),
        twoLines(page.name, [page.username ? `@${page.username}` : null,
          page.is_attached ? "attached already" : null])),
      ...(page.error ? [make("p", "error", {}, page.error)] : []))));
  }

  /** @returns {number[]} */
  ticked() {
    return this.boxes.flatMap((box, i) => (box.checked && !box.disabled ? [i] : []));
  }

  count() {
    const { length } = this.ticked();
    this.attach.hidden = this.boxes.every((box) => box.disabled);
    const label = length ? `Attach ${length} account${length === 1 ? "" : "s"}` : "Attach";
    say(this.attach, this.attach.hidden ? "" : label);
    this.attach.setAttribute("aria-disabled", String(this.isBusy || length === 0));
  }
}

/**
 * Focus an element once it exists: other widgets are rendered later.
 *
 * @param {Element} box @param {string} selector @param {Element} [besides] An element to ignore.
 */
function focusWhenThere(box, selector, besides) {
  const look = () => {
    const found = [...box.querySelectorAll(selector)].find((node) => !besides?.contains(node));
    if (!(found instanceof HTMLElement)) return;
    observer.disconnect();
    found.focus();
  };
  const observer = new MutationObserver(look);
  observer.observe(box, { childList: true, subtree: true });
  AbortSignal.timeout(PATIENCE_MS).addEventListener("abort", () => observer.disconnect());
  look();
}

export default widgetOf(
  (/** @type {Model} */ model, signal) => new PanelSession(model, signal),
  renderPanel,
);
