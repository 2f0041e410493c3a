/** One decision of the router: words, classifier and both arms in process, and with the school's past in a real Redis. */
import { route } from "../../functions/route/handle.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { connectRedis } from "../../shared/pipeline/connection.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { records } from "../../shared/pipeline/records.ts";
import { repeats } from "../../shared/pipeline/repeats.ts";
import { seedClassifier } from "../../shared/routing/classifier/seed.ts";
import { keywordVote } from "../../shared/routing/keywords/vote.ts";
import type { Repeats } from "../../shared/routing-ports.ts";
import { startTestRedis } from "../support/redis.ts";
import { median, percentile, type Row, spreadOf } from "./rows.ts";
import { seedSchool } from "./seed.ts";

export interface RoutingOptions {
  /** In Redis. */
  readonly improvements: number;
  readonly decisions: number;
}

const NONE: Repeats = { precedent: async () => undefined, remember: async () => undefined };
/** Texts that are routed in turn. */
const TEXTS = 200;

export async function routing({ improvements, decisions }: RoutingOptions): Promise<Row[]> {
  const server = await startTestRedis();
  const redis = connectRedis(server.url, { lazyConnect: false });
  try {
    const ids = await seedSchool(server.url, improvements);
    const keys = keysOf();
    const newest = await records(redis, keys).many(ids.slice(-TEXTS));
    const texts = newest.map((improvement, i): Improvement => ({ ...improvement, id: `new-${i}` }));
    const classifier = await seedClassifier();
    const alone = await times(texts, decisions, NONE, classifier);
    const remembering = await times(texts, decisions, repeats(redis, keys), classifier);
    const [p95, median95] = [percentile(alone, 0.95), median(alone)];
    const p95Past = percentile(remembering, 0.95);
    return [
      { name: "routing decision in process, p95", value: p95, unit: "ms", median: median95, spread: spreadOf(alone) },
      {
        name: `the same, looking for an exact repeat in ${improvements} improvements`,
        value: p95Past,
        unit: "ms",
        median: median(remembering),
        spread: spreadOf(remembering),
        peer: "in process",
        ratio: p95Past / p95,
      },
    ];
  } finally {
    redis.disconnect();
    await server.close();
  }
}

async function times(
  texts: readonly Improvement[],
  decisions: number,
  past: Repeats,
  classifier: Awaited<ReturnType<typeof seedClassifier>>,
): Promise<number[]> {
  const ports = {
    repeats: past,
    keywords: async (text: Improvement) => keywordVote(text),
    classifier: async () => ({ classifier }),
    reviewThreshold: 0,
    rollout: { share: 1, rag: true, neural: true },
  };
  const context = { now: () => performance.now(), signal: new AbortController().signal, save: async () => undefined };
  const taken: number[] = [];
  for (let n = -texts.length; n < decisions; n += 1) {
    const improvement = texts[(n + texts.length) % texts.length] as Improvement;
    const from = performance.now();
    await route({ improvement }, ports, context);
    // The first round of every text compiles what the others run.
    if (n >= 0) taken.push(performance.now() - from);
  }
  return taken;
}
