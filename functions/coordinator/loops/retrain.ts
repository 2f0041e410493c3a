/** Has the router trained on the clock: what was labelled since is learned from even where too few labels come to ask for it. */
import type { Redis } from "ioredis";
import type { Keys } from "../../../shared/pipeline/keys.ts";
import { redisNow } from "../../../shared/pipeline/services.ts";
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

const LONGEST_MS = 60_000;
/** `learn` has not trained after this long: it is asked again. */
const ASKED_MS = 3_600_000;

export function startRetrain(
  { redis, keys, log, wake }: Pick<School, "redis" | "keys" | "log" | "wake">,
  everyMs: number,
): Loop {
  const lookMs = Math.min(everyMs, LONGEST_MS);
  return every("retrain", log, lookMs, async () => {
    if (await askWhenDue(redis, keys, everyMs)) {
      log.info("the router is due to be trained");
      wake("learn");
    }
    return lookMs;
  });
}

/** True: `learn` was asked. The interval of a router that was never trained begins with the first row. */
export async function askWhenDue(redis: Redis, keys: Keys, everyMs: number): Promise<boolean> {
  const [{ routerBook }, { trainingTurns }] = await Promise.all([
    import("../../../shared/pipeline/router-book.ts"),
    import("../../../shared/pipeline/training-turn.ts"),
  ]);
  const { labels, at } = await routerBook(redis, keys).sinceTraining();
  if (labels === 0) return false;
  const from = at ?? (await firstRowAt(redis, keys));
  if (from === undefined || (await redisNow(redis)) - from < everyMs) return false;
  const text = `${labels} labels are new or changed, and the router was not trained for ${Math.round(everyMs / 3_600_000)} hours`;
  return trainingTurns(redis, keys).ask({ by: "coordinator", text, trained: at ?? 0, labels }, ASKED_MS);
}

async function firstRowAt(redis: Redis, keys: Keys): Promise<number | undefined> {
  const [, score] = (await redis.zrange(keys.routerRowTimes, "0", "0", "WITHSCORES")) as string[];
  return score === undefined ? undefined : Number(score);
}
