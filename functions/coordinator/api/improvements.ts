/** GET /api/improvements: the list, one with everything, its trail and its diff. */
import { Hono } from "hono";
import * as z from "zod";
import { CATEGORIES } from "../../../shared/domain/improvement.ts";
import { STATUSES } from "../../../shared/domain/lifecycle.ts";
import { listImprovements } from "../../../shared/pipeline/listing.ts";
import { describeChange } from "../diff.ts";
import { findImprovement } from "../find.ts";
import { type Env, Limit, needs, queryOf } from "../request.ts";
import type { School } from "../school.ts";

const Query = z.object({
  status: z.enum(STATUSES, { error: `one of ${STATUSES.join(", ")}` }).optional(),
  category: z.enum(CATEGORIES, { error: `one of ${CATEGORIES.join(", ")}` }).optional(),
  limit: Limit(50, 1_000),
});

export function improvementsApi(school: School): Hono<Env> {
  const { redis, keys, records, tokens } = school;
  return new Hono<Env>()
    .use(needs(tokens, "viewer"))
    .get("/", async (context) => {
      const query = queryOf(context, Query);
      return context.json({ improvements: await listImprovements(redis, keys, query) });
    })
    .get("/:id", async (context) => context.json(await findImprovement(school, context.req.param("id"))))
    .get("/:id/trail", async (context) => {
      const { id } = await findImprovement(school, context.req.param("id"));
      return context.json({ id, trail: await records.trail(id) });
    })
    .get("/:id/diff", async (context) => {
      const improvement = await findImprovement(school, context.req.param("id"));
      return context.json(await describeChange(improvement, school.git));
    });
}
