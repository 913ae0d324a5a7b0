// @ts-check
/**
 * The state of a panel and its messages, one per live model, shared by all its views.
 *
 * @typedef {import("./protocol").FromKernel} FromKernel
 * @typedef {import("./protocol").ShownAccounts} ShownAccounts
 * @typedef {import("./protocol").ShownLocations} ShownLocations
 * @typedef {import("./protocol").SavedTable} SavedTable
 * @typedef {import("@anywidget/types").AnyModel<{saved: SavedTable}>} Model
 */

import { PATIENCE_MS } from "../../widgets/static/parts.js";
import { EmbeddedCard } from "./embedded.js";
import { newFilters } from "./list.js";

const BEAT_MS = 10_000;

export class PanelSession {
  /** @type {ShownAccounts | ShownLocations | null} */
  shown = null;
  /** @type {import("./list.js").Data | null} */
  data = null;
  /** @type {Map<string, import("./list.js").Filters>} By the list's id. */
  filters = new Map();
  /** @type {EmbeddedCard | null} */
  card = null;
  /** Whether a reply of the kernel is pending, and whether it is overdue. */
  isAsking = false;
  isSilent = false;
  /** Whether a request got no reply. */
  isLost = false;
  /** @type {Set<(news: string | null) => void>} */
  views = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer = undefined;

  /** @param {Model} model @param {AbortSignal} signal */
  constructor(model, signal) {
    this.model = model;
    const onKernel = (/** @type {FromKernel} */ message) => this.onKernel(message);
    // An event of ipywidgets: the kernel was restarted, has died, or is back.
    const onLive = () => {
      this.card?.emit("comm_live_update");
      this.send({ type: "hello" });
    };
    const onSaved = () => this.paint(null);
    // Whether the kernel is there shows in an answer only: a lost connection has no event.
    const beat = setInterval(() => this.beat(), BEAT_MS);
    model.on("msg:custom", onKernel);
    model.on("comm_live_update", onLive);
    model.on("change:saved", onSaved);
    signal.addEventListener("abort", () => {
      model.off("msg:custom", onKernel);
      model.off("comm_live_update", onLive);
      model.off("change:saved", onSaved);
      clearTimeout(this.timer);
      clearInterval(beat);
      this.card?.close();
      this.views.clear();
    }, { once: true });
    this.send({ type: "hello" });
  }

  beat() {
    if (this.views.size === 0 || document.hidden || this.isAsking) return;
    // After a silence, everything may have changed.
    this.send({ type: this.isSilent || this.shown === null ? "hello" : "ping" });
  }

  /** @param {FromKernel} message */
  onKernel(message) {
    if (message.type === "rows") {
      const { list, version, columns, selected } = message;
      this.data = { list, version, columns, ticked: new Set(selected) };
    } else if (message.type === "show") {
      this.shown = message;
      if (message.kind !== "accounts" || message.stage !== "login") this.endCard();
    } else if (message.type === "card") {
      if (this.card?.id === message.id) this.card.set(message.traits);
      else this.showCard(message.id, message.traits);
    } else if (message.type === "to_card") {
      if (this.card?.id === message.id) this.card.emit("msg:custom", message.message);
    }
    this.wait(false, false);
    this.paint(message.type);
  }

  /** @param {number} id @param {import("../../login/static/protocol").Traits} traits */
  showCard(id, traits) {
    this.endCard();
    this.card = new EmbeddedCard(id, traits, (message) => this.model.send(message));
  }

  endCard() {
    this.card?.close();
    this.card = null;
  }

  /** @param {string | null} news */
  paint(news) {
    this.views.forEach((paint) => paint(news));
  }

  /** @returns {import("./list.js").Data | null} The rows of the list that is shown. */
  get rows() {
    return this.data && this.data.list === this.shown?.id ? this.data : null;
  }

  /** @param {import("./list.js").Data} data */
  filtersOf({ list, columns }) {
    const known = this.filters.get(list) ?? newFilters("state" in columns ? "state" : "expired");
    this.filters.set(list, known);
    return known;
  }

  /** @param {import("./protocol").ToKernel} message */
  send(message) {
    try {
      this.model.send(message);
    } catch {
      this.wait(false, true);
      return;
    }
    if (message.type === "select") return;
    if (message.type === "ping") this.expect();
    else this.wait(true, this.isSilent);
  }

  /** @param {boolean} isAsking @param {boolean} isSilent */
  wait(isAsking, isSilent) {
    clearTimeout(this.timer);
    this.isLost = isSilent && (this.isLost || this.isAsking);
    this.isAsking = isAsking;
    this.isSilent = isSilent;
    if (isAsking) this.expect();
    this.paint(null);
  }

  /** Expect an answer of the kernel before long. */
  expect() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wait(false, true), PATIENCE_MS);
  }

  /** Send a request, unless one is running. @param {import("./protocol").ToKernel} message */
  ask(message) {
    const mayAsk = message.type === "back" || !(this.isAsking || this.shown?.busy);
    if (mayAsk && !this.isSilent) this.send(message);
  }
}
