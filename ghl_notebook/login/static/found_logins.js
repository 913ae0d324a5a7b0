// @ts-check
/**
 * The question whose a login is that appeared in the accounts list, and which of its accounts to
 * attach: one answer for both.
 *
 * @typedef {import("./protocol").FoundLogin} FoundLogin
 */

import { CONTROLS } from "./connect_texts.js";
import { summary } from "./connect_look.js";
import { Chooser } from "../../widgets/static/chooser.js";
import { avatar, make, newId, say } from "../../widgets/static/parts.js";

export class FoundLogins {
  /** @type {Map<string, FoundItem>} By account id. */
  items = new Map();

  /**
   * @param {(login: FoundLogin, numbers: number[]) => void} onMine Gets the user's own login, and
   *   the ticked ones of its choices.
   * @param {AbortSignal} signal
   */
  constructor(onMine, signal) {
    this.onMine = onMine;
    this.signal = signal;
    this.node = make("ul", "found",
      { tabindex: "-1", "aria-label": CONTROLS.question, hidden: "" });
  }

  /** @param {FoundLogin[]} logins @returns {boolean} Whether the user is asked about others now. */
  show(logins) {
    const before = this.items;
    this.node.hidden = logins.length === 0;
    this.items = new Map(logins.map((login) => [login.account_id,
      before.get(login.account_id) ?? new FoundItem(this.onMine, this.signal)]));
    logins.forEach((login) => this.items.get(login.account_id)?.show(login));
    // When nothing is asked any more, what may have the focus is left, until it is led onward.
    if (this.node.hidden || [...this.items.keys()].join() === [...before.keys()].join()) return false;
    this.node.replaceChildren(...Array.from(this.items.values(), ({ node }) => node));
    return true;
  }
}

/** One login: who it is, what it can attach, and the answer. */
class FoundItem {
  /** @type {FoundLogin | null} */
  login = null;

  /** @param {(login: FoundLogin, numbers: number[]) => void} onMine @param {AbortSignal} signal */
  constructor(onMine, signal) {
    this.who = make("bdi", "", { id: `ghl-connect-${newId()}` });
    this.picture = make("span", "");
    this.when = make("div", "more");
    this.chooser = new Chooser((numbers) => {
      if (this.login) onMine(this.login, numbers);
    }, signal, CONTROLS.mine);
    this.chooser.attach.setAttribute("aria-describedby", this.who.id);
    this.node = make("li", "", {}, this.picture, make("div", "", {}, this.who, this.when),
      this.chooser.node);
  }

  /** @param {FoundLogin} login */
  show(login) {
    const { account_id: id, names, picture, found_at: at, choices } = login;
    if (JSON.stringify(login) === JSON.stringify(this.login)) return;
    this.login = login;
    this.picture.replaceChildren(avatar(names[0] ?? "", picture));
    say(this.who, summary(names) || id);
    say(this.when, `Appeared at ${new Date(at * 1000).toLocaleTimeString("en-US")}`);
    this.chooser.show(choices, "", false);
    this.picture.hidden = this.who.hidden = choices.length > 0;  // the choices have names
  }
}
