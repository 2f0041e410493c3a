/** Which embedder is asked, and how it is reached, from the environment. */
import * as z from "zod";
import { ConfigurationError, type Environment, readSettings } from "../../runtime/config.ts";
import { versioned } from "../llm/settings.ts";

export interface EmbeddingSettings {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly model: string;
  readonly dimension: number;
  /** Milliseconds for one request, with all that is tried for it. */
  readonly timeoutMs: number;
}

/** Lengths of OpenAI's own models, which also give shorter vectors from the third generation on. */
const LENGTHS: Readonly<Record<string, number>> = {
  "text-embedding-3-large": 3_072,
  "text-embedding-3-small": 1_536,
  "text-embedding-ada-002": 1_536,
};
const STANDARD = "text-embedding-3-large";

const address = z.url({ protocol: /^https?$/, error: "must be http://… or https://…" });
const Variables = z.object({
  EMBEDDING_MODEL: z.string().trim().optional(),
  EMBEDDING_DIMENSION: z.coerce.number().int().min(2).max(16_384).optional(),
  /** Of any server that speaks OpenAI's embeddings. */
  EMBEDDING_ENDPOINT: z.optional(address),
  EMBEDDING_API_KEY: z.string().optional(),
  /** Seconds; a search has some twenty in all. */
  EMBEDDING_TIMEOUT: z.coerce.number().positive().max(300).default(45),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.optional(address),
});

/**
 * Undefined where the school's own embedder is to be used: `offline` or `none`, or nothing is there that a model could be
 * reached with. Throws ConfigurationError.
 */
export function embeddingSettings(env: Environment): EmbeddingSettings | undefined {
  const read = readSettings(Variables, env);
  const { EMBEDDING_MODEL: chosen, EMBEDDING_ENDPOINT: endpoint, OPENAI_BASE_URL: chatUrl } = read;
  if (/^(offline|none)$/i.test(chosen ?? "")) return undefined;
  const apiKey = read.EMBEDDING_API_KEY ?? read.OPENAI_API_KEY;
  if (endpoint === undefined && apiKey === undefined) return undefined;
  // A server for chat completions need not have embeddings as well.
  if (chosen === undefined && endpoint === undefined && chatUrl !== undefined) return undefined;
  if (chosen === undefined && endpoint !== undefined) {
    throw new ConfigurationError(["EMBEDDING_MODEL: must name the model that EMBEDDING_ENDPOINT serves"]);
  }
  const model = chosen ?? STANDARD;
  return {
    apiKey,
    baseUrl: versioned(endpoint ?? chatUrl),
    model,
    dimension: dimensionOf(model, read.EMBEDDING_DIMENSION),
    timeoutMs: read.EMBEDDING_TIMEOUT * 1_000,
  };
}

/** Whether the vectors can be asked for in another length than their own. */
export function canBeShortened(model: string): boolean {
  return /(^|\/)text-embedding-3-/.test(model);
}

function dimensionOf(model: string, wanted: number | undefined): number {
  const full = LENGTHS[model.slice(model.lastIndexOf("/") + 1)];
  if (wanted === undefined && full === undefined) {
    throw new ConfigurationError([`EMBEDDING_DIMENSION: must be the length of the vectors of ${model}`]);
  }
  const dimension = wanted ?? full ?? 0;
  if (full !== undefined && (canBeShortened(model) ? dimension > full : dimension !== full)) {
    throw new ConfigurationError([`EMBEDDING_DIMENSION: ${model} has ${full}, not ${dimension}`]);
  }
  return dimension;
}
