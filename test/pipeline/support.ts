/** A stage queue on a test Redis, and shorthand for seeding and reading improvements. */
import { Redis } from "ioredis";
import type { Proposal } from "../../shared/domain/improvement.ts";
import { type Injector, injector } from "../../shared/pipeline/inject.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { loadOperatorScripts } from "../../shared/pipeline/scripts/load-operator.ts";
import { type QueueSettings, type StageQueue, stageQueue } from "../../shared/pipeline/stage-queue.ts";
import type { StageName } from "../../shared/stages.ts";

export function proposal(title: string): Proposal {
  return {
    title,
    description: `${title}, said on stage`,
    category: "architecture",
    type: "technique",
    implementation_notes: "",
    relevance: 0.9,
    quotes: [{ text: title, at: "00:01:00" }],
    source_id: "talk-1",
    source_title: "A talk",
    video_id: "v1",
  };
}

/** Both ways in: what lies on the list, and what is posted. */
export type TestQueue = StageQueue & Injector;

export function connectPipeline(url: string, prefix = "") {
  const redis = new Redis(url);
  const keys = keysOf(prefix);
  const scripts = loadOperatorScripts(redis, prefix);
  let workers = 0;
  function queue(stage: StageName, settings: Partial<QueueSettings> = {}): TestQueue {
    workers += 1;
    const all = { worker: `w${workers}`, leaseMs: 30_000, maxAttempts: 3, ...settings };
    return { ...stageQueue(scripts, stage, all), ...injector(redis, prefix, stage, all) };
  }
  /** Pushes improvements through ingest, as the stage does it. */
  async function seed(ids: readonly string[]): Promise<void> {
    const ingest = queue("ingest");
    await redis.lpush(
      keys.list("ingest"),
      JSON.stringify({ specversion: "1.0", id: `src-${ids[0]}`, source: "/t", type: "t", data: {} }),
    );
    const { leases } = await ingest.claim(1);
    const token = leases[0]?.token as string;
    const proposals = ids.map((id) => ({ id, ...proposal(id) }));
    const { results } = await ingest.settle(
      [{ kind: "source", token, id: `src-${ids[0]}`, state: "read", fields: { title: "A talk" }, proposals }],
      0,
    );
    if (results.join() !== "ok") throw new Error(`ingest did not settle: ${results.join()}`);
  }
  /** Every place an event of a stage can be, with its size. */
  async function places(stage: StageName): Promise<Record<string, number>> {
    const [list, leases, leased, delayed, dead, attempts] = await Promise.all([
      redis.llen(keys.list(stage)),
      redis.zcard(keys.leases(stage)),
      redis.hlen(keys.leased(stage)),
      redis.zcard(keys.delayed(stage)),
      redis.llen(keys.dead(stage)),
      redis.hlen(keys.attempts(stage)),
    ]);
    return { list, leases, leased, delayed, dead, attempts };
  }
  return { redis, keys, scripts, queue, seed, places };
}
