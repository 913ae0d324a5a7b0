// Loaded before everything else: counts what is left behind on the page.
(() => {
  const listeners = [];
  const timers = new Set();
  const windows = new Set();
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, handler, options) {
    const entry = { target: this, type, signal: options?.signal };
    listeners.push(entry);
    return add.call(this, type, handler, options);
  };
  const { setInterval, clearInterval, open } = window;
  window.setInterval = (...args) => {
    const id = setInterval.apply(window, args);
    timers.add(id);
    return id;
  };
  window.clearInterval = (id) => {
    timers.delete(id);
    clearInterval.call(window, id);
  };
  window.open = (...args) => {
    const opened = open.apply(window, args);
    if (opened) windows.add(opened);
    return opened;
  };
  const isOver = ({ target, signal }) => signal?.aborted || (target instanceof AbortSignal && target.aborted);
  window.leftBehind = () => ({
    listeners: listeners.filter((entry) => !isOver(entry)).map(({ type }) => type),
    timers: timers.size,
  });
  window.windowsOpened = () => windows.size;
})();
