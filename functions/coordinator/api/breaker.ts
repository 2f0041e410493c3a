/** GET /api/breaker: what it counts. POST /api/breaker/close: an operator has looked, automatic changes may go on. */
import { Hono } from "hono";
import { breakerState } from "../breaker-state.ts";
import { bodyOf, type Env, Justified, needs } from "../request.ts";
import type { School } from "../school.ts";

export function breakerApi(school: School): Hono<Env> {
  const { tokens, operations, log } = school;
  const app = new Hono<Env>();
  app.get("/", needs(tokens, "viewer"), async (context) => context.json(await breakerState(school)));
  return app.post("/close", needs(tokens, "operator"), async (context) => {
    const { reason } = await bodyOf(context, Justified);
    const { name } = context.get("person");
    await operations.closeBreaker(name, reason);
    log.warn({ by: name, reason }, "The circuit breaker was closed by hand; earlier rollbacks no longer count");
    return context.json({ open: false });
  });
}
