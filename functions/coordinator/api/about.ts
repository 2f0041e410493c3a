/** GET /api/about: which version this is, which builds are at work, and how far an upgrade is. */
import { Hono } from "hono";
import { aboutSchool } from "../about.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function aboutApi(school: School): Hono<Env> {
  return new Hono<Env>().get("/", needs(school.tokens, "viewer"), async (context) =>
    context.json(await aboutSchool(school)),
  );
}
