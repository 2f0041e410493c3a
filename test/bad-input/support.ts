/** What every case of bad input is measured by: the bad thing is told, it is kept, and the good one beside it goes on. */
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { improvementEvent } from "../../shared/domain/events.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { type DeadLetter, operations } from "../../shared/pipeline/operations.ts";
import type { StageName } from "../../shared/stages.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { until } from "../support/local-school.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";

export interface BadInput extends ReturnType<typeof connectPipeline> {
  readonly server: TestRedis;
  /** The stage's own process on this Redis; ended after the test file. */
  readonly run: (stage: StageName, env?: Readonly<Record<string, string>>) => StageProcess;
  /** Waits until the improvement stands there. */
  readonly stands: (id: string, status: Status) => Promise<void>;
  /** The next retry of the stage comes due now, instead of when its back-off is over. */
  readonly comeDue: (stage: StageName) => Promise<void>;
  /** Waits for the dead letter that fits. */
  readonly deadLetter: (stage: StageName, fits: (letter: DeadLetter) => boolean) => Promise<DeadLetter>;
}

/** A Redis for the file, emptied before each test, and the processes that were started on it. */
export function badInput({ appendOnly = false } = {}): () => BadInput {
  let server: TestRedis;
  let pipeline: ReturnType<typeof connectPipeline>;
  const processes: StageProcess[] = [];
  beforeAll(async () => {
    server = await startTestRedis({ appendOnly });
    pipeline = connectPipeline(server.url);
    pipeline.redis.on("error", () => undefined);
  });
  beforeEach(async () => {
    await pipeline.redis.flushall();
  });
  // One test's worker must not take the next one's events.
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") for (const one of processes) process.stderr.write(one.output().slice(-4_000));
    for (const one of processes) one.kill("SIGKILL");
    await Promise.all(processes.splice(0).map(({ exit }) => exit));
  });
  afterAll(async () => {
    pipeline.redis.disconnect();
    await server.close();
  });
  return () => ({
    ...pipeline,
    server,
    run(stage, env = {}) {
      const started = startStage(stage, { REDIS_URL: server.url, LOG_LEVEL: "info", ...env });
      processes.push(started);
      return started;
    },
    async stands(id, status) {
      const standing = () => pipeline.redis.hget(pipeline.keys.record(id), "status");
      await until(
        `${id} stands in ${status}`,
        async () => ((await standing()) === status ? true : undefined),
        async () => ({ standing: await standing(), output: processes.at(-1)?.output().slice(-2_000) }),
      );
    },
    async comeDue(stage) {
      const { redis, keys } = pipeline;
      const event = await until(
        `a retry of ${stage} waits`,
        async () => (await redis.zrange(keys.delayed(stage), 0, "0"))[0],
      );
      await redis.zadd(keys.delayed(stage), "XX", 0, event);
    },
    deadLetter: (stage, fits) =>
      until(`a dead letter of ${stage}`, async () =>
        (await operations(pipeline.redis, pipeline.keys, pipeline.scripts).deadLetters(stage)).find(fits),
      ),
  });
}

/** A structured CloudEvent that moves nothing by itself. */
export function event(type: string, data: unknown, id: string = randomUUID()): string {
  return JSON.stringify({ specversion: "1.0", id, source: "/somebody", type, data });
}

/** A new improvement that `route` sends to the database expert. */
export function good(id: string): string {
  const improvement = {
    title: "Back up the orders database every night",
    description: "Take a nightly pg_dump of the Postgres database and test that it restores.",
    category: "database",
    type: "practice",
    implementation_notes: "A CronJob with a retention of seven days.",
    relevance: 0.9,
    source_id: "talk-1",
    source_title: "A talk",
  };
  return event(improvementEvent("raw"), { id, improvement });
}
