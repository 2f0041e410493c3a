/** After a `kill -9` of everything nobody is left who holds a lease: what was in work goes on at once. */
import { openRedis } from "../../shared/pipeline/connection.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { loadScripts } from "../../shared/pipeline/scripts/load.ts";
import { stageQueue } from "../../shared/pipeline/stage-queue.ts";
import { STAGES } from "../../shared/stages.ts";

/**
 * Gives back the leases in a Redis of the school's own that has just been started, and returns how many. The attempt
 * does not count, it was not the event's fault. Should a worker of the killed school still be ending, its settlement
 * comes too late and changes nothing, as after any lease that ran out. Throws what Redis says.
 */
export async function handBackLeases(redisUrl: string, prefix: string): Promise<number> {
  const redis = await openRedis(redisUrl);
  try {
    const scripts = loadScripts(redis, prefix);
    const keys = keysOf(prefix);
    let given = 0;
    for (const stage of STAGES) {
      const tokens = await redis.zrange(keys.leases(stage), "0", "-1");
      if (tokens.length === 0) continue;
      // It claims nothing, so neither its name nor its limits matter.
      const queue = stageQueue(scripts, stage, { worker: "start", leaseMs: 1_000, maxAttempts: 1 });
      const settlements = tokens.map((token) => ({ kind: "handback", token }) as const);
      given += (await queue.settle(settlements, 0)).results.filter((result) => result === "ok").length;
    }
    return given;
  } finally {
    redis.disconnect();
  }
}
