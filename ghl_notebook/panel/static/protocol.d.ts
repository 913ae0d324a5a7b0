/** The messages between kernel and page of the panel. Only the type check reads this file. */

export type State = "expired" | "expiring" | "connected";

/** What is shown of connected accounts: one list per column. */
export interface AccountColumns {
  name: string[];
  username: (string | null)[];
  platform: (string | null)[];
  /** The platform's name for people. */
  title: string[];
  groups: string[][];
  state: State[];
  /** Whole days until it expires. */
  days: (number | null)[];
  /** ISO 8601. */
  expire: (string | null)[];
  avatar: (string | null)[];
}

/** What is shown of sub-accounts; counts are null if one could not be fetched. */
export interface LocationColumns {
  name: string[];
  id: string[];
  accounts: (number | null)[];
  expired: (number | null)[];
  expiring: (number | null)[];
  /** Why it could not be fetched, and the next step. */
  message: (string | null)[];
  /** Number of accounts by the name of their platform. */
  platforms: Record<string, number>[];
  groups: string[][];
}

interface Shown {
  type: "show";
  /** What is being done, what went wrong last, what was done last. */
  busy: string | null;
  error: string | null;
  notice: string | null;
  /** When the rows were fetched, in seconds since the epoch. */
  fetched_at: number | null;
  /** Id of the sub-account or the agency. */
  id: string;
  /** Start of the addresses of sub-accounts in GoHighLevel; null in a demo. */
  app: string | null;
  /** Within so many days, a connection is about to expire. */
  expiring_days: number;
}

export interface ShownAccounts extends Shown {
  kind: "accounts";
  name: string | null;
  /** Whether there is an agency to go back to. */
  can_leave: boolean;
  stage: "list" | "login";
  /** Key and name of those that can be connected. */
  platforms: [string, string][];
  /** The account that the login was to reconnect. */
  reconnecting: string | null;
  /** Names of those that are reconnected after it. */
  next: string[];
}

export interface ShownLocations extends Shown {
  kind: "sub-accounts";
}

/** Kernel to page. Each is valid until the next one of its type. */
export type FromKernel =
  | ShownAccounts
  | ShownLocations
  | { type: "rows"; list: string; version: number; columns: AccountColumns | LocationColumns;
      selected: number[] }
  /** The answer to a ping. */
  | { type: "alive" }
  /** The traits of the login's card; `id` tells one login from the next. */
  | { type: "card"; id: number; traits: import("../../login/static/protocol").Traits }
  | { type: "to_card"; id: number; message: import("../../login/static/protocol").FromKernel };

/** What a notebook saves of the rows; without them before they are fetched. */
export interface SavedTable {
  title?: string;
  headings?: string[];
  rows?: string[][];
  more?: number;
  fetched_at?: number;
}

/** Page to kernel. A row is its number in the rows of that version. */
export type ToKernel =
  /** A page has the panel now. */
  | { type: "hello" }
  /** Is the kernel there? */
  | { type: "ping" }
  | { type: "refresh" }
  | { type: "connect"; platform: string }
  | { type: "back" }
  | { type: "select"; version: number; rows: number[] }
  | { type: "reconnect" | "detach"; version: number; rows: number[] }
  | { type: "open"; version: number; row: number }
  /** Show the card of the next account to reconnect. */
  | { type: "skip" }
  /** A message of the card. */
  | { type: "from_card"; id: number; message: object };
