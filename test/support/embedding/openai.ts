/** OpenAI's embeddings as far as the stand-in speaks them, checked against the vendor's own types. */
import { createHash } from "node:crypto";
import type OpenAI from "openai";
import * as z from "zod";
import type { Answered } from "../models/wire.ts";

const Request = z.strictObject({
  model: z.string().min(1),
  // "The input must not exceed the max input tokens for the model (8192 tokens for all embedding models), cannot be an empty
  // string, and any array must be 2048 dimensions or less."
  input: z.array(z.string().min(1)).min(1).max(2_048),
  dimensions: z.number().int().positive().optional(),
  encoding_format: z.enum(["float", "base64"]).optional(),
});
export type EmbeddingRequest = z.infer<typeof Request>;

/** Fails to compile when the schema takes what the vendor's type does not have. */
export const embeddingFields: readonly (keyof OpenAI.EmbeddingCreateParams)[] = Request.keyof().options;

export interface EmbeddingHabits {
  /** Models it serves, and the length of their vectors. */
  readonly models: Readonly<Record<string, number>>;
  /** Gives vectors in the length they are asked for. */
  readonly shortens: boolean;
  /** Refuses it, or does not look at it. */
  readonly refuses: readonly ("dimensions" | "base64")[];
  readonly ignores: readonly ("dimensions" | "base64")[];
  readonly mostTexts: number;
  /** Of one text and of one request; four characters each, as in prose. */
  readonly textTokens: number;
  readonly requestTokens: number;
}

export const OPENAI_HABITS: EmbeddingHabits = {
  models: { "text-embedding-3-large": 3_072, "text-embedding-3-small": 1_536, "text-embedding-ada-002": 1_536 },
  shortens: true,
  refuses: [],
  ignores: [],
  mostTexts: 2_048,
  textTokens: 8_192,
  requestTokens: 300_000,
};

/** What is wrong with one vector or the list of them. */
export const EMBEDDING_FAULTS = [
  "shuffled",
  "one missing",
  "one too many",
  "one twice",
  "no numbers",
  "other length",
] as const;
export type EmbeddingFault = (typeof EMBEDDING_FAULTS)[number];

export function readEmbeddingRequest(body: unknown): EmbeddingRequest | string {
  const parsed = Request.safeParse(body);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

export function openAiError(status: number, message: string, code: string | null = null): Answered {
  const type = status < 500 ? "invalid_request_error" : "server_error";
  return { status, json: { error: { message, type, param: null, code } } };
}

/** A refusal, or vectors that tell texts apart. */
export function embeddings(request: EmbeddingRequest, habits: EmbeddingHabits, fault?: EmbeddingFault): Answered {
  const { model, input, encoding_format: format, dimensions } = request;
  const length = habits.models[model];
  if (length === undefined) return openAiError(404, `The model \`${model}\` does not exist`, "model_not_found");
  if (habits.refuses.includes("dimensions") && dimensions !== undefined) {
    return openAiError(400, "Unknown parameter: 'dimensions'.");
  }
  if (habits.refuses.includes("base64") && format === "base64") {
    return openAiError(400, "Unsupported value for 'encoding_format': 'base64'.");
  }
  const tokens = input.map((text) => Math.ceil(text.length / 4));
  const all = tokens.reduce((sum, count) => sum + count, 0);
  if (input.length > habits.mostTexts)
    return openAiError(413, `batch size ${input.length} > maximum allowed batch size`);
  if (tokens.some((count) => count > habits.textTokens)) {
    return openAiError(400, `This model's maximum context length is ${habits.textTokens} tokens.`);
  }
  if (all > habits.requestTokens)
    return openAiError(400, `Requested ${all} tokens, max ${habits.requestTokens} tokens`);
  const wanted = habits.ignores.includes("dimensions") ? undefined : dimensions;
  if (wanted !== undefined && wanted !== length && !habits.shortens) {
    return openAiError(400, `Model "${model}" does not support matryoshka representation`);
  }
  const size = (wanted ?? length) + (fault === "other length" ? 1 : 0);
  const isBase64 = format === "base64" && !habits.ignores.includes("base64");
  const data = input.map((text, index) => {
    const vector = fault === "no numbers" ? new Float32Array(size) : vectorOf(text, size);
    const embedding = isBase64 ? Buffer.from(vector.buffer).toString("base64") : [...vector];
    return { object: "embedding" as const, index, embedding: embedding as number[] };
  });
  const json: OpenAI.CreateEmbeddingResponse = {
    object: "list",
    data: spoilt(data, fault),
    model,
    usage: { prompt_tokens: all, total_tokens: all },
  };
  return { status: 200, json };
}

function spoilt<Item extends { readonly index: number }>(data: Item[], fault: EmbeddingFault | undefined): Item[] {
  const [first] = data;
  if (first === undefined) return data;
  if (fault === "shuffled") return data.toReversed();
  if (fault === "one missing") return data.slice(1);
  if (fault === "one too many") return [...data, { ...first, index: data.length }];
  if (fault === "one twice") return [...data.slice(0, -1), first];
  return data;
}

/** Not of length 1, and the same for the same text; a shorter one is the beginning of a longer one. */
export function vectorOf(text: string, length: number): Float32Array {
  const seed = createHash("sha256").update(text).digest();
  return Float32Array.from({ length }, (_, i) => ((seed[i % 32] ?? 0) - 127.5) * (1 + (i >> 5)));
}
