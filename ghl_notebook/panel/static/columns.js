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
 * @property {[string, string, string?][]} states Filters: key, name, and explanation.
 * @property {(row: number, state: string) => boolean} isIn Whether a row is in a state.
 * @property {(row: number) => (string | null | undefined)[]} words Searchable texts.
 * @property {(row: number) => string[]} platforms What a row is filtered by.
 * @property {(row: number) => string[]} groups
 * @property {boolean} hasWithout Whether rows without a platform can be looked for.
 * @property {(row: number) => boolean} isKnown Whether the platforms of a row are known.
 * @property {string[]} headings Of a copy.
 * @property {(row: number) => (string | number)[]} texts The cells of a copy.
 * @property {import("./grid.js").Column[]} columns
 */

import { avatar, make } from "../../widgets/static/parts.js";

export const COLLATOR = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const NEVER = Number.MAX_SAFE_INTEGER;
const STATES = { expired: "Expired", expiring: "Expires soon", connected: "Connected" };

/** @param {number} days */
function within(days) {
  return `Expires within ${days} days`;
}

/** @param {AccountColumns} all @param {number} days Until a connection is about to expire. @returns {ListType} */
export function accounts(all, days) {
  const end = (/** @type {number} */ row) => (
    all.state[row] === "expired" ? -NEVER : all.days[row] ?? NEVER);
  return {
    one: "account",
    many: "accounts",
    empty: "No account is connected yet. Connect the first one.",
    states: [
      ["expired", "Expired"], ["expiring", "Expiring", within(days)], ["connected", "Connected"],
    ],
    isIn: (row, state) => all.state[row] === state,
    words: (row) => [all.name[row], all.username[row], all.title[row], ...all.groups[row] ?? []],
    platforms: (row) => [all.title[row] ?? ""],
    groups: (row) => all.groups[row] ?? [],
    hasWithout: false,
    isKnown: () => true,
    headings: ["Account", "Handle", "Platform", "Groups", "State", "Expires"],
    texts: (row) => [
      all.name[row] ?? "", all.username[row] ?? "", all.title[row] ?? "",
      (all.groups[row] ?? []).join(", "), STATES[all.state[row] ?? "connected"],
      all.expire[row] ?? "",
    ],
    columns: [
      {
        name: "who",
        label: "Account",
        compare: (a, b) => COLLATOR.compare(all.name[a] ?? "", all.name[b] ?? ""),
        cell: (row) => [
          avatar(all.name[row] ?? "", all.avatar[row] ?? null),
          twoLines(all.name[row] ?? "", [
            all.username[row] ? `@${all.username[row]}` : null, ...all.groups[row] ?? [],
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

/**
 * @param {LocationColumns} all @param {number} days Until a connection is about to expire.
 * @param {string | null} app Start of the addresses in GoHighLevel. @returns {ListType}
 */
export function locations(all, days, app) {
  const failed = (/** @type {number} */ row) => all.message[row] !== null;
  // What could not be counted needs attention as much as what has expired.
  const count = (/** @type {"accounts" | "expired" | "expiring"} */ name) => (
    (/** @type {number} */ row) => all[name][row] ?? (name === "accounts" ? -1 : NEVER));
  const number = (/** @type {"accounts" | "expired" | "expiring"} */ name, /** @type {string} */ label) => ({
    name,
    label,
    mostFirst: true,
    compare: (/** @type {number} */ a, /** @type {number} */ b) => count(name)(a) - count(name)(b),
    cell: (/** @type {number} */ row) => numberCell(name, label, all[name][row] ?? null),
  });
  /** @type {import("./grid.js").Column[]} */
  const link = app === null ? [] : [{
    name: "link",
    label: "In GoHighLevel",
    isQuiet: true,
    cell: (row) => {
      const address = locationAddress(app, all.id[row] ?? "");
      return address ? [appLink(address, "", `Open ${all.name[row]} in GoHighLevel`)] : [];
    },
  }];
  return {
    one: "sub-account",
    many: "sub-accounts",
    empty: "The agency has no sub-account.",
    states: [
      ["failed", "Failed", "Could not be fetched"], ["expired", "With expired"],
      ["expiring", "With expiring", within(days)],
    ],
    isIn: (row, state) => (state === "failed" ? failed(row)
      : (all[state === "expired" ? "expired" : "expiring"][row] ?? 0) > 0),
    words: (row) => [all.name[row], all.id[row], ...all.groups[row] ?? []],
    platforms: (row) => Object.keys(all.platforms[row] ?? {}),
    groups: (row) => all.groups[row] ?? [],
    hasWithout: true,
    isKnown: (row) => !failed(row),
    headings: ["Sub-account", "Id", "Accounts", "Expired", "Expiring", "Platforms", "Failure"],
    texts: (row) => [
      all.name[row] ?? "", all.id[row] ?? "", all.accounts[row] ?? "", all.expired[row] ?? "",
      all.expiring[row] ?? "", counts(all.platforms[row] ?? {}), all.message[row] ?? "",
    ],
    columns: [
      {
        name: "who",
        label: "Sub-account",
        compare: (a, b) => COLLATOR.compare(all.name[a] ?? "", all.name[b] ?? ""),
        cell: (row) => [
          make("button", "panel-open", {
            type: "button", "data-act": "open", title: all.id[row] ?? "",
          }, make("bdi", "", {}, all.name[row] ?? "")),
          make("span", failed(row) ? "panel-why" : "panel-kinds", {
            title: all.message[row] ?? counts(all.platforms[row] ?? {}),
          }, all.message[row] ?? counts(all.platforms[row] ?? {})),
        ],
      },
      number("accounts", "Accounts"),
      number("expired", "Expired"),
      number("expiring", "Expiring"),
      ...link,
    ],
  };
}

/** @param {Record<string, number>} platforms */
function counts(platforms) {
  return Object.entries(platforms).map(([name, n]) => (n > 1 ? `${name} ${n}` : name)).join(" · ");
}

/** @param {string} app @param {string} id @returns {string | null} */
export function locationAddress(app, id) {
  return /^[A-Za-z0-9]{8,40}$/.test(id) ? `${app}${id}/marketing/social-planner` : null;
}

/** @param {string} address @param {string} text @param {string} label */
export function appLink(address, text, label) {
  const link = make("a", "panel-app", {
    href: address, target: "_blank", rel: "noopener noreferrer", title: label,
    "aria-label": label, "data-act": "link",
  }, text);
  link.append(make("span", "panel-out", { "aria-hidden": "true" }, "↗"));
  return link;
}

// ---- cells -------------------------------------------------------------------------------------

/** @param {string} first @param {(string | null | undefined)[]} more */
function twoLines(first, more) {
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
