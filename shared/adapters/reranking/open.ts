/** The configured reranker. Its client is loaded with the first question. */
import * as z from "zod";
import type { Reranker } from "../../knowledge-ports.ts";
import { type Environment, readSettings } from "../../runtime/config.ts";

const STANDARD = "rerank-v3.5";
/** What the founding platform wrote for the vendor's third generation. */
const ALIASES: Readonly<Record<string, string>> = { "cohere-rerank-v3": STANDARD };

const Variables = z.object({
  RERANK_MODEL: z.string().trim().default(STANDARD),
  COHERE_API_KEY: z.string().optional(),
  /** Of a proxy, or of a server that speaks Cohere's rerank. */
  COHERE_BASE_URL: z.optional(z.url({ protocol: /^https?$/, error: "must be http://… or https://…" })),
});

/** Undefined without a key, or for `none`: the order of the fusion stays. Throws ConfigurationError. */
export function rerankerOf(env: Environment): Reranker | undefined {
  const { RERANK_MODEL: chosen, COHERE_API_KEY: apiKey, COHERE_BASE_URL: baseUrl } = readSettings(Variables, env);
  if (apiKey === undefined || /^none$/i.test(chosen)) return undefined;
  const model = ALIASES[chosen] ?? chosen;
  let opened: Promise<Reranker> | undefined;
  return {
    id: `cohere-${model}`,
    async rerank(query, texts, signal) {
      signal?.throwIfAborted();
      opened ??= import("./cohere.ts").then(({ cohereReranker }) => cohereReranker({ apiKey, baseUrl, model }));
      return (await opened).rerank(query, texts, signal);
    },
  };
}
