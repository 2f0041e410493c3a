/** How far the index is, and the embedders that were fitted: the knowledge book over Redis. */
import type { Redis } from "ioredis";
import type { Corpus, CorpusState, FitRecord, IndexBook, IndexLedger } from "../knowledge-ports.ts";
import type { Keys } from "./keys.ts";

const NEWEST = "newest";
const FIT = "fit";

/** Beside `fit` in the ledger's hash; no corpus is called so. */
const runField = (source: string) => `run:${source}`;
const field = (corpus: Corpus, source: string) => `${corpus}/${source}`;

export function knowledgeBook(redis: Redis, keys: Keys): IndexBook {
  const { knowledge, knowledgeLedger: ledger, knowledgeModel: models } = keys;

  async function kept<Value>(name: string): Promise<Value | undefined> {
    const text = await redis.hget(ledger, name);
    return text === null ? undefined : parsed<Value>(text);
  }

  return {
    async states() {
      const states = Object.values(await redis.hgetall(knowledge)).map((text) => parsed<CorpusState>(text));
      return states.filter((state) => state !== undefined).sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    },
    async note(state) {
      await redis.hset(knowledge, field(state.corpus, state.source), JSON.stringify(state));
    },
    async forget(corpus, source) {
      const name = field(corpus, source);
      await redis.multi().hdel(knowledge, name).hdel(ledger, name).exec();
    },
    async model(id) {
      const wanted = id ?? (await redis.hget(models, NEWEST));
      const bytes = wanted === null ? null : await redis.hgetBuffer(models, wanted);
      return wanted === null || bytes === null ? undefined : { id: wanted, bytes };
    },
    async keepModel({ id, bytes }) {
      await redis.hset(models, { [id]: Buffer.from(bytes), [NEWEST]: id });
    },
    async keepOnlyModel(id) {
      const others = (await redis.hkeys(models)).filter((name) => name !== NEWEST && name !== id);
      if (others.length > 0) await redis.hdel(models, ...others);
    },
    async count(corpus, result) {
      await redis.hincrby(keys.metrics, `rag:${corpus}:${result}`, 1);
    },
    async countTokens(purpose, tokens) {
      await redis.hincrby(keys.metrics, `rag_tokens:${purpose}`, Math.round(tokens));
    },
    ledger: (corpus, source) => kept<IndexLedger>(field(corpus, source)),
    async keepLedger(corpus, source, value) {
      await redis.hset(ledger, field(corpus, source), JSON.stringify(value));
    },
    fit: () => kept<FitRecord>(FIT),
    async keepFit(record) {
      await redis.hset(ledger, FIT, JSON.stringify(record));
    },
    async lastRun(source) {
      const startedAt = await redis.hget(ledger, runField(source));
      return startedAt === null ? undefined : Number(startedAt);
    },
    async keepRun(source, startedAt) {
      await redis.hset(ledger, runField(source), String(Math.round(startedAt)));
    },
  };
}

function placeOf({ corpus, source }: CorpusState): string {
  return field(corpus, source);
}

/** What cannot be read counts as absent: the next run of `index` writes it anew. */
function parsed<Value>(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}
