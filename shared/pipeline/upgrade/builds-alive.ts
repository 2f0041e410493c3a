/** Which builds of which parts are alive: their workers' names end with what they are (runtime/build-info.ts). */
import type { Redis } from "ioredis";
import { type Build, buildOf } from "../../runtime/build-info.ts";
import { STAGES, type StageName } from "../../stages.ts";
import type { Keys } from "../keys.ts";

export interface AliveBuild extends Build {
  readonly part: StageName | "coordinator";
  readonly workers: number;
}

/** A coordinator that gives no sign for so long is gone. */
const SIGN_MS = 20_000;

/** By part, then build. `now`: milliseconds since the epoch by Redis's clock. */
export async function buildsAlive(redis: Redis, keys: Keys, now: number): Promise<AliveBuild[]> {
  const parts = ["coordinator", ...STAGES] as const;
  const batch = redis.pipeline();
  for (const part of parts) batch.zrangebyscore(keys.workers(part), `(${now}`, "+inf");
  const replies = (await batch.exec()) ?? [];
  return parts.flatMap((part, i) => {
    const [error, workers] = replies[i] ?? [null, []];
    if (error !== null) throw error;
    const found = new Map<string, AliveBuild>();
    for (const worker of workers as string[]) {
      const build = buildOf(worker);
      const key = JSON.stringify(build);
      found.set(key, { part, ...build, workers: (found.get(key)?.workers ?? 0) + 1 });
    }
    return [...found.values()].sort((a, b) => (a.build < b.build ? -1 : 1));
  });
}

/** The coordinator's own sign of life. */
export async function signCoordinator(redis: Redis, keys: Keys, name: string, now: number): Promise<void> {
  const key = keys.workers("coordinator");
  await redis
    .pipeline()
    .zremrangebyscore(key, "-inf", now)
    .zadd(key, now + SIGN_MS, name)
    .exec();
}

export async function coordinatorLeaves(redis: Redis, keys: Keys, name: string): Promise<void> {
  await redis.zrem(keys.workers("coordinator"), name);
}
