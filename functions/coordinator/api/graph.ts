/** GET /api/graph: who talks to whom in the GitOps repository as it is now, and what of it is missing. */
import { Hono } from "hono";
import * as z from "zod";
import { type Env, needs, queryOf } from "../request.ts";
import type { School } from "../school.ts";

export const GraphQuery = z.strictObject({
  of: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .optional()
    .describe("only what this needs and what needs it: `Deployment/shop/web`, or a name that only one thing has"),
  depth: z.coerce.number().int().min(1).max(20).default(3).describe("how many edges far from `of`"),
});

export function graphApi({ tokens, sight }: School): Hono<Env> {
  return new Hono<Env>().get("/", needs(tokens, "viewer"), async (context) => {
    const { of, depth } = queryOf(context, GraphQuery);
    // The whole understanding of a repository: most coordinators are never asked for it, and idle memory counts.
    const { graphAnswer } = await import("../graph-answer.ts");
    return context.json(await graphAnswer(sight, of, depth));
  });
}
