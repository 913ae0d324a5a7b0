// @ts-check
/**
 * The differences between the lists of accounts and of sub-accounts: text, states, columns, and cells.
 *
 * @typedef {import("./protocol").AccountColumns} AccountColumns
 * @typedef {import("./protocol").LocationColumns} LocationColumns
 *
 * @typedef {object} ListType
 * @property {string} one @property {string} many Name of a row and of rows.
 * @property {string} empty Shown if there are no rows.
 * @property {[string, string][]} states Filters: key and name.
 * @property {(row: number, state: string) => boolean} isIn Whether a row is in a state.
 * @property {(row: number) => (string | null | undefined)[]} words Searchable texts.
 * @property {((row: number) => string) | null} platform
 * @property {import("./grid.js").Column[]} columns
 */

import { avatar, make } from "../../widgets/static/parts.js";

export const COLLATOR = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const NEVER = Number.MAX_SAFE_INTEGER;

/** @param {AccountColumns} all @returns {ListType} */
export function accounts(all) {
  const end = (/** @type {number} */ row) => (
    all.state[row] === "expired" ? -NEVER : all.days[row] ?? NEVER);
  return {
    one: "account",
    many: "accounts",
    empty: "No account is connected yet. Connect the first one.",
    states: [["expired", "Expired"], ["expiring", "Expiring"], ["connected", "Connected"]],
    isIn: (row, state) => all.state[row] === state,
    words: (row) => [all.name[row], all.username[row], all.title[row], all.groups[row]],
    platform: (row) => all.title[row] ?? "",
    columns: [
      {
        name: "who",
        label: "Account",
        compare: (a, b) => COLLATOR.compare(all.name[a] ?? "", all.name[b] ?? ""),
        cell: (row) => [
          avatar(all.name[row] ?? "", all.avatar[row] ?? null),
          twoLines(all.name[row] ?? "", [
            all.username[row] ? `@${all.username[row]}` : null, all.groups[row],
          ]),
        ],
      },
      {
        name: "platform",
        label: "Platform",
        compare: (a, b) => COLLATOR.compare(all.title[a] ?? "", all.title[b] ?? ""),
        cell: (row) => [all.title[row] ?? ""],
      },
      {
        name: "state",
        label: "State",
        compare: (a, b) => end(a) - end(b),
        cell: (row) => stateCell(all, row),
      },
      {
        name: "renew",
        label: "Reconnect",
        isQuiet: true,
        cell: (row) => [act("reconnect", "Reconnect", all, row)],
      },
      {
        name: "detach",
        label: "Detach",
        isQuiet: true,
        cell: (row) => [act("detach", "Detach", all, row)],
      },
    ],
  };
}

/** @param {LocationColumns} all @returns {ListType} */
export function locations(all) {
  const count = (/** @type {"accounts" | "expired" | "expiring"} */ name) => (
    (/** @type {number} */ row) => all[name][row] ?? -1);
  const number = (/** @type {"accounts" | "expired" | "expiring"} */ name, /** @type {string} */ label) => ({
    name,
    label,
    mostFirst: true,
    compare: (/** @type {number} */ a, /** @type {number} */ b) => count(name)(a) - count(name)(b),
    cell: (/** @type {number} */ row) => numberCell(name, label, all[name][row] ?? null),
  });
  return {
    one: "sub-account",
    many: "sub-accounts",
    empty: "The agency has no sub-account.",
    states: [["expired", "With expired"], ["expiring", "With expiring"], ["failed", "Failed"]],
    isIn: (row, state) => (state === "failed" ? all.message[row] !== null
      : (state === "expired" ? count("expired") : count("expiring"))(row) > 0),
    words: (row) => [all.name[row], all.id[row]],
    platform: null,
    columns: [
      {
        name: "who",
        label: "Sub-account",
        compare: (a, b) => COLLATOR.compare(all.name[a] ?? "", all.name[b] ?? ""),
        cell: (row) => [
          make("button", "panel-open", { type: "button", "data-act": "open" },
            make("bdi", "", {}, all.name[row] ?? "")),
          make("span", "panel-why", {}, all.message[row] ?? ""),
        ],
      },
      number("accounts", "Accounts"),
      number("expired", "Expired"),
      number("expiring", "Expiring"),
    ],
  };
}

// ---- cells -------------------------------------------------------------------------------------

/** @param {string} first @param {(string | null | undefined)[]} more */
export function twoLines(first, more) {
  const rest = more.filter((text) => !!text);
  const parts = rest.flatMap((text, i) => [i ? " · " : "", make("bdi", "", {}, text ?? "")]);
  return make("span", "panel-name", {},
    make("bdi", "panel-first", { title: first }, first),
    make("span", "panel-more", {}, ...parts));
}

/** @param {AccountColumns} all @param {number} row */
function stateCell(all, row) {
  const state = all.state[row] ?? "connected";
  const days = all.days[row] ?? null;
  const text = {
    expired: "Expired",
    expiring: days === 0 ? "Expires today" : `Expires in ${days} day${days === 1 ? "" : "s"}`,
    connected: "Connected",
  }[state];
  const end = all.expire[row];
  const when = end ? `${state === "expired" ? "since" : "until"} ${DAY.format(new Date(end))}` : "";
  // Connections can expire early, for instance after a new password.
  const isTold = when && !(state === "expired" && (days ?? -1) >= 0);
  return [
    make("span", `panel-mark-${state}`, { "aria-hidden": "true" }),
    make("span", "panel-name", {}, make("span", "", {}, text),
      make("span", "panel-more", {}, isTold ? when : "")),
  ];
}

/** @param {string} what @param {string} label @param {AccountColumns} all @param {number} row */
function act(what, label, all, row) {
  const node = make("button", "button", {
    type: "button", "data-act": what, "aria-label": `${label} ${all.name[row]} on ${all.title[row]}`,
  }, label);
  node.classList.add(what === "reconnect" && all.state[row] === "expired"
    ? "ghl-connect-primary" : "ghl-connect-quiet");
  return node;
}

/** @param {string} name @param {string} label @param {number | null} count */
function numberCell(name, label, count) {
  const mark = count && name !== "accounts" ? [make("span",
    `panel-mark-${name}`, { "aria-hidden": "true" })] : [];
  return [...mark, make("span", count ? "panel-count-of" : "panel-zero", {}, count === null ? "–" : String(count)),
    make("span", "panel-unit", {}, ` ${label.toLowerCase()}`)];
}
