// @ts-check
/**
 * What the card shows in each state of a login that connects one social account.
 *
 * @typedef {import("./connect_session.js").ConnectSession} ConnectSession
 * @typedef {import("./protocol").Look} Look
 */

import { fill } from "./session.js";
import { isFramed, isWebview } from "./page_access.js";
import { CARD_STATES, CONTROLS } from "./connect_texts.js";
import { duration } from "../../widgets/static/parts.js";

const WAY_OUT_AFTER_MS = 10_000;
export const NAMES_SHOWN = 5;
/** States from which a login begins. */
const BEGINNINGS = new Set(["idle", "idle.renew", "cancelled", "timed_out", "failed"]);
/** States in which the kernel's silence is more important than the hint. */
const MAY_BE_SILENT = new Set(
  ["starting", "waiting", "waiting.separate", "waiting.link", "waiting.reported"]);

/** @param {ConnectSession} session @returns {keyof typeof CARD_STATES} */
function stateOf(session) {
  const { model, status } = session;
  if (session.isGone) return "gone";
  if (session.isOthers) return status === "connected" ? "connected.others" : "waiting.others";
  if (status === "starting" || status === "waiting") return stateWhileOpen(session);
  if (status === "connected") return stateOfConnected(session);
  return status === "idle" && model.get("account_name") !== null ? "idle.renew" : status;
}

/** @param {ConnectSession} session @returns {keyof typeof CARD_STATES} */
function stateOfConnected({ model, choices }) {
  if (model.get("attached").length) return "connected.attached";
  if (choices && model.get("reconnect")) return "connected.again";
  if (choices) return choices.every((one) => one.is_attached) ? "connected.before" : "connected.choose";
  return model.get("account_names").length ? "connected" : "connected.empty";
}

/** @param {ConnectSession} session @returns {keyof typeof CARD_STATES} */
function stateWhileOpen(session) {
  const { model, url, found, begun, isSeparate, isElsewhere, readsClosed } = session;
  if (session.problem) return "idle.no_url";
  if (found.length) return found.length === 1 ? "waiting.found" : "waiting.found_several";
  if (!begun && url !== null && !isElsewhere) {
    return model.get("account_name") === null ? "idle" : "idle.renew";
  }
  if (isWebview() || (!begun && (isElsewhere || isSeparate))) return "waiting.outside";
  // While one click is being answered, the kernel accepts no other.
  if (!begun) return session.status === "waiting" ? "waiting.elsewhere" : "starting.elsewhere";
  if (url === null) return "starting";
  if (session.blocked) return "waiting.blocked";
  if (isFramed() && (readsClosed || session.sinceClick > WAY_OUT_AFTER_MS)) return "waiting.framed";
  if (session.popup === null) return "waiting.link";
  if (!readsClosed) return isSeparate ? "waiting.separate" : "waiting";
  const reported = session.claims.popup + session.claims.other > 0 && !model.get("notice");
  return reported ? "waiting.reported" : "waiting.closed";
}

/** @param {ConnectSession} session @returns {Look} What the card shows: the texts, and the acts. */
export function look(session) {
  const { model, url, popup, outside, found } = session;
  const state = stateOf(session);
  const texts = fill(CARD_STATES[state], {
    platform: model.get("platform_name"),
    account: model.get("account_name") ?? "",
    window: isWebview() ? "your browser" : "a small window",
    verb: model.get("reconnect") ? "Reconnect" : "Connect",
    done: model.get("reconnect") ? "reconnected" : "connected",
    limit: duration(model.get("time_limit")),
    attached: summary(model.get("attached").map((one) => one.name ?? one.origin_id ?? "")),
    watching: model.get("watches_accounts") ? CONTROLS.watched : CONTROLS.unwatched,
  });
  const { primary: label = "", secondary = "", outside: outsideLabel = "" } = texts;
  /** @type {Look} */
  const view = { text: texts.text ?? "", hint: texts.hint };
  if (session.kernelIsSilent && MAY_BE_SILENT.has(state)) view.hint = CONTROLS.silent;
  if (state === "failed") {
    view.error = model.get("error") ?? texts.error;
    view.again = model.get("can_recheck") && session.run !== null;
  }
  if (state === "waiting.blocked" || state === "waiting.link") view.link = url ?? undefined;
  if (state === "waiting.framed") view.copy = outside ?? url;
  if (outsideLabel && outside !== null) view.outside = { label: outsideLabel, address: outside };
  if (secondary) {
    const act = found.length ? () => session.notMine() : () => session.begin(true);
    view.secondary = { label: secondary, act };
    if (found.length) view.found = found;
  }
  if (!label) return view;
  // Where no window can be opened, or none may have a hold on this page, a link begins the login.
  const isOutside = isWebview() || (session.isSeparate && outside !== null);
  if (BEGINNINGS.has(state) && isOutside) {
    if (outside) view.outside = { label, address: outside };
    else view.primary = { label };
  } else if (state === "starting") {
    view.primary = { label };
  } else {
    const shows = state === "waiting" || state === "waiting.separate";
    view.primary = { label, act: () => (shows ? popup?.focus() : session.begin()) };
  }
  return view;
}

/** @param {string[]} names @returns {string} The first of them, and how many there are besides. */
export function summary(names) {
  const more = names.length - NAMES_SHOWN;
  return names.slice(0, NAMES_SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
