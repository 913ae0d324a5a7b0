// @ts-check
/**
 * The accounts that a login can attach, as a form: the card and the panel show the same one.
 *
 * @typedef {object} Choice
 * @property {string} origin_id
 * @property {string} name
 * @property {string | null} username
 * @property {string | null} avatar Address of a picture.
 * @property {boolean} is_attached
 * @property {boolean} is_ticked
 * @property {string | null} error Why it could not be attached, and the next step.
 */

import { avatar, button, focusIn, make, say } from "./parts.js";

export class Chooser {
  /** @type {string | null} The accounts, as last received. */
  received = null;
  /** @type {Choice[]} */
  choices = [];
  /** @type {HTMLInputElement[]} */
  boxes = [];
  isBusy = false;

  /**
   * @param {(numbers: number[]) => void} onAttach Gets the ticked ones.
   * @param {AbortSignal} signal
   * @param {string} [yes] The button's text if it may be pressed with no account ticked.
   */
  constructor(onAttach, signal, yes = "") {
    this.yes = yes;
    this.lead = make("p", "chooser-lead");
    this.list = make("ul", "chooser-list");
    this.attach = button("primary", "Attach", () => {}, signal);
    this.attach.type = "submit";
    this.node = make("form", "chooser", { hidden: "" }, this.lead, this.list,
      make("div", "chooser-actions", {}, this.attach));
    this.node.addEventListener("change", () => this.count(), { signal });
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      const ticked = this.ticked();
      if ((ticked.length || this.yes) && !this.isBusy) onAttach(ticked);
    }, { signal });
  }

  /** @param {Choice[] | null} choices Null hides the form. @param {string} lead @param {boolean} isBusy */
  show(choices, lead, isBusy) {
    this.node.hidden = choices === null;
    this.isBusy = isBusy;
    say(this.lead, lead);
    const received = JSON.stringify(choices);
    if (received !== this.received) this.build(choices ?? []);
    this.received = received;
    this.count();
  }

  /** @param {Choice[]} choices */
  build(choices) {
    const free = choices.filter((one) => !one.is_attached);
    const isOnly = choices.length === 1 && free.length === 1;
    const focused = this.choices[this.boxes.findIndex((box) => box === focusIn(this.list))];
    const before = new Map(this.choices.map((one, i) => [one.origin_id, this.boxes[i]?.checked]));
    this.choices = choices;
    this.boxes = choices.map((one) => {
      const box = make("input", "", { type: "checkbox" });
      // What the user has ticked stays ticked when news of an account arrives.
      box.checked = one.is_attached || one.is_ticked || (before.get(one.origin_id) ?? isOnly);
      box.disabled = one.is_attached;
      return box;
    });
    this.list.replaceChildren(...choices.map((one, i) => make("li", "", {},
      make("label", "choice", {}, /** @type {HTMLInputElement} */ (this.boxes[i]),
        avatar(one.name, one.avatar),
        make("span", "choice-name", {}, make("bdi", "", {}, one.name),
          make("span", "choice-more", {}, ...aboutChoice(one)))),
      ...(one.error ? [make("p", "error", { role: "alert" }, one.error)] : []))));
    // Building its box anew has taken the keyboard's focus away.
    this.boxes[choices.findIndex((one) => one.origin_id === focused?.origin_id)]?.focus();
  }

  /** @returns {number[]} */
  ticked() {
    return this.boxes.flatMap((box, i) => (box.checked && !box.disabled ? [i] : []));
  }

  count() {
    const { length } = this.ticked();
    this.attach.hidden = !this.yes && this.boxes.every((box) => box.disabled);
    const attach = this.yes ? "Yes, attach" : "Attach";
    const some = `${attach} ${length} account${length === 1 ? "" : "s"}`;
    const label = length ? some : this.yes || attach;
    say(this.attach, this.attach.hidden ? "" : this.isBusy ? "Attaching…" : label);
    this.attach.setAttribute("aria-disabled", String(this.isBusy || (length === 0 && !this.yes)));
  }
}

/** @param {Choice} choice @returns {(string | Node)[]} */
function aboutChoice({ username, is_attached: isAttached }) {
  const parts = username ? [make("bdi", "", {}, `@${username}`)] : [];
  return isAttached ? [...parts, parts.length ? " · " : "", "Already attached"] : parts;
}
