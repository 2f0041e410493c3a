/** The dashboard starts here. */
import { render } from "preact";
import { App } from "./app.tsx";
import { takeTokenFromAddress } from "./state/session.ts";

takeTokenFromAddress();
const root = document.getElementById("app");
if (root !== null) {
  root.replaceChildren();
  render(<App />, root);
}
