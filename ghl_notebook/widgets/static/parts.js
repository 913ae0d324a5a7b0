// @ts-check
/**
 * The parts that all widgets share: nodes, and the link to anywidget. Nothing here knows a widget.
 *
 * A widget's module cannot import another one: the kernel inlines this text in each (see files.py).
 */

import MARKS from "./marks.json" with { type: "json" };

/** After so long, a silent kernel is mentioned. */
export const PATIENCE_MS = 5000;
const TEXT_FIELD = "input:not([type=checkbox]), select, textarea";

// ---- the widget --------------------------------------------------------------------------------

/**
 * A function, because `initialize` and `render` get different proxies of one model, and because
 * marimo loads the module once for all models: only the call happens once per model.
 *
 * @template {object} T
 * @template S
 * @param {(model: import("@anywidget/types").AnyModel<T>, signal: AbortSignal) => S} makeSession
 * @param {(session: S, el: HTMLElement, signal: AbortSignal) => void} render
 * @returns {() => import("@anywidget/types").AnyWidget<T>}
 */
export function widgetOf(makeSession, render) {
  return () => {
    /** @type {S} */
    let session;
    return {
      initialize({ model, signal }) {
        session = makeSession(model, signal);
      },
      render({ el, signal }) {
        keepKeys(el, signal);
        render(session, el, signal);
      },
    };
  };
}

/**
 * Keep keys that are pressed in a card from triggering the notebook's shortcuts: pressing d twice
 * deletes its cell. Combinations with Control or Command, such as saving, still reach the notebook,
 * except from a text field. Jupyter checks the attribute before the key reaches the focused element;
 * other front ends receive the bubbling event.
 *
 * @param {HTMLElement} box @param {AbortSignal} signal
 */
function keepKeys(box, signal) {
  const isKept = (/** @type {KeyboardEvent} */ { target, ctrlKey, metaKey }) => (
    !(ctrlKey || metaKey) || (target instanceof Element && target.matches(TEXT_FIELD)));
  window.addEventListener("keydown", (event) => {
    const { target } = event;
    if (!(target instanceof Element) || !box.contains(target)) return;
    target.toggleAttribute("data-lm-suppress-shortcuts", isKept(event));
  }, { signal, capture: true });
  box.addEventListener("keydown", (event) => {
    if (isKept(event)) event.stopPropagation();
  }, { signal });
}

// ---- nodes and texts ---------------------------------------------------------------------------

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} name Of the class, without the prefix that avoids clashes with the notebook's.
 * @param {Record<string, string>} [attributes]
 * @param {...(string | Node)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, name, attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (name) node.className = `ghl-connect-${name}`;
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  node.append(...children);
  return node;
}

/** @param {HTMLElement} node @param {string | null | undefined} text Hides the node when empty. */
export function say(node, text) {
  // Only a changed text: a live region would speak again, and a selection would be lost.
  if (node.textContent !== (text ?? "")) node.textContent = text ?? "";
  node.hidden = !text;
}

/** @param {HTMLAnchorElement} link @param {string | undefined} address Hides the link if missing. */
export function lead(link, address) {
  link.hidden = !address;
  if (address) link.href = address;
  else link.removeAttribute("href");
}

/**
 * @param {string} kind @param {string} label @param {() => void} act
 * @param {AbortSignal} signal Ends the listener.
 */
export function button(kind, label, act, signal) {
  const node = make("button", "button", { type: "button" }, label);
  node.classList.add(`ghl-connect-${kind}`);
  node.addEventListener("click", act, { signal });
  return node;
}

/**
 * @param {HTMLElement} live The live region.
 * @returns {(sentence: string) => boolean} Announces a new sentence; returns whether it is new.
 */
export function announcer(live) {
  let announced = "";
  return (sentence) => {
    if (sentence === announced) return false;
    // A screen reader reads the first text with the card; only a change is announced.
    if (announced) live.textContent = sentence;
    announced = sentence;
    return true;
  };
}

/**
 * Move the keyboard's focus if the node that had it was hidden or removed.
 *
 * @param {HTMLElement} card @param {Element | null} focused What had the focus before.
 * @param {HTMLElement[]} onward The first that is shown gets it. Never Cancel: the next press of
 *   the key would end what the last one began.
 */
export function keepFocus(card, focused, onward) {
  if (!focused) return;
  const isLost = focused.isConnected ? card.contains(focused) && focused.closest("[hidden]")
    : !card.contains(focusIn(card));
  if (!isLost) return;
  (onward.find((node) => !node.closest("[hidden]")) ?? card).focus();
}

/** @param {HTMLElement} card @returns {Element | null} What has the focus, in the card or outside. */
export function focusIn(card) {
  const root = /** @type {Document | ShadowRoot} */ (card.getRootNode());
  return card.isConnected ? root.activeElement : null;
}

/** @param {number} seconds */
export function duration(seconds) {
  const [count, unit] = seconds < 120 ? [seconds, "second"] : [Math.round(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** @param {string} url @returns {string | null} Absolute, or null if no browser should open it. */
export function webAddress(url) {
  // The simulator behind a hub's proxy sends a path on this page's own server.
  const address = URL.canParse(url, document.baseURI) ? new URL(url, document.baseURI) : null;
  return address && ["http:", "https:"].includes(address.protocol) ? address.href : null;
}

/** @param {string} name @param {string | null} address Of a picture, which may be missing. */
export function avatar(name, address) {
  const node = make("span", "avatar", { "aria-hidden": "true" }, initials(name));
  const source = address && webAddress(address);
  if (source) {
    node.append(make("img", "", {
      alt: "", loading: "lazy", decoding: "async", referrerpolicy: "no-referrer", src: source,
    }));
  }
  return node;
}

/**
 * @param {string} platform The platform's key. @param {string} name Its name.
 * @returns {Node} Its mark, in the color of the text around it.
 */
export function platformMark(platform, name) {
  const paths = /** @type {Record<string, string>} */ (MARKS.paths);
  const path = paths[platform.replace("-business", "")];
  if (path === undefined) return document.createTextNode(name.slice(0, 1));
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const shape = document.createElementNS(space, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/** @param {string} name */
function initials(name) {
  const letters = name.split(/[\s.&_-]+/u).map((word) => word.match(/[\p{L}\p{N}]/u)?.[0]).filter(Boolean);
  return letters.slice(0, 2).join("").toUpperCase();
}

/** @returns {string} randomUUID is missing on plain http, where notebooks are served too. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");
}
