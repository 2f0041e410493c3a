import type { Redis } from "ioredis";
import type { DemoClient } from "../../build/local/demo/client.ts";
import { isMoving } from "../../shared/domain/lifecycle.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { STAGES } from "../../shared/stages.ts";
import { KEEPS_LOCK } from "./locks-opened.ts";

const OF_RECORDS = ["lease", "waiting", "waits_for_lock", "lock", "not_before"];

/** Told when patience ends: what still moves or keeps a lock, its last moves, what the stages have of it, and who has which lock. */
export async function whatMoves(redis: Redis, client: DemoClient): Promise<unknown> {
  const keys = keysOf();
  const unsettled = (await client.list()).filter(({ status }) => isMoving(status) || KEEPS_LOCK.includes(status));
  const lines = unsettled.map(async ({ id, status }) => {
    const kept = await redis.hmget(keys.record(id), ...OF_RECORDS);
    return { id, status, kept, trail: (await client.trail(id)).slice(-3) };
  });
  const queues = STAGES.map(async (stage) => ({
    stage,
    list: await redis.lrange(keys.list(stage), 0, -1),
    leases: await redis.zrange(keys.leases(stage), "0", "-1"),
    delayed: await redis.zrange(keys.delayed(stage), "0", "-1"),
  }));
  return {
    lines: await Promise.all(lines),
    queues: (await Promise.all(queues)).filter(
      ({ list, leases, delayed }) => [list, leases, delayed].flat().length > 0,
    ),
    sources: await client.sourcesRead(),
    locks: await redis.keys(keys.lock("*")),
  };
}
