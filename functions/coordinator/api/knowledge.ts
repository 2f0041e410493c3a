/** /api/knowledge: how far the index is with what the school knows its platform by, and having it looked at now. */
import { Hono } from "hono";
import * as z from "zod";
import { KNOWLEDGE_SOURCES } from "../../../shared/domain/events.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export const IndexBody = z.strictObject({
  source: z.enum(KNOWLEDGE_SOURCES).default("all").describe("what to look at"),
  reason: z.string().trim().max(200).optional(),
});

export function knowledgeApi({ index, tokens, wake, log }: School): Hono<Env> {
  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) => {
      const runs = await Promise.all(
        KNOWLEDGE_SOURCES.map(async (source) => [source, await index.book.lastRun(source)] as const),
      );
      return context.json({
        kept: index.isKept,
        states: await index.book.states(),
        runs: Object.fromEntries(
          runs.flatMap(([source, at]) => (at === undefined ? [] : [[source, new Date(at).toISOString()]])),
        ),
      });
    })
    .post("/index", needs(tokens, "operator"), async (context) => {
      const { source, reason } = await bodyOf(context, IndexBody);
      if (!index.isKept) throw new Problem(409, "There is no index to bring up to date: QDRANT_URL is not set.");
      const { name } = context.get("person");
      const because = reason === undefined || reason === "" ? `${name} asked` : `${name}: ${reason}`;
      const { event, isNew, at } = await index.request({
        source,
        because,
        by: `person/${encodeURIComponent(name)}`,
      });
      wake("index");
      log.info({ source, by: name, event, isNew }, "somebody has the index brought up to date");
      return context.json({ event, source, at: new Date(at).toISOString(), waiting: !isNew }, 202);
    });
}
