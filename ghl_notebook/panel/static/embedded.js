// @ts-check
/**
 * The card of a login as a part of the panel's page. It gets the model of a widget of its own, whose
 * messages travel with the panel's.
 *
 * @typedef {import("../../login/static/protocol").Traits} Traits
 * @typedef {import("@anywidget/types").AnyModel<Traits>} CardModel
 */

import { renderCard } from "../../login/static/connect.js";
import { ConnectSession } from "../../login/static/connect_session.js";
import { make } from "../../widgets/static/parts.js";

export class EmbeddedCard {
  life = new AbortController();
  /** @type {[string, (value?: unknown) => void][]} */
  handlers = [];

  /**
   * @param {number} id @param {Traits} traits
   * @param {(message: import("./protocol").ToKernel) => void} send
   */
  constructor(id, traits, send) {
    this.id = id;
    this.traits = traits;
    const model = {
      get: (/** @type {keyof Traits} */ name) => this.traits[name],
      on: (/** @type {string} */ name, /** @type {() => void} */ handler) => {
        this.handlers.push([name, handler]);
      },
      off: (/** @type {string} */ name, /** @type {() => void} */ handler) => {
        this.handlers = this.handlers.filter(([n, h]) => n !== name || h !== handler);
      },
      send: (/** @type {object} */ message) => send({ type: "from_card", id, message }),
    };
    this.session = new ConnectSession(
      /** @type {CardModel} */ (/** @type {unknown} */ (model)), this.life.signal);
  }

  /** @param {Traits} traits */
  set(traits) {
    const names = /** @type {(keyof Traits)[]} */ (Object.keys(traits));
    const changed = names.filter(
      (name) => JSON.stringify(this.traits[name]) !== JSON.stringify(traits[name]));
    this.traits = traits;
    changed.forEach((name) => this.emit(`change:${name}`));
  }

  /** @param {string} name @param {unknown} [value] */
  emit(name, value) {
    this.handlers.filter(([n]) => n === name).forEach(([, handler]) => handler(value));
  }

  /** @param {AbortSignal} signal Ends the view. @returns {HTMLElement} A new view. */
  view(signal) {
    const el = make("div", "panel-login");
    renderCard(this.session, el, AbortSignal.any([signal, this.life.signal]));
    return el;
  }

  close() {
    this.life.abort();
  }
}
