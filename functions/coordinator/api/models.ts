/** GET /api/models: which models are asked, and what they cost today. */
import { Hono } from "hono";
import { modelUse } from "../model-use.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function modelsApi(school: School): Hono<Env> {
  return new Hono<Env>().get("/", needs(school.tokens, "viewer"), async (context) =>
    context.json(await modelUse(school)),
  );
}
