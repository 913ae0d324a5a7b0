// @ts-check
// Reports to the window that opened this one, as the live finish page does, then closes itself.

const orders = JSON.parse(
  /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=orders]")).content,
);

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

function report() {
  const opener = window.opener;
  if (opener === null) {
    // The link is cut for good: keep the window, and say what can still be done.
    element("reported").hidden = true;
    element("unreported").hidden = false;
    return;
  }
  for (const message of orders.messages) {
    opener.postMessage(message, "*");
  }
  if (orders.closeMs !== null) {
    setTimeout(() => window.close(), orders.closeMs);
  }
}

if (orders.lateMs > 0) {
  setTimeout(report, orders.lateMs);
} else {
  report();
}
