// @ts-check
/**
 * A table of any length; only visible rows have nodes. One cell has the keyboard focus, or gets it by
 * Tab; the arrow keys move it, and Home, End, and the page keys move it further.
 *
 * @typedef {object} Column
 * @property {string} name Part of its CSS class.
 * @property {string} label Its heading.
 * @property {boolean} [isQuiet] The heading is for screen readers only.
 * @property {HTMLElement} [head] Shown in the heading instead of the label.
 * @property {(a: number, b: number) => number} [compare] Makes the column sortable.
 * @property {boolean} [mostFirst] The first click sorts from the most to the least.
 * @property {(row: number) => (string | Node)[]} cell
 *
 * @typedef {object} Memory Preserved when the table is shown again.
 * @property {string} sort The name of a column.
 * @property {boolean} isDescending
 * @property {number} at Row position of the focused cell, from the top; -1 is the heading.
 * @property {number} column
 * @property {number} top The scroll position.
 *
 * @typedef {object} Events
 * @property {() => void} onSort
 * @property {(act: string, row: number) => void} onAct A control with data-act was used; "open" also
 *   means Enter, or a click elsewhere in the row.
 */

import { make } from "../../widgets/static/parts.js";

const ROWS_AROUND = 6;
const ROW_HEIGHT = 56;
const CONTROL = "button, input, a";

export class Grid {
  /** @type {readonly number[]} The shown rows, from the top. */
  rows = [];
  /** @type {Map<number, HTMLElement>} By their positions. */
  shown = new Map();
  height = ROW_HEIGHT;
  /** @type {HTMLElement | null} The tab stop. */
  stop = null;

  /**
   * @param {readonly Column[]} columns @param {Memory} memory @param {Events} events
   * @param {AbortSignal} signal
   */
  constructor(columns, memory, events, signal) {
    this.columns = columns;
    this.memory = memory;
    this.events = events;
    this.heads = columns.map((column) => this.heading(column));
    this.head = make("div", "panel-row", { role: "row", "aria-rowindex": "1" }, ...this.heads);
    this.head.classList.add("ghl-connect-panel-headings");
    this.body = make("div", "panel-body", { role: "rowgroup" });
    // By default, Firefox makes every scrollable element a tab stop.
    this.node = make("div", "panel-grid", {
      role: "grid", "aria-colcount": String(columns.length), tabindex: "-1",
    }, make("div", "panel-top", { role: "rowgroup" }, this.head), this.body);
    const { node } = this;
    node.addEventListener("scroll", () => {
      memory.top = node.scrollTop;
      this.render();
    }, { signal, passive: true });
    node.addEventListener("keydown", (event) => this.onKey(event), { signal });
    node.addEventListener("focusin", (event) => this.onFocus(event), { signal });
    node.addEventListener("click", (event) => this.onClick(event), { signal });
    // This event does not bubble.
    node.addEventListener("error", (event) => {
      if (event.target instanceof HTMLImageElement) event.target.remove();
    }, { signal, capture: true });
    const observer = new ResizeObserver(() => this.measure());
    observer.observe(node);
    signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  }

  /** @param {readonly number[]} rows */
  show(rows) {
    this.rows = rows;
    this.node.setAttribute("aria-rowcount", String(rows.length + 1));
    this.node.hidden = rows.length === 0;
    this.columns.forEach(({ name, compare }, i) => {
      const order = this.memory.isDescending ? "descending" : "ascending";
      if (compare) this.heads[i]?.setAttribute("aria-sort", name === this.memory.sort ? order : "none");
    });
    this.repaint();
  }

  /** Rebuild the visible rows. */
  repaint() {
    const hadFocus = this.hasFocus();
    this.shown.forEach((node) => node.remove());
    this.shown.clear();
    this.measure();
    if (hadFocus) this.target()?.focus({ preventScroll: true });
  }

  hasFocus() {
    const root = /** @type {Document | ShadowRoot} */ (this.node.getRootNode());
    return this.node.isConnected && this.node.contains(root.activeElement);
  }

  /** Move the focus to the last focused cell. */
  focus() {
    this.move(this.memory.at, this.memory.column);
  }

  /** Called when the table is placed on the page, or its width changes. */
  measure() {
    const height = parseFloat(getComputedStyle(this.node).getPropertyValue("--ghl-connect-row"));
    if (height > 0) this.height = height;
    this.body.style.height = `${this.rows.length * this.height}px`;
    if (this.node.scrollTop !== this.memory.top) this.node.scrollTop = this.memory.top;
    this.render();
  }

  render() {
    const { node, height, memory } = this;
    memory.at = Math.max(-1, Math.min(memory.at, this.rows.length - 1));
    const first = Math.max(0, Math.floor(node.scrollTop / height) - ROWS_AROUND);
    const last = Math.min(this.rows.length,
      Math.ceil((node.scrollTop + node.clientHeight) / height) + ROWS_AROUND);
    // Keep the row with the focus: removing its node would lose the focus.
    const positions = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
    if (memory.at >= 0 && (memory.at < first || memory.at >= last)) positions.push(memory.at);
    const wanted = new Set(positions);
    for (const [at, row] of this.shown) {
      if (wanted.has(at)) continue;
      row.remove();
      this.shown.delete(at);
    }
    // In the order of the rows, which is the order for screen readers.
    let next = this.body.firstElementChild;
    for (const at of positions.sort((a, b) => a - b)) {
      const row = this.shown.get(at) ?? this.build(at);
      if (row === next) next = next.nextElementSibling;
      else this.body.insertBefore(row, next);
      row.style.transform = `translateY(${at * height}px)`;
    }
    this.setStop();
  }

