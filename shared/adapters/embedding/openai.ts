/**
 * Embedder over OpenAI's embeddings and whatever speaks like them (TEI, vLLM, Ollama, gateways). What a server refuses of a
 * request's form is not asked of it again; texts it finds too long or too many are sent in smaller parts.
 */
import type OpenAI from "openai";
import type { Embedder } from "../../knowledge-ports.ts";
import { PermanentError } from "../../runtime/errors.ts";
import { NotTheVendor, statusOf, told } from "../llm/answers.ts";
import { type VendorCall, vendorCalls } from "../vendor-calls.ts";
import { batchesOf, FIRST_LIMITS, sendable } from "./batches.ts";
import { canBeShortened, type EmbeddingSettings } from "./settings.ts";
import { vectorsIn } from "./vectors.ts";

export type Purpose = Parameters<Embedder["embed"]>[1];

export interface EmbedderReports {
  /** One sentence, without any text: something was left out. */
  readonly note?: ((sentence: string) => void) | undefined;
  /** Tokens of one request, as the vendor counts them, and what they were spent on. */
  readonly spent?: ((tokens: number, purpose: Purpose) => void) | undefined;
}

/** Somebody waits for the answer to a question. */
const QUERY_MS = 12_000;
const AT_ONCE = 4;
/** Of a text that is cut again and again: what is refused even so is not refused for its length. */
const SHORTEST_CUT = 64;

/** Opens nothing; the first text does. */
export function openAiEmbedder(settings: EmbeddingSettings, { note, spent }: EmbedderReports = {}): Embedder {
  const { model, dimension } = settings;
  const server = new Server(settings, spent);
  let most = FIRST_LIMITS.texts;

  async function embed(texts: readonly string[], purpose: Purpose, signal: AbortSignal): Promise<Float32Array[]> {
    const answer = await server.ask(texts, purpose, signal);
    if (answer.kind === "vectors") return answer.vectors;
    const [only] = texts;
    if (texts.length > 1) {
      const half = Math.ceil(texts.length / 2);
      if (answer.isAboutNumber) most = Math.min(most, half);
      const first = await embed(texts.slice(0, half), purpose, signal);
      return [...first, ...(await embed(texts.slice(half), purpose, signal))];
    }
    if (only === undefined || only.length <= SHORTEST_CUT) throw answer.refusal;
    note?.(`${model} finds a text of ${only.length} characters too long: its second half is left out`);
    return embed([sendable(only, Math.floor(Buffer.byteLength(only) / 2)).text], purpose, signal);
  }

  return {
    id: `${model.replaceAll(/[^A-Za-z0-9.-]+/g, "-")}-${dimension}`,
    dimension,
    async embed(texts, purpose, signal) {
      signal?.throwIfAborted();
      const sent = texts.map((text) => sendable(text, FIRST_LIMITS.textBytes));
      const cut = sent.filter(({ isCut }) => isCut).length;
      if (cut > 0) note?.(`${cut} of ${texts.length} texts are too long for ${model}: their ends are left out`);
      const whole = sent.map(({ text }) => text);
      const vectors: Float32Array[] = [];
      // What one part is refused, the others need not ask for.
      const stop = new AbortController();
      const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
      const parts = batchesOf(whole, { ...FIRST_LIMITS, texts: most }).map(async (batch) => {
        const own = await embed(
          batch.map((i) => whole[i] ?? ""),
          purpose,
          either,
        );
        batch.forEach((i, at) => {
          vectors[i] = own[at] as Float32Array;
        });
      });
      try {
        await Promise.all(parts);
      } finally {
        stop.abort();
        await Promise.allSettled(parts);
      }
      return vectors;
    },
  };
}

type Answer =
  | { readonly kind: "vectors"; readonly vectors: Float32Array[] }
  /** Smaller parts may be taken. */
  | { readonly kind: "too much"; readonly isAboutNumber: boolean; readonly refusal: PermanentError };

interface Refused {
  readonly status: number;
  readonly said: string;
}

const TOO_MUCH = /token|context|length|too (?:long|large|many|big)|batch|payload/i;
/** Characters by which a text is recognised in what a server says. */
const TELLING = 8;
const NUMBER = /batch|array|number of (?:inputs|texts)|too many inputs/i;

/** What is known of one server, and how it is asked. */
class Server {
  readonly #settings: EmbeddingSettings;
  readonly #spent: EmbedderReports["spent"];
  readonly #call: VendorCall;
  #client: Promise<OpenAI> | undefined;
  #sendsDimension: boolean;
  #wantsFloats = false;

