/** Cohere's rerank (v2) as far as the stand-in speaks it, checked against the vendor's own types. */
import type { Cohere } from "cohere-ai";
import * as z from "zod";
import type { Answered } from "../models/wire.ts";

/** Field names as they go over the wire; the SDK writes them in its own way. */
const Request = z.strictObject({
  model: z.string().min(1),
  query: z.string().min(1),
  documents: z.array(z.string().min(1)).min(1).max(10_000),
  max_tokens_per_doc: z.number().int().positive().optional(),
  top_n: z.number().int().positive().optional(),
});
export type RerankRequest = z.infer<typeof Request>;

type Wire<Field extends string> = Field extends `${infer A}_${infer B}` ? `${A}${Capitalize<Wire<B>>}` : Field;
/** Fails to compile when the schema takes what the vendor's type does not have. */
export const rerankFields: readonly (keyof Cohere.V2RerankRequest)[] = Request.keyof().options.map(
  (field) => field.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as Wire<typeof field>,
);

export const RERANK_FAULTS = ["one missing", "one twice", "unknown index"] as const;
export type RerankFault = (typeof RERANK_FAULTS)[number];
export const RERANK_MODELS: readonly string[] = ["rerank-v3.5", "rerank-v4.0-pro", "rerank-english-v3.0"];

export function readRerankRequest(body: unknown): RerankRequest | string {
  const parsed = Request.safeParse(body);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

export function cohereError(status: number, message: string): Answered {
  return { status, json: { id: "err-1", message } };
}

/** Texts by the words of the question they hold. */
export function reranked({ model, query, documents }: RerankRequest, fault?: RerankFault): Answered {
  if (!RERANK_MODELS.includes(model)) return cohereError(404, `model '${model}' not found`);
  const words = query.toLowerCase().split(/\W+/).filter(Boolean);
  const results = documents
    .map((text, index) => {
      const held = words.filter((word) => text.toLowerCase().includes(word)).length;
      return { index, relevance_score: held / Math.max(1, words.length) };
    })
    .sort((a, b) => b.relevance_score - a.relevance_score);
  const [first] = results;
  if (fault === "one missing") results.pop();
  if (fault === "one twice" && first !== undefined) results.splice(-1, 1, first);
  if (fault === "unknown index" && first !== undefined) first.index = documents.length;
  return { status: 200, json: { id: "r-1", results, meta: { api_version: { version: "2" } } } };
}
