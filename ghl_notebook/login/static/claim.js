// @ts-check
/** What a page reads of a window's message that may be the result of a login. */

export const MAX_CHARS = 16_384;
const MAX_ITEMS = 100;
const CLAIM_FIELDS = [
  "actionType", "page", "platform", "placement", "accountId", "reconnectAccounts", "refresh",
  "source",
];

/**
 * Copy the known fields of a message, or return null if it is not about this platform. Every
 * message to the page arrives here, so no other field is copied.
 *
 * @param {unknown} raw An object, or the same as a JSON string.
 * @param {string} platform
 * @returns {import("./protocol").Claim | null}
 */
export function readClaim(raw, platform) {
  let data;
  try {
    // As JSON, both forms have one limit of size, and only own, plain values.
    const text = typeof raw === "string" ? raw : JSON.stringify(raw);
    data = text.length <= MAX_CHARS ? JSON.parse(text) : null;
  } catch {
    return null;
  }
  if (data === null || typeof data !== "object") return null;
  /** @type {import("./protocol").Claim} */
  // Without a prototype: properties that a script of the page added there are not in the message.
  const claim = Object.create(null);
  for (const key of CLAIM_FIELDS) {
    if (Object.hasOwn(data, key) && isSimple(data[key])) claim[key] = data[key];
  }
  // The vendor's documents use both spellings of the page, and only one message was ever captured.
  const looksLikeOurs = typeof claim.actionType === "string"
    || sameName(claim.page, "social_media_posting");
  return looksLikeOurs && sameName(claim.platform, platform) ? claim : null;
}

/** @param {unknown} value */
function isSimple(value) {
  if (typeof value !== "object" || value === null) return true;
  return Array.isArray(value) && value.length <= MAX_ITEMS
    && value.every((item) => typeof item === "string");
}

/** @param {unknown} a @param {string} b "tiktok-business" and "tiktok_business" are one name. */
function sameName(a, b) {
  const fold = (/** @type {string} */ name) => name.toLowerCase().replaceAll("-", "_");
  return typeof a === "string" && fold(a) === fold(b);
}
