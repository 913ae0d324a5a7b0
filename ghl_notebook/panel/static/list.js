// @ts-check
/**
 * A list with search, filters and ticks: of accounts, or of sub-accounts.
 *
 * @typedef {import("./protocol").AccountColumns} AccountColumns
 * @typedef {import("./protocol").LocationColumns} LocationColumns
 * @typedef {import("./columns.js").ListType} ListType
 *
 * @typedef {object} Data The rows, as last received.
 * @property {string} list Id of the sub-account or agency.
 * @property {number} version
 * @property {AccountColumns | LocationColumns} columns
 * @property {Set<number>} ticked
 *
 * @typedef {object} Filters Preserved when the list is shown again.
 * @property {string} search
 * @property {string} platform With a sign before it: with, or without it.
 * @property {string} group
 * @property {string} state
 * @property {import("./grid.js").Memory} memory
 *
 * @typedef {object} Doings
 * @property {(act: string, row: number) => void} onAct
 * @property {() => void} onTick
 */

import { button, make, say } from "../../widgets/static/parts.js";
import { COLLATOR, accounts, locations } from "./columns.js";
import { Grid } from "./grid.js";

/** @param {"state" | "expired"} sort @returns {Filters} Rows that need attention come first. */
export function newFilters(sort) {
  const memory = { sort, isDescending: sort === "expired", at: 0, column: 1, top: 0 };
  return { search: "", platform: "", group: "", state: "", memory };
}

export class List {
  /** @type {Data | null} */
  data = null;
  /** @type {ListType | null} */
  kind = null;
  /** @type {string[]} The searchable text of each row. */
  words = [];
  /** @type {Grid | null} */
  grid = null;
  /** Removes the listeners of the grid. */
  life = new AbortController();

  /**
   * @param {Filters} filters @param {Doings} doings @param {HTMLElement} tools Shown beside the count.
   * @param {AbortSignal} signal
   */
  constructor(filters, doings, tools, signal) {
    this.filters = filters;
    this.doings = doings;
    this.signal = signal;
    this.search = make("input", "input", {
      type: "search", placeholder: "Search", "aria-label": "Search", autocomplete: "off",
      spellcheck: "false",
    });
    this.platform = make("select", "input", { "aria-label": "Platform" });
    this.group = make("select", "input", { "aria-label": "Group" });
    this.chips = make("div", "panel-chips", { role: "group", "aria-label": "State" });
    this.count = make("p", "panel-count", { role: "status" });
    this.none = make("p", "panel-none");
    this.all = button("secondary", "Show all", () => this.reset(), signal);
    this.place = make("div", "panel-place");
    this.node = make("div", "panel-list", {},
      make("div", "panel-filters", {}, this.search, this.platform, this.group, this.chips),
      make("div", "panel-tools", {}, this.count, tools), this.place, make("div", "panel-nothing", {}, this.none, this.all));
    this.tickAll = make("input", "", { type: "checkbox", "aria-label": "Select all that are shown" });
    this.tickAll.addEventListener("click", () => this.tick(this.shownRows(), this.tickAll.checked),
      { signal });
    this.search.value = filters.search;
    this.search.addEventListener("input", () => this.filter({ search: this.search.value }), { signal });
    this.platform.addEventListener("change", () => this.filter({ platform: this.platform.value }),
      { signal });
    this.group.addEventListener("change", () => this.filter({ group: this.group.value }), { signal });
  }

  /** @param {Data} data @param {import("./protocol").ShownAccounts | import("./protocol").ShownLocations} shown */
  take(data, { app, expiring_days: days }) {
    const { columns } = data;
    const kind = "state" in columns ? accounts(columns, days) : locations(columns, days, app);
    this.data = data;
    this.kind = kind;
    this.words = columns.name.map((_, row) => fold(kind.words(row).filter(Boolean).join(" ")));
    const hadFocus = this.grid?.hasFocus();
    const tick = {
      name: "tick",
      label: "Selected",
      head: this.tickAll,
      cell: (/** @type {number} */ row) => [this.tickBox(row)],
    };
    const events = {
      onSort: () => this.update(),
      onAct: (/** @type {string} */ what, /** @type {number} */ row) => this.act(what, row),
    };
    // Remove the listeners with the grid: they would accumulate each time the list is fetched.
    this.life.abort();
    this.life = new AbortController();
    const signal = AbortSignal.any([this.life.signal, this.signal]);
    this.grid = new Grid([tick, ...kind.columns], this.filters.memory, events, signal);
    this.grid.node.setAttribute("aria-label", `Connected ${kind.many}`);
    this.grid.node.classList.add(`ghl-connect-panel-of-${kind.many}`);
    this.place.replaceChildren(this.grid.node);
    this.showChoices();
    this.update();
    if (hadFocus) this.grid.focus();
  }

  focus() {
    this.grid?.focus();
  }

  /** @param {Partial<Filters>} changes */
  filter(changes) {
    Object.assign(this.filters, changes);
    this.filters.memory.top = 0;
    this.update();
  }

  reset() {
    this.search.value = "";
    this.platform.value = this.group.value = "";
    this.filter({ search: "", platform: "", group: "", state: "" });
    this.search.focus();
  }

  update() {
    const { kind, data, grid, filters } = this;
    if (!kind || !data || !grid) return;
    const rows = this.shownRows();
    const total = data.columns.name.length;
    const { sort, isDescending } = filters.memory;
    const compare = kind.columns.find(({ name }) => name === sort)?.compare;
    if (compare) rows.sort((a, b) => (isDescending ? compare(b, a) : compare(a, b)) || a - b);
    grid.show(rows);
    this.showChips();
    this.showCount(rows);
    this.node.dataset.empty = String(total === 0);
    say(this.none, rows.length ? "" : total ? `No ${kind.one} matches.` : kind.empty);
    this.all.hidden = rows.length > 0 || total === 0;
  }

