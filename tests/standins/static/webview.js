// @ts-check
/**
 * What VS Code's webview does around an extension's or a notebook's page: a frame of its own origin
 * with the same sandbox, the theme as variables and as an attribute of the body, and links that are
 * caught and handed to the workbench. Nothing in it can open a window.
 */

const asked = new URLSearchParams(location.search);
const theme = asked.get("theme") ?? "light";

/** The default themes, Light Modern and Dark Modern. @type {Record<string, Record<string, string>>} */
const THEMES = {
  light: {
    "foreground": "#3b3b3b",
    "descriptionForeground": "#3b3b3b",
    "errorForeground": "#f85149",
    "focusBorder": "#005fb8",
    "editor-background": "#ffffff",
    "editor-foreground": "#3b3b3b",
    "editorWarning-foreground": "#bf8803",
    "button-background": "#005fb8",
    "button-foreground": "#ffffff",
    "button-hoverBackground": "#0258a8",
    "input-background": "#ffffff",
    "input-foreground": "#3b3b3b",
    "input-border": "#cecece",
    "panel-border": "#e5e5e5",
    "textLink-foreground": "#005fb8",
    "testing-iconPassed": "#73c991",
  },
  dark: {
    "foreground": "#cccccc",
    "descriptionForeground": "#9d9d9d",
    "errorForeground": "#f85149",
    "focusBorder": "#0078d4",
    "editor-background": "#1f1f1f",
    "editor-foreground": "#cccccc",
    "editorWarning-foreground": "#cca700",
    "button-background": "#0078d4",
    "button-foreground": "#ffffff",
    "button-hoverBackground": "#026ec1",
    "input-background": "#313131",
    "input-foreground": "#cccccc",
    "input-border": "#3c3c3c",
    "panel-border": "#2b2b2b",
    "textLink-foreground": "#4daafc",
    "testing-iconPassed": "#73c991",
  },
};

const frame = document.createElement("iframe");
frame.setAttribute("sandbox", asked.get("sandbox") ?? "");
frame.src = asked.get("src") ?? "";
document.body.append(frame);
frame.addEventListener("load", () => {
  const page = /** @type {Document} */ (frame.contentDocument);
  Object.entries(THEMES[theme] ?? {}).forEach(([name, value]) => {
    page.documentElement.style.setProperty(`--vscode-${name}`, value);
  });
  page.documentElement.style.setProperty("--vscode-font-family", "system-ui, sans-serif");
  page.documentElement.style.setProperty("--vscode-editor-font-family", "monospace");
  page.body.classList.add(`vscode-${theme}`);
  page.body.dataset.vscodeThemeKind = `vscode-${theme}`;
  page.body.style.background = "var(--vscode-editor-background)";
  page.addEventListener("click", caught);
  page.addEventListener("auxclick", (event) => {
    if (linkOf(event)) event.preventDefault();
  });
});

/** @param {Event} event @returns {HTMLAnchorElement | undefined} */
function linkOf(event) {
  const isLink = (/** @type {any} */ node) => node.tagName === "A" && node.href;
  return /** @type {HTMLAnchorElement | undefined} */ (event.composedPath().find(isLink));
}

/** @param {Event} event */
function caught(event) {
  const link = linkOf(event);
  if (!link) return;
  event.preventDefault();
  parent.postMessage({ open: link.href }, "*");
}
