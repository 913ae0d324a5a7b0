/** The messages between kernel and page. Only the type check reads this file. */

export type Status =
  | "idle" | "starting" | "waiting" | "checking"
  | "connected" | "cancelled" | "timed_out" | "failed";

/** The synced traits that the card shows. The page never writes them. */
export interface Traits {
  platform: string;
  platform_name: string;
  status: Status;
  location_id: string;
  location_name: string | null;
  user_id: string | null;
  user_name: string | null;
  /** What went wrong and what to do next. */
  error: string | null;
  /** What is worth knowing while the login goes on, such as a refused origin. */
  notice: string | null;
  account_names: string[];
  /** What the login can attach, and whether it is being attached. */
  choices: import("../../widgets/static/chooser").Choice[];
  is_attaching: boolean;
  attached: { id: string | null; name: string | null; origin_id: string | null }[];
  /** Logins in the accounts list that may be this one, or another user's. */
  found: FoundLogin[];
  /** Whether connections that exist are to be renewed, and the name of the one that is meant. */
  reconnect: boolean;
  account_name: string | null;
  /** Whether the login's window is to have no hold on this page. */
  separate_page: boolean;
  /** Whether a change in the accounts list would be seen. */
  watches_accounts: boolean;
  /** Whether a result is kept that could be checked again. */
  can_recheck: boolean;
  /** Seconds. */
  time_limit: number;
}

export interface FoundLogin {
  account_id: string;
  names: string[];
  /** Address of a picture. */
  picture: string | null;
  /** Seconds since the epoch. */
  found_at: number;
  /** What it can attach; empty if that is not known, or nothing is to be attached. */
  choices: import("../../widgets/static/chooser").Choice[];
}

export type AppStatus = Exclude<Status, "starting">;

/** The synced traits of an app's login. The page never writes them. */
export interface AppTraits {
  status: AppStatus;
  /** What was chosen; null before the end. */
  kind: "sub-account" | "agency" | null;
  location_id: string | null;
  company_id: string | null;
  /** Id of the user who has chosen. */
  who: string | null;
  error: string | null;
  /** What is worth knowing while the login goes on, such as a refused address. */
  message: string | null;
  /** Whether the kernel hears the redirect, if the browser runs on its computer. */
  listens: boolean;
  /** Seconds. */
  time_limit: number;
}

/** A `run` is one attempt at the login, a `request` one click. */
export type FromKernel =
  /** The login page's address; `request` is null when it was fetched before any click. */
  | { type: "authorize"; request: string | null; run: string; url: string;
      seconds_left: number | null }
  /** Null when no run is going. */
  | { type: "time"; run: string | null; seconds_left: number | null }
  /** The page that began the current run. If it is not known to be there, it sends `here`. */
  | { type: "owner"; page_id: string | null; is_here: boolean }
  /**
   * An invitation to send, now, to the kernel's loopback server: a path on a port of its own
   * computer. The server first has to know the answer to the challenge; `sent` is the kernel's
   * time, in seconds. The ticket leads to the login page there, once.
   */
  | { type: "loopback"; port: number; path: string; ticket: string; challenge: string;
      answer: string; sent: number }
  /** There is no login page for this click: see the trait `error`, or another page is at work. */
  | { type: "failed"; request: string }
  | { type: "alive" }
  /** To the login page only: report every message as `raw_message`. */
  | { type: "report_messages" };

/** Each with an `id` of its own: sent over two channels, it is handled once. */
export type FromPage =
  /** A page has this model now, perhaps after a reload. */
  | { type: "hello"; page_id: string; origin: string }
  /** A click has opened a window: a blank one, or the prefetched address of `run`. */
  | { type: "begin"; page_id: string; request: string; prefetched?: true; run?: string | null;
      takes_over: boolean }
  /** The page that began the current run is still there. */
  | { type: "here"; page_id: string }
  /** A message that may be the run's result; `source` is the window it came from. */
  | { type: "claim"; run: string; origin: string; page_origin: string;
      source: "popup" | "other"; data: Claim }
  /** Any message that the login page has received. */
  | { type: "raw_message"; origin: string; source: "popup" | "other"; data: unknown }
  /** Whether the kernel is there: it answers `alive`. */
  | { type: "ping" }
  | { type: "attach"; origin_ids: string[] }
  | { type: "cancel"; run: string | null }
  | { type: "recheck"; run: string | null }
  /** The window of the run reads closed, or this page never had a handle to it. */
  | { type: "window_lost"; run: string }
  /** A login that was found is the user's own, or none of them is. */
  | { type: "mine"; run: string | null; account_id: string; origin_ids: string[] }
  | { type: "not_mine"; run: string | null }
  /** What the user has entered as an account id. */
  | { type: "paste"; account_id: string }
  /** The address that an app's login has ended at, as the user has pasted it. */
  | { type: "redirected"; address: string };

export type Claim = Record<string, string | number | boolean | null | string[]>;

export interface Look {
  /** The state in a sentence. */
  text: string;
  hint?: string;
  error?: string | null;
  /** Without `act` the button is shown at rest. */
  primary?: { label: string; act?: () => void };
  /** The authorization URL, for the user to open from here. */
  link?: string;
  /** Ask which of these is the user's own. */
  found?: FoundLogin[];
  /** What is done by a button of less weight. */
  secondary?: { label: string; act: () => void };
  /** The login page outside of this front end. */
  outside?: { label: string; address: string };
  /** An address that the user may want in a tab of its own. */
  copy?: string | null;
  /** Offer "Check again". */
  again?: boolean;
}
