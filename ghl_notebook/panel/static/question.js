// @ts-check
/** The confirmation before accounts are detached. */

import { button, focusIn, make, newId } from "../../widgets/static/parts.js";

export class Question {
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
   * @param {import("./protocol").AccountColumns} all @param {number[]} rows
   * @param {(isSure: boolean) => void} answer
   */
  ask(all, rows, answer) {
    const name = (/** @type {number} */ row) => make("bdi", "", {}, all.name[row] ?? "");
    const named = (/** @type {number} */ row) => [name(row), ` (${all.title[row] ?? ""})`];
    const groups = [...new Set(rows.flatMap((row) => all.groups[row] ?? []))];
    const [first = 0] = rows;
    const isOne = rows.length === 1;
    const where = isOne ? all.title[first] ?? "" : "its platform";
    this.answer = answer;
    this.text.replaceChildren(...(isOne ? ["Detach ", ...named(first), "?"]
      : [`Detach ${rows.length} accounts?`]));
    this.keep.textContent = isOne ? "Keep it" : "Keep them";
    this.more.replaceChildren(
      ...(isOne ? [] : [make("ul", "panel-named", { tabindex: "0", "aria-label": "Accounts" },
        ...rows.map((row) => make("li", "", {}, ...named(row))))]),
      make("p", "", {}, `What was published stays on ${where}. Posts that are still planned for `
        + `${isOne ? "this account" : "these accounts"} cannot be expected to go out: how the service `
        + "treats them is not documented."),
      ...(groups.length ? [make("p", "", {}, isOne ? "It also leaves its groups: "
        : "They also leave their groups: ", make("bdi", "", {}, groups.join(", ")), ".")] : []),
      make("p", "", {}, `To have ${isOne ? "it" : "them"} back, log in once more and attach `
        + `${isOne ? "it" : "them"}.`),
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
