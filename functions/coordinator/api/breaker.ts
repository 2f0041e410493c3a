/** POST /api/breaker/close: an operator has looked, and automatic changes may go on. */
import { Hono } from "hono";
import { bodyOf, type Env, Justified, needs } from "../request.ts";
import type { School } from "../school.ts";

export function breakerApi({ tokens, operations, log }: School): Hono<Env> {
  return new Hono<Env>().post("/close", needs(tokens, "operator"), async (context) => {
    const { reason } = await bodyOf(context, Justified);
    const { name } = context.get("person");
    await operations.closeBreaker(name, reason);
    log.warn({ by: name, reason }, "The circuit breaker was closed by hand; earlier rollbacks no longer count");
    return context.json({ open: false });
  });
}