  constructor(settings: EmbeddingSettings, spent: EmbedderReports["spent"]) {
    this.#settings = settings;
    this.#spent = spent;
    this.#sendsDimension = canBeShortened(settings.model);
    this.#call = vendorCalls({
      name: settings.baseUrl === undefined ? "OpenAI's embedding API" : "the embedding API",
      settings: {
        key: "OPENAI_API_KEY (or EMBEDDING_API_KEY) and EMBEDDING_ENDPOINT",
        model: "EMBEDDING_MODEL and EMBEDDING_DIMENSION",
      },
      apiKey: settings.apiKey,
      atOnce: AT_ONCE,
    });
  }

  async ask(texts: readonly string[], purpose: Purpose, signal: AbortSignal): Promise<Answer> {
    const { timeoutMs } = this.#settings;
    const within = purpose === "query" ? Math.min(QUERY_MS, timeoutMs) : timeoutMs;
    this.#client ??= open(this.#settings);
    const client = await this.#client;
    for (;;) {
      const [dimensions, floats] = [this.#sendsDimension, this.#wantsFloats];
      const patience = { tryMs: within, inAllMs: within };
      const answer = await this.#call(
        (limit) => this.#request(client, texts, { dimensions, floats, purpose }, limit),
        patience,
        signal,
      );
      if (answer instanceof Array) {
        if (answer.every(({ length }) => length === this.#settings.dimension))
          return { kind: "vectors", vectors: answer };
        // Asked for a length, it did not listen; not asked for one, it may.
        if (dimensions) throw this.#wrongLength(answer);
        this.#sendsDimension = true;
        continue;
      }
      const { status, said } = answer;
      if (!floats && /encoding_format|base64/i.test(said)) this.#wantsFloats = true;
      else if (dimensions && canBeShortened(this.#settings.model) && /dimension/i.test(said))
        this.#sendsDimension = false;
      else if (dimensions && /dimension|matryoshka/i.test(said)) throw this.#refusal(answer, texts);
      else if (status === 413 || TOO_MUCH.test(said)) {
        return { kind: "too much", isAboutNumber: NUMBER.test(said), refusal: this.#refusal(answer, texts) };
      } else throw this.#refusal(answer, texts);
    }
  }

  async #request(
    client: OpenAI,
    texts: readonly string[],
    { dimensions, floats, purpose }: { dimensions: boolean; floats: boolean; purpose: Purpose },
    signal: AbortSignal,
  ): Promise<Float32Array[] | Refused> {
    const { model, dimension, apiKey } = this.#settings;
    try {
      // Without a word about the encoding the SDK asks for base64, and takes either.
      const answer: unknown = await client.embeddings.create(
        {
          model,
          input: [...texts],
          ...(dimensions ? { dimensions: dimension } : {}),
          ...(floats ? { encoding_format: "float" as const } : {}),
        },
        { signal },
      );
      const { vectors, tokens } = vectorsIn(answer, texts.length);
      if (tokens > 0) this.#spent?.(tokens, purpose);
      return vectors;
    } catch (error) {
      const status = statusOf(error);
      if (status === 400 || status === 413 || status === 422) return { status, said: told(error, apiKey) };
      // The SDK reads base64 before anybody can look at it.
      if (error instanceof TypeError || error instanceof RangeError) throw new NotTheVendor("its vectors are none");
      throw error;
    }
  }

  #wrongLength(vectors: readonly Float32Array[]): PermanentError {
    const { model, dimension } = this.#settings;
    const lengths = [...new Set(vectors.map(({ length }) => length))].join(" and ");
    const what = `gives vectors of ${lengths} numbers for ${model}, not ${dimension}`;
    return new PermanentError(`the embedding API ${what}: check EMBEDDING_MODEL and EMBEDDING_DIMENSION`);
  }

  /** In the server's words, unless they repeat what it was sent: then they are nobody's to log. */
  #refusal({ status, said }: Refused, texts: readonly string[]): PermanentError {
    const repeats = texts.map(beginningOf).some((words) => words.length >= TELLING && said.includes(words));
    const words = repeats ? "its words repeat a text and are left out" : said;
    return new PermanentError(
      `the embedding API does not take the request (${status}): ${words}; check EMBEDDING_MODEL and EMBEDDING_DIMENSION`,
    );
  }
}

function beginningOf(text: string): string {
  return (
    text
      .trim()
      .split(/[\n"\\]/, 1)[0]
      ?.slice(0, 20) ?? ""
  );
}

async function open({ apiKey, baseUrl, timeoutMs }: EmbeddingSettings): Promise<OpenAI> {
  const { default: Client } = await import("openai");
  return new Client({
    // The SDK wants one even where the server does not.
    apiKey: apiKey ?? "none",
    // Not the environment: what is not in the settings is not configured.
    baseURL: baseUrl ?? "https://api.openai.com/v1",
    organization: null,
    project: null,
    timeout: timeoutMs,
    // Waiting and asking again is done where it can be stopped.
    maxRetries: 0,
    logLevel: "off",
  });
}
