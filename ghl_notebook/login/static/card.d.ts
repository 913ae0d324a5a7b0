/** The card that the loopback server has for a login: that of connect.js, or of app.js. */

import type { AnyWidget } from "@anywidget/types";

declare const widget: AnyWidget;
export default widget;
