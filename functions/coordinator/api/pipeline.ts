/** GET /api/pipeline: what moves where, how fast, and what gets lost on the way. */
import { Hono } from "hono";
import { pipelineReport } from "../pipeline-report.ts";
import { recentMoves } from "../recent-moves.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function pipelineApi(school: School): Hono<Env> {
  const recent = recentMoves(school.redis, school.keys);
  return new Hono<Env>().get("/", needs(school.tokens, "viewer"), async (context) =>
    context.json(await pipelineReport(school, recent)),
  );
}
