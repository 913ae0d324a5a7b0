// @ts-check
/**
 * Hosts the card as a notebook does, with the kernel's side played by the test.
 *
 * `mount` follows anywidget 0.11: the module comes from a blob URL, once per model, and `initialize`
 * and `render` get different proxies of the model.
 */

/** @typedef {(value?: unknown) => void} Handler */

class FakeModel {
  /** @type {Record<string, unknown>} */
  state;
  /** @type {[string, Handler][]} */
  handlers = [];
  /** @type {unknown[]} */
  sent = [];
  connected = true;
  /** Whether the kernel answers. */
  alive = true;

  /** @param {Record<string, unknown>} state */
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
      send: (
        /** @type {object} */ message,
        /** @type {undefined} */ _callbacks,
        /** @type {Uint8Array[]} */ buffers = [],
      ) => {
        if (!this.connected) throw new Error("no comm");
        const beside = buffers.map((buffer) => new TextDecoder().decode(buffer));
        this.sent.push(structuredClone(beside.length ? { ...message, beside } : message));
        // @ts-expect-error - any message of a page
        const asks = ["hello", "ping"].includes(message.type);
        if (asks && this.alive) setTimeout(() => this.emit("msg:custom", { type: "alive" }));
      },
    };
  }

  /** @param {string} name @param {unknown} [value] */
  emit(name, value) {
    this.handlers.filter(([n]) => n === name).forEach(([, handler]) => handler(value));
  }

  /** @param {Record<string, unknown>} changes */
  set(changes) {
    const changed = Object.keys(changes).filter((name) => this.state[name] !== changes[name]);
    Object.assign(this.state, changes);
    changed.forEach((name) => this.emit(`change:${name}`));
  }
}

/** @param {string} card @param {Record<string, unknown>} state @param {number} views */
async function mount(card, state, views) {
  const source = await (await fetch(`/${card}.js`)).text();
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const widget = await (await import(url)).default();
  const model = new FakeModel(state);
  const life = new AbortController();
  await widget.initialize({ model: model.proxy(), signal: life.signal });
  const shown = [];
  for (let i = 0; i < views; i += 1) {
    const el = document.createElement("div");
    document.querySelector("main")?.append(el);
    const view = new AbortController();
    const signal = AbortSignal.any([view.signal, life.signal]);
    await widget.render({ model: model.proxy(), el, signal });
    shown.push({ el, remove: () => { view.abort(); el.remove(); } });
  }
  return { model, life, views: shown };
}

Object.assign(window, { mount, cards: [] });
