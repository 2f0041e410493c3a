/** The stage `route` with a handler that asks GATE_URL, waits for the answer and does what it says. Either mode. */
import { PermanentError } from "../../../shared/runtime/errors.ts";
import { serveHttp } from "../../../shared/runtime/http/serve.ts";
import { runStage } from "../../../shared/runtime/main.ts";
import { moveTo } from "../../../shared/runtime/outcome.ts";

const stage = {
  name: "route",
  ports: () => ({}),
  async handle({ improvement }) {
    const answer = await (await fetch(`${process.env.GATE_URL}/${improvement.id}`)).text();
    if (answer === "permanent") throw new PermanentError("it can never work");
    if (answer === "error") throw new Error("it did not work this time");
    return moveTo("routed", {}, "the gate let it through");
  },
};
await runStage(stage, process.env, async () => ({ serve: (env) => serveHttp(stage, env) }));
