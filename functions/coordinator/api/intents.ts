/** GET /api/intents: every kind of change the school can carry out, with the schema an edited intent is checked by. */
import { Hono } from "hono";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function intentsApi({ tokens }: School): Hono<Env> {
  return new Hono<Env>().get("/", needs(tokens, "viewer"), async (context) => {
    // Loaded when somebody asks: the coordinator starts without knowing any intent.
    const { intentSchemas } = await import("../intent-schemas.ts");
    return context.json({ intents: intentSchemas() });
  });
}