  /** @param {number} at */
  build(at) {
    const row = /** @type {number} */ (this.rows[at]);
    const cells = this.columns.map(({ name, cell }) => {
      const node = make("div", `panel-cell-${name}`, { role: "gridcell" }, ...cell(row));
      target(node).tabIndex = -1;
      return node;
    });
    const node = make("div", "panel-row", { role: "row", "aria-rowindex": String(at + 2) }, ...cells);
    const box = node.querySelector("input");
    if (box) node.setAttribute("aria-selected", String(box.checked));
    node.dataset.at = String(at);
    this.shown.set(at, node);
    return node;
  }

  /** @param {Column} column */
  heading({ name, label, head, isQuiet, compare }) {
    const text = make("span", isQuiet ? "live" : "", {}, label);
    const sort = make("button", "panel-sort", { type: "button" }, label,
      make("span", "panel-arrow", { "aria-hidden": "true" }));
    const node = make("div", `panel-cell-${name}`, { role: "columnheader" },
      head ?? (compare ? sort : text));
    target(node).tabIndex = -1;
    node.dataset.sort = name;
    return node;
  }

  // ---- the keyboard ----------------------------------------------------------------------------

  /** @returns {HTMLElement | null} The element that has the focus, or gets it. */
  target() {
    const { at, column } = this.memory;
    const row = at < 0 ? this.head : this.shown.get(at);
    const cell = row?.children[column];
    return cell instanceof HTMLElement ? target(cell) : null;
  }

  setStop() {
    const stop = this.target();
    if (stop === this.stop) return;
    if (this.stop) this.stop.tabIndex = -1;
    if (stop) stop.tabIndex = 0;
    this.stop = stop;
  }

  /** @param {number} at @param {number} column */
  move(at, column) {
    const { node, height, memory } = this;
    memory.at = Math.max(-1, Math.min(at, this.rows.length - 1));
    memory.column = Math.max(0, Math.min(column, this.columns.length - 1));
    if (memory.at >= 0) {
      const top = memory.at * height;
      const room = node.clientHeight - this.head.offsetHeight;
      if (top < node.scrollTop) node.scrollTop = top;
      else if (top + height > node.scrollTop + room) node.scrollTop = top + height - room;
      memory.top = node.scrollTop;
    }
    this.render();
    this.target()?.focus({ preventScroll: true });
  }

  /** @param {FocusEvent} event */
  onFocus({ target: node }) {
    const cell = node instanceof Element ? node.closest("[role=gridcell], [role=columnheader]") : null;
    const row = cell?.parentElement;
    if (!cell || !row) return;
    this.memory.at = row === this.head ? -1 : Number(row.dataset.at);
    this.memory.column = Array.from(row.children).indexOf(cell);
    this.setStop();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const { at, column } = this.memory;
    const { key, ctrlKey, metaKey, altKey } = event;
    const isFar = ctrlKey || metaKey;
    if (altKey || (isFar && key !== "Home" && key !== "End")) return;
    const page = Math.max(1, Math.floor(this.node.clientHeight / this.height) - 1);
    const end = this.columns.length - 1;
    /** @type {Record<string, [number, number]>} */
    const moves = {
      ArrowUp: [at - 1, column],
      ArrowDown: [at + 1, column],
      ArrowLeft: [at, column - 1],
      ArrowRight: [at, column + 1],
      PageUp: [Math.max(0, at - page), column],
      PageDown: [at + page, column],
      Home: isFar ? [0, 0] : [at, 0],
      End: isFar ? [this.rows.length - 1, end] : [at, end],
    };
    const to = moves[key];
    if (to) {
      event.preventDefault();
      this.move(...to);
    } else if (key === "Enter" && at >= 0 && !(event.target instanceof Element
      && event.target.matches(CONTROL))) {
      event.preventDefault();
      this.events.onAct("open", /** @type {number} */ (this.rows[at]));
    }
  }

  /** @param {MouseEvent} event */
  onClick({ target: node }) {
    if (!(node instanceof Element)) return;
    const heading = node.closest("[role=columnheader]");
    if (heading instanceof HTMLElement) {
      if (node.closest("button")) this.sortBy(heading.dataset.sort ?? "");
      return;
    }
    const row = node.closest("[data-at]");
    if (!(row instanceof HTMLElement)) return;
    const control = node.closest("[data-act]");
    const act = control instanceof HTMLElement ? control.dataset.act : "open";
    this.events.onAct(act ?? "open", /** @type {number} */ (this.rows[Number(row.dataset.at)]));
  }

  /** @param {string} name */
  sortBy(name) {
    const { memory } = this;
    const mostFirst = this.columns.find((column) => column.name === name)?.mostFirst ?? false;
    memory.isDescending = memory.sort === name ? !memory.isDescending : mostFirst;
    memory.sort = name;
    memory.top = 0;
    this.events.onSort();
  }
}

/** @param {HTMLElement} cell @returns {HTMLElement} The element of a cell that gets the focus. */
function target(cell) {
  return cell.querySelector(CONTROL) ?? cell;
}
