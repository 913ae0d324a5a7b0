/**
 * Sphinx's own search of a site that was built, without a browser.
 *
 *     node tests/search.js SITE WORDS...
 *
 * Prints, as JSON, the pages that each of the WORDS finds: the best one first.
 */
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const [site, ...queries] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(site, name), "utf-8");
const page = {
  document: { getElementById: () => null },
  SPHINX_HIGHLIGHT_ENABLED: false,
  _: (text) => text,
  _ready: () => {}, // the search is not started by the page
  queries,
};
page.window = page;
const run = "queries.map((query) => Search._performSearch(...Search._parseQuery(query)).reverse())";
const scripts = ["_static/language_data.js", "_static/searchtools.js", "searchindex.js"];
const found = vm.runInNewContext([...scripts.map(read), run].join("\n;\n"), page);
console.log(JSON.stringify(found.map((results) => results.map(([name, title, anchor, , score]) => (
  [name, anchor, title, score])))));
