/** GET /api/anomalies: whether the stages' metrics are as usual. */
import { Hono } from "hono";
import { anomalies } from "../anomalies.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function anomaliesApi(school: School): Hono<Env> {
  return new Hono<Env>().get("/", needs(school.tokens, "viewer"), async (context) =>
    context.json(await anomalies(school)),
  );
}