  /** @param {string} [state] Instead of the selected one. @returns {number[]} */
  shownRows(state = this.filters.state) {
    const { kind, filters, words } = this;
    if (!kind) return [];
    const wanted = fold(filters.search).split(/\s+/).filter(Boolean);
    const found = [];
    for (let row = 0; row < words.length; row += 1) {
      const text = /** @type {string} */ (words[row]);
      if (state && !kind.isIn(row, state)) continue;
      if (filters.platform && !isOn(kind, row, filters.platform)) continue;
      if (filters.group && !kind.groups(row).includes(filters.group)) continue;
      if (wanted.every((word) => text.includes(word))) found.push(row);
    }
    return found;
  }

  showChoices() {
    const { kind, data, filters } = this;
    if (!kind || !data) return;
    const rows = data.columns.name.map((_, row) => row);
    const count = (/** @type {(row: number) => string[]} */ of) => {
      /** @type {Map<string, number>} */
      const found = new Map();
      rows.forEach((row) => of(row).forEach((one) => found.set(one, (found.get(one) ?? 0) + 1)));
      return [...found].sort(([a], [b]) => COLLATOR.compare(a, b));
    };
    const option = (/** @type {string} */ value, /** @type {string} */ label) => (
      make("option", "", { value }, label));
    const platforms = count(kind.platforms);
    const withOne = platforms.map(([one, n]) => option(`+${one}`, `${one} (${n})`));
    const known = rows.filter(kind.isKnown).length;
    const without = platforms.map(([one, n]) => option(`-${one}`, `No ${one} (${known - n})`));
    this.platform.replaceChildren(option("", "All platforms"), ...(kind.hasWithout ? [
      make("optgroup", "", { label: "With" }, ...withOne),
      make("optgroup", "", { label: "Without" }, ...without),
    ] : withOne));
    const groups = count(kind.groups);
    this.group.replaceChildren(option("", "All groups"),
      ...groups.map(([one, n]) => option(one, `${one} (${n})`)));
    this.group.hidden = groups.length === 0;
    if (!platforms.some(([one]) => one === filters.platform.slice(1))) filters.platform = "";
    if (!groups.some(([one]) => one === filters.group)) filters.group = "";
    this.platform.value = filters.platform;
    this.group.value = filters.group;
  }

  showChips() {
    const { kind, filters } = this;
    if (!kind) return;
    /** @type {[string, string, string?][]} */
    const choices = [["", "All"], ...kind.states];
    if (this.chips.childElementCount !== choices.length) {
      this.chips.replaceChildren(...choices.map(([state, name, title]) => {
        const chip = button("panel-chip", "", () => this.filter({ state }), this.signal);
        if (title) chip.title = title;
        chip.append(`${name} `, make("span", "panel-number"));
        return chip;
      }));
    }
    choices.forEach(([state], i) => {
      const chip = this.chips.children[i];
      chip?.setAttribute("aria-pressed", String(filters.state === state));
      const number = chip?.lastElementChild;
      if (number) number.textContent = String(this.shownRows(state).length);
    });
  }

  /** @param {readonly number[]} rows */
  showCount(rows) {
    const { kind, data } = this;
    if (!kind || !data) return;
    const total = data.columns.name.length;
    const noun = total === 1 ? kind.one : kind.many;
    const of = rows.length === total ? `${total} ${noun}` : `${rows.length} of ${total} ${noun}`;
    const { size } = data.ticked;
    say(this.count, size ? `${of}, ${size} selected` : of);
    const ticked = rows.filter((row) => data.ticked.has(row)).length;
    this.tickAll.checked = ticked > 0 && ticked === rows.length;
    this.tickAll.indeterminate = ticked > 0 && ticked < rows.length;
  }

  /** @returns {number[]} The ticked rows, also hidden ones, in the order of the list. */
  tickedRows() {
    const { data, grid } = this;
    if (!data || !grid) return [];
    const shown = grid.rows.filter((row) => data.ticked.has(row));
    return [...new Set([...shown, ...data.ticked])];
  }

  /** @returns {(string | number)[][]} The ticked rows as a copy; all that are shown if none is. */
  sheet() {
    const { kind, grid } = this;
    if (!kind || !grid) return [];
    const ticked = this.tickedRows();
    return [kind.headings, ...(ticked.length ? ticked : grid.rows).map(kind.texts)];
  }

  // ---- ticks -----------------------------------------------------------------------------------

  /** @param {number} row */
  tickBox(row) {
    const name = this.data?.columns.name[row] ?? "";
    const box = make("input", "", {
      type: "checkbox", "data-act": "tick", "aria-label": `Select ${name}`,
    });
    box.checked = this.data?.ticked.has(row) ?? false;
    return box;
  }

  /** @param {readonly number[]} rows @param {boolean} on */
  tick(rows, on) {
    const { ticked } = this.data ?? { ticked: new Set() };
    rows.forEach((row) => (on ? ticked.add(row) : ticked.delete(row)));
    this.grid?.repaint();
    this.showCount(this.shownRows());
    this.doings.onTick();
  }

  /** @param {string} what @param {number} row */
  act(what, row) {
    if (what === "tick") this.tick([row], !this.data?.ticked.has(row));
    else this.doings.onAct(what, row);
  }
}

/** @param {ListType} kind @param {number} row @param {string} platform With its sign. */
function isOn(kind, row, platform) {
  const has = kind.platforms(row).includes(platform.slice(1));
  return platform.startsWith("+") ? has : kind.isKnown(row) && !has;
}

/** @param {string} text Returned without accents and case, which search ignores. */
function fold(text) {
  return text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase();
}
