// @ts-check
/**
 * Shows one card as anywidget 0.11 does; the comm with its kernel goes over HTTP.
 *
 * The module comes from a blob URL, the style into the head, and `initialize` and `render` get
 * different proxies of the model.
 */

/** @typedef {(value?: unknown) => void} Handler */
/** @typedef {Record<string, any>} State */

const comm = `/comm/${new URLSearchParams(location.search).get("comm")}`;

class Model {
  /** @type {State} */
  state;
  /** @type {[string, Handler][]} */
  handlers = [];
  sending = Promise.resolve();

  /** @param {State} state */
  constructor(state) {
    this.state = state;
  }

  proxy() {
    return {
      get: (/** @type {string} */ name) => this.state[name],
      on: (/** @type {string} */ name, /** @type {Handler} */ handler) => {
        this.handlers.push([name, handler]);
      },
      off: (/** @type {string} */ name, /** @type {Handler} */ handler) => {
        this.handlers = this.handlers.filter(([n, h]) => n !== name || h !== handler);
      },
      send: (/** @type {unknown} */ content) => {
        const body = JSON.stringify({ method: "custom", content });
        // A comm keeps the order.
        this.sending = this.sending.then(async () => {
          await fetch(comm, { method: "POST", body });
        });
      },
    };
  }

  /** @param {string} name @param {unknown} [value] */
  emit(name, value) {
    this.handlers.filter(([n]) => n === name).forEach(([, handler]) => handler(value));
  }

  /** @param {any} data What the kernel sent, as Jupyter's widget messages have it. */
  take(data) {
    if (data.method === "custom") {
      this.emit("msg:custom", data.content);
    } else if (data.method === "update") {
      const before = this.state;
      this.state = { ...before, ...data.state };
      const isNews = (/** @type {string} */ name) =>
        JSON.stringify(before[name]) !== JSON.stringify(this.state[name]);
      Object.keys(data.state).filter(isNews).forEach((name) => this.emit(`change:${name}`));
    }
  }
}

/** @param {Model} model @param {number} after How many messages were before this page. */
async function listen(model, after) {
  for (let open = true; open;) {
    const answer = await (await fetch(`${comm}/messages?after=${after}`)).json();
    answer.messages.forEach((/** @type {unknown} */ data) => model.take(data));
    after += answer.messages.length;
    open = answer.open;
  }
}

async function show() {
  const { state, after } = await (await fetch(comm)).json();
  const style = document.createElement("style");
  style.textContent = state._css;
  document.head.append(style);
  const url = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
  const module = (await import(url)).default;
  URL.revokeObjectURL(url);
  const widget = typeof module === "function" ? await module() : module;
  const model = new Model(state);
  const { signal } = new AbortController();
  await widget.initialize({ model: model.proxy(), signal });
  const el = document.createElement("div");
  document.querySelector("main")?.append(el);
  await widget.render({ model: model.proxy(), el, signal });
  await listen(model, after);
}

show();
