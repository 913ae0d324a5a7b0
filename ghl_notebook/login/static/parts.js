// @ts-check
/**
 * What the cards of all logins have in common: the window, the loopback server, and the nodes.
 *
 * A widget's module has no neighbours to import from: the kernel puts this text into each card's
 * (see static_files.py). So everything here is a function, and knows no card.
 */

// ---- the page, and the ways from it ------------------------------------------------------------

/** @param {number} port @param {...string} words Whether it is what our kernel says of its server. */
export function isDoor(port, ...words) {
  return Number.isInteger(port) && port > 0 && port < 65536
    && words.every((word) => /^[\w-]+$/.test(word));
}

/**
 * Where the kernel's loopback server may be reached, the likeliest first. A kernel on this computer
 * is there directly; another one, or one in a container, is behind the notebook's own server, which
 * hands requests on if it has jupyter-server-proxy.
 *
 * @param {number} port
 */
export function loopbackServers(port) {
  const proxied = notebookServer(`proxy/${port}/`);
  // A browser asks its user before a public page may call this computer, and often refuses.
  return isHere() ? [onThisComputer(port), ...proxied] : proxied;
}

/** Whether this page was served, as far as it can tell, by the computer that it is shown on. */
export function isHere() {
  return ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname) || isWebview();
}

/** @param {string} path @returns {string[]} The address below the notebook's own server, if any. */
export function notebookServer(path) {
  // A script, because what is displayed in a notebook may bring any other element.
  const config = document.querySelector("script#jupyter-config-data")?.textContent;
  try {
    /** @type {{baseUrl?: string}} */
    const { baseUrl } = config ? JSON.parse(config) : {};
    const address = baseUrl ? new URL(`${baseUrl}${path}`, location.origin) : null;
    return address?.origin === location.origin ? [address.href] : [];
  } catch {
    return [];
  }
}

/** @param {number} port */
export function onThisComputer(port) {
  return `http://127.0.0.1:${port}/`;
}

/** A window that opens from a sandboxed frame may be in the sandbox too, and show an error only. */
export function isFramed() {
  return window.parent !== window;
}

/** VS Code's frame for outputs: it opens no windows, and hands links to the system's browser. */
export function isWebview() {
  return location.protocol === "vscode-webview:" || "vscodeThemeKind" in document.body.dataset;
}

/** @param {string} address @param {object} message Whether the loopback server has taken it. */
export async function post(address, message) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(message),
      credentials: address.startsWith(location.origin) ? "same-origin" : "omit",
      keepalive: true,
    });
    return answer.status === 204;
  } catch {
    // Not reachable from here, or closed since: the comm says the same as soon as it is heard.
    return false;
  }
}

/**
 * @param {string | null} url Null: a blank one, whose address comes later.
 * @param {string} note What stands in a blank one.
 * @returns {Window | null} Null where the browser gave no window.
 */
export function openWindow(url, note) {
  const [width, height] = [600, 760];
  const left = Math.round(screenX + Math.max(0, outerWidth - width) / 2);
  const top = Math.round(screenY + Math.max(0, outerHeight - height) / 2);
  // Never noopener: the result comes back over the opener.
  const features = `popup,width=${width},height=${height},left=${left},top=${top}`;
  let popup = null;
  try {
    popup = window.open(url ?? "about:blank", "_blank", features);
  } catch {
    // Firefox throws in a frame that may open no windows, where others give null.
  }
  if (!popup || popup.closed) return null;
  if (url === null) {
    try {
      popup.document.title = note;
      popup.document.documentElement.style.colorScheme = "light dark";
      popup.document.body.style.font = "16px/1.5 system-ui, sans-serif";
      popup.document.body.textContent = note;
    } catch {
      // Some front ends give a window that cannot be written to: the note is a courtesy.
    }
  }
  return popup;
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

/** @returns {string} randomUUID is missing on plain http, where notebooks are served too. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");
}
