// @ts-check
/**
 * What all widgets' pages have in common: the nodes, and how anywidget gets them.
 *
 * A widget's module has no neighbours to import from: the kernel puts this text into each one's
 * (see files.py). So nothing here knows a widget.
 */

/** For so long a kernel may be silent before something is said of it. */
export const PATIENCE_MS = 5000;
const TEXT_FIELD = "input:not([type=checkbox]), select, textarea";

// ---- the widget --------------------------------------------------------------------------------

/**
 * A function, because `initialize` and `render` get different proxies of one model, and because
 * marimo loads the module once for all of them: the call is what happens once per model.
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
 * Keep the keys that are pressed in a card from being the notebook's shortcuts: two d's delete its
 * cell. With Control and Command, such as that which saves, they stay the notebook's, but for those
 * in a field for text. Jupyter looks at the attribute, before those are asked that have the focus;
 * other front ends hear what bubbles.
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
 * @param {string} name Of the class, without the prefix that keeps it apart from the notebook's.
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
  // Written only when it differs: a live region would speak again, and a selection would be lost.
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
 * @returns {(sentence: string) => boolean} Has a screen reader say what is new; tells if it is.
 */
export function announcer(live) {
  let announced = "";
  return (sentence) => {
    if (sentence === announced) return false;
    // What is there at first is read with the card; only a change is news.
    if (announced) live.textContent = sentence;
    announced = sentence;
    return true;
  };
}

/**
 * Leave the keyboard's focus somewhere when the node that had it was hidden.
 *
 * @param {HTMLElement} card @param {Element | null} focused
 * @param {HTMLElement[]} onward Where to, the first that is shown. Never to Cancel: the next press
 *   of the key would end what the last one began.
 */
export function keepFocus(card, focused, onward) {
  if (!focused || !card.contains(focused) || !focused.closest("[hidden]")) return;
  (onward.find((node) => !node.closest("[hidden]")) ?? card).focus();
}

/** @param {HTMLElement} card @returns {Element | null} Before it is painted. */
export function focusIn(card) {
  const root = /** @type {Document | ShadowRoot} */ (card.getRootNode());
  return card.isConnected ? root.activeElement : null;
}

/** @param {number} seconds */
export function duration(seconds) {
  const [count, unit] = seconds < 120 ? [seconds, "second"] : [Math.round(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** @param {string} url @returns {string | null} Absolute, or null when no browser should open it. */
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

/** @param {string} name */
function initials(name) {
  const letters = name.split(/[\s.&_-]+/u).map((word) => word.match(/[\p{L}\p{N}]/u)?.[0]).filter(Boolean);
  return letters.slice(0, 2).join("").toUpperCase();
}

/** @returns {string} randomUUID is missing on plain http, where notebooks are served too. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");
}
