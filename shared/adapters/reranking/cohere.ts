/** Reranker over Cohere's rerank (v2). https://docs.cohere.com/reference/rerank */
import { CohereClientV2, CohereError } from "cohere-ai";
import * as z from "zod";
import type { Reranker } from "../../knowledge-ports.ts";
import { NotTheVendor } from "../llm/answers.ts";
import { vendorCalls } from "../vendor-calls.ts";

export interface RerankSettings {
  readonly apiKey: string;
  readonly baseUrl: string | undefined;
  readonly model: string;
  /** Milliseconds, with all that is tried. */
  readonly timeoutMs?: number;
}

/** "The maximum is 10,000 documents"; a question has at most 2,048 tokens, of some 4 characters. */
const MOST_TEXTS = 10_000;
const QUERY_CHARACTERS = 2_048 * 4;
/** What is behind it decides nothing, and is paid for: a text is searched in parts of 500 tokens. */
const TOKENS_PER_TEXT = 2_048;
/** Milliseconds: the order without it is good enough to be waited for no longer. */
const PATIENCE_MS = 4_500;

const Answer = z.object({
  results: z.array(z.object({ index: z.number().int().min(0), relevanceScore: z.number() })),
});

/** Opens nothing; the first question does. Loads the vendor's SDK: import it only where it is used. */
export function cohereReranker(settings: RerankSettings): Reranker {
  const { apiKey, baseUrl, model, timeoutMs = PATIENCE_MS } = settings;
  const client = new CohereClientV2({
    token: apiKey,
    // Not the environment: what is not in the settings is not configured.
    environment: baseUrl ?? "https://api.cohere.com",
  });
  const call = vendorCalls({
    name: "Cohere's API",
    settings: { key: "COHERE_API_KEY and COHERE_BASE_URL", model: "RERANK_MODEL" },
    apiKey,
    atOnce: 4,
  });
  return {
    id: `cohere-${model}`,
    async rerank(query, texts, signal) {
      signal?.throwIfAborted();
      if (texts.length === 0) return [];
      const documents = texts.slice(0, MOST_TEXTS).map((text) => (text.trim() === "" ? "(empty)" : text));
      const question = query.trim() === "" ? "(empty)" : query.slice(0, QUERY_CHARACTERS);
      const request = { model, query: question, documents, maxTokensPerDoc: TOKENS_PER_TEXT };
      return call(
        async (limit) => orderIn(await asked(client, request, limit), documents.length),
        { tryMs: timeoutMs, inAllMs: timeoutMs },
        signal,
      );
    },
  };
}

type Request = Parameters<CohereClientV2["rerank"]>[0];

/** What goes wrong, as the other vendor's SDK tells it. */
async function asked(client: CohereClientV2, request: Request, abortSignal: AbortSignal): Promise<unknown> {
  try {
    // Its own waiting cannot be stopped.
    return await client.rerank(request, { abortSignal, maxRetries: 0 });
  } catch (error) {
    if (!(error instanceof CohereError) || error.statusCode === undefined) throw error;
    const { statusCode: status, rawResponse, body } = error;
    // A body it cannot read has a status of success.
    if (status < 300) throw new NotTheVendor("this is no JSON");
    throw Object.assign(new Error(messageIn(body)), { status, headers: rawResponse?.headers });
  }
}

function messageIn(body: unknown): string {
  const message = (body as { readonly message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : "it does not say why";
}

/** Best first; every text at most once. */
function orderIn(answer: unknown, asked: number): { index: number; score: number }[] {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) throw new NotTheVendor("this is no order of texts");
  const order = parsed.data.results.map(({ index, relevanceScore: score }) => ({ index, score }));
  if (new Set(order.map(({ index }) => index)).size !== asked || order.some(({ index }) => index >= asked)) {
    throw new NotTheVendor(`${order.length} of ${asked} texts are in order`);
  }
  return order.sort((a, b) => b.score - a.score || a.index - b.index);
}
