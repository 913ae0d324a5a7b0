/** What kernel and page of the panel say to each other. Only the type check reads this file. */

export type State = "expired" | "expiring" | "connected";

/** What is shown of connected accounts: one list per column. */
export interface AccountColumns {
  name: string[];
  username: (string | null)[];
  platform: (string | null)[];
  /** The platform's name for people. */
  title: string[];
  groups: (string | null)[];
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
}

export interface Page {
  origin_id: string;
  name: string;
  username: string | null;
  avatar: string | null;
  is_attached: boolean;
  is_ticked: boolean;
  error: string | null;
}

interface Shown {
  type: "show";
  /** What is being done, what went wrong last, what was done last. */
  busy: string | null;
  error: string | null;
  notice: string | null;
  /** Id of the sub-account or the agency. */
  id: string;
}

export interface ShownAccounts extends Shown {
  kind: "accounts";
  name: string | null;
  /** Whether there is an agency to go back to. */
  can_leave: boolean;
  stage: "list" | "login" | "attach";
  /** Key and name of those that can be connected. */
  platforms: [string, string][];
  /** The name of the login's. */
  platform: string | null;
  /** What the login may attach; null: not known yet. */
  pages: Page[] | null;
  /** The account that the login was to reconnect. */
  reconnecting: string | null;
}

export interface ShownLocations extends Shown {
  kind: "sub-accounts";
}

/** Kernel to page. Each holds until the same type is said again. */
export type FromKernel =
  | ShownAccounts
  | ShownLocations
  | { type: "rows"; version: number; columns: AccountColumns | LocationColumns;
      selected: number[] };

/** Page to kernel. A row is its number in the rows of that version. */
export type ToKernel =
  /** A page has the panel now. */
  | { type: "hello" }
  | { type: "refresh" }
  | { type: "connect"; platform: string }
  | { type: "back" }
  | { type: "attach"; pages: number[] }
  | { type: "select"; version: number; rows: number[] }
  | { type: "reconnect" | "detach" | "open"; version: number; row: number };
