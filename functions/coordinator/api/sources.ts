/** POST /api/sources hands in something to learn from; GET shows what was read. */
import { Hono } from "hono";
import * as z from "zod";
import { SubmittedSource } from "../../../shared/domain/events.ts";
import { listSources } from "../../../shared/pipeline/sources.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, Limit, needs, queryOf } from "../request.ts";
import type { School } from "../school.ts";

/** Bytes of UTF-8. A day of speech is far below it. */
const LARGEST_CONTENT = 5_000_000;

export function sourcesApi({ redis, keys, tokens, operations, wake }: School): Hono<Env> {
  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) => {
      const { limit } = queryOf(context, z.object({ limit: Limit(50, 1_000) }));
      return context.json({ sources: await listSources(redis, keys, limit) });
    })
    .post("/", needs(tokens, "reviewer"), async (context) => {
      const source = await bodyOf(context, SubmittedSource);
      const { content, address } = source;
      if (content !== undefined && Buffer.byteLength(content) > LARGEST_CONTENT) {
        throw new Problem(413, "The content is larger than 5 MB; hand it in as several sources.");
      }
      if ((content ?? address ?? "").trim() === "") {
        throw new Problem(422, "The source is empty: send its text as `content` or where to fetch it as `address`.");
      }
      const event = await operations.submit(source, `person/${encodeURIComponent(context.get("person").name)}`);
      wake("ingest");
      return context.json({ event }, 202);
    });
}
