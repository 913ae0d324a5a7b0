// @ts-check
/** Shows outputs as notebooks do, and finds what has come of the payloads in them. */

const ATTACKED = /attacked\s*\(/;

const open = window.open.bind(window);

/** Keep the window that was opened last, and have its scripts tell here what they do. */
window.open = (...given) => {
  const opened = open(...given);
  return Object.assign(window, { opened: Object.assign(opened, { attacked: window.attacked }) }).opened;
};

/**
 * Insert HTML as a trusted notebook does: its scripts run.
 *
 * @param {string} html
 */
function show(html) {
  const host = document.createElement("div");
  host.innerHTML = html;
  document.body.append(host);
  for (const inert of host.querySelectorAll("script")) {
    const script = document.createElement("script");
    for (const { name, value } of inert.attributes) script.setAttribute(name, value);
    script.textContent = inert.textContent;
    inert.replaceWith(script);
  }
}

/**
 * What would run, or lead to something that runs: from itself, or by a click.
 *
 * @param {ParentNode} [root]
 * @returns {string[]}
 */
function built(root = document) {
  const found = [];
  for (const node of root.querySelectorAll("*")) {
    if (node.shadowRoot) found.push(...built(node.shadowRoot));
    for (const { name, value } of node.attributes) {
      const leads = name.startsWith("on") || /^(xlink:)?(href|src|srcdoc|action|formaction|data)$/.test(name);
      if (leads && ATTACKED.test(value)) found.push(`<${node.localName} ${name}="${value}">`);
    }
  }
  return found;
}

/** Return when a picture that does not exist has failed, as those before it have. */
async function fence() {
  const picture = new Image();
  await new Promise((resolve) => {
    picture.onerror = resolve;
    picture.src = "http://notebook.localhost/fence";
  });
}

/**
 * Move the pointer over all that a chart has drawn.
 *
 * @param {SVGSVGElement} chart
 * @returns {{ texts: string[], built: string[] }} The tooltips, and what was built in one.
 */
function hover(chart) {
  const texts = new Set();
  const found = [];
  for (const mark of chart.querySelectorAll("*")) {
    mark.dispatchEvent(new PointerEvent("pointermove", { bubbles: true }));
    const tooltip = document.querySelector("#vg-tooltip-element.visible");
    if (!tooltip) continue;
    texts.add(tooltip.textContent);
    found.push(...built(tooltip));
  }
  return { texts: [...texts], built: found };
}

/**
 * Host a widget as anywidget does, with what its kernel's side has sent.
 *
 * @param {string} source @param {Record<string, unknown>} state @param {unknown[]} messages
 */
async function host(source, state, messages) {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const widget = await (await import(url)).default();
  /** @type {[string, (value?: unknown, buffers?: unknown) => void][]} */
  const handlers = [];
  const model = {
    get: (/** @type {string} */ name) => state[name],
    on: (/** @type {string} */ name, /** @type {() => void} */ handler) => handlers.push([name, handler]),
    off: () => {},
    send: () => {},
  };
  const { signal } = new AbortController();
  await widget.initialize({ model, signal });
  const el = document.createElement("div");
  document.body.append(el);
  await widget.render({ model, el, signal });
  for (const message of messages) {
    handlers.filter(([name]) => name === "msg:custom").forEach(([, handler]) => handler(message, []));
  }
}

Object.assign(window, { show, built, fence, hover, host });
