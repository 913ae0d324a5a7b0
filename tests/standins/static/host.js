// @ts-check
/**
 * The page around a frame. Of VS Code's workbench it has this: an address that the webview asks to
 * open goes to the system's browser, which is the test.
 */

const asked = new URLSearchParams(location.search);
const frame = document.createElement("iframe");
if (asked.has("sandbox")) frame.setAttribute("sandbox", asked.get("sandbox") ?? "");
frame.src = asked.get("src") ?? "";
document.body.append(frame);

addEventListener("message", ({ data, source }) => {
  if (source !== frame.contentWindow || typeof data?.open !== "string") return;
  fetch("/opened", { method: "POST", body: JSON.stringify(data.open) });
});
