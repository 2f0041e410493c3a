/** GET /api/search: what the platform's documents and manifests say about a question, with the words marked. */
import { Hono } from "hono";
import * as z from "zod";
import { highlightsOf } from "../../../shared/knowledge/highlight.ts";
import { CORPORA, type Found, type Hit, type KnowledgeQuery } from "../../../shared/knowledge-ports.ts";
import { ConfigurationError } from "../../../shared/runtime/config.ts";
import { Problem } from "../problem.ts";
import { type Env, Limit, needs, queryOf, Several } from "../request.ts";
import type { School } from "../school.ts";

/** Each may cost a call to an embedder's API, and holds a connection for seconds when the index is slow. */
const AT_ONCE = 8;

const Name = z.string().trim().min(1).max(253).optional();

export const SearchQuery = z.strictObject({
  q: z.string({ error: "is needed: what to look for" }).trim().min(1).max(1_000).describe("what to look for"),
  corpus: Several(z.enum(CORPORA, { error: `one of ${CORPORA.join(", ")}` })).describe(
    "where; everywhere unless given",
  ),
  namespace: Name.describe("of manifests"),
  kind: Name.describe("of manifests, as Kubernetes writes it"),
  source: Name.describe("`gitops`, `docs`, `issues` or `school`"),
  limit: Limit(10, 50),
});

export function searchApi({ tokens, knowledge }: School): Hono<Env> {
  let running = 0;

  async function search(query: KnowledgeQuery, signal: AbortSignal): Promise<Found> {
    try {
      return await (await knowledge()).search(query, signal);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return { kind: "unknown", because: error.message, states: [] };
    }
  }

  return new Hono<Env>().get("/", needs(tokens, "viewer"), async (context) => {
    const { q, corpus, namespace, kind, source, limit } = queryOf(context, SearchQuery);
    if (running >= AT_ONCE) {
      throw new Problem(503, `${running} searches are under way already; ask again in a moment.`);
    }
    const filters = Object.entries({ corpora: corpus, namespace, kind, source }).filter(
      ([, value]) => value !== undefined,
    );
    const query: KnowledgeQuery = { text: q, limit, ...(Object.fromEntries(filters) as Omit<KnowledgeQuery, "text">) };
    running += 1;
    try {
      const found = await search(query, context.req.raw.signal);
      return context.json(searchAnswer(q, found));
    } finally {
      running -= 1;
    }
  });
}

/** `unknown` is an answer like any other: the index was asked, and says why it cannot say anything. */
export function searchAnswer(question: string, found: Found) {
  if (found.kind === "unknown") return found;
  return { ...found, hits: found.hits.map((hit) => hitAnswer(question, hit)) };
}

function hitAnswer(question: string, { chunk, rank, cosine, by }: Hit) {
  const { id: _id, hash: _hash, redacted: _redacted, ...told } = chunk;
  return {
    rank,
    ...told,
    highlights: highlightsOf(chunk.text, question),
    by,
    ...(cosine === undefined ? {} : { cosine }),
  };
}

export type SearchAnswer = ReturnType<typeof searchAnswer>;
