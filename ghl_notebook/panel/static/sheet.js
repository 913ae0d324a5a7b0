// @ts-check
/** Rows as a text that a spreadsheet reads, in which no cell is a formula. */

const KEPT_MS = 60_000;
// Also after spaces, and as the wide characters that some spreadsheets read likewise.
const FORMULA = /^[\s\u0000]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** @param {(string | number)[][]} rows @returns {string} */
export function toCsv(rows) {
  const cell = (/** @type {string | number} */ value) => (
    typeof value === "number" ? String(value) : `"${plain(value).replaceAll('"', '""')}"`);
  // Excel takes a file without this mark for one in the system's own encoding.
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** @param {(string | number)[][]} rows @returns {string} */
export function toTabs(rows) {
  const cell = (/** @type {string | number} */ value) => (
    typeof value === "number" ? String(value) : plain(value.replace(/[\s\u0000]+/gu, " ")));
  return `${rows.map((row) => row.map(cell).join("\t")).join("\n")}\n`;
}

/** @param {string} text */
function plain(text) {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** @param {...string} words @returns {string} A name that every file system accepts. */
export function fileName(...words) {
  const name = words.join("-").normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60);
  return `${name.replace(/^-|-$/gu, "").toLowerCase()}.csv`;
}

/** @param {string} name @param {string} text */
export function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Firefox reads it later.
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
