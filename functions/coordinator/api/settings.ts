/** GET /api/settings: the configuration in force. Secrets never; only whether they are set. */
import { Hono } from "hono";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function settingsApi({ tokens, configuration }: School): Hono<Env> {
  return new Hono<Env>().get("/", needs(tokens, "viewer"), (context) => context.json({ settings: configuration }));
}
