/** The dashboard starts here. */
import { render } from "preact";
import { App } from "./app.tsx";
import { applyTheme } from "./state/preferences.ts";
import { takeTokenFromAddress } from "./state/session.ts";

takeTokenFromAddress();
applyTheme();
const root = document.getElementById("app");
if (root !== null) {
  root.replaceChildren();
  render(<App />, root);
}
