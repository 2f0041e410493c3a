/** Clearing a flag in every form it may have, so that "cleared" is true. */
import type { Redis } from "ioredis";
import { type FlagName, writeFlag } from "./flags.ts";
import type { Keys } from "./keys.ts";
import { Refused } from "./operations.ts";

/** Removes our flag and the founding bare key. Throws Refused when the bare key is not a plain string. */
export async function clearFlag(redis: Redis, keys: Keys, name: FlagName): Promise<void> {
  const bare = `${keys.prefix}${name}`;
  const type = await redis.type(bare);
  if (type !== "none" && type !== "string") {
    throw new Refused(`the key ${bare} holds a ${type}, which counts as set; look at it and remove it by hand`);
  }
  await writeFlag(redis, keys, name, null);
  await redis.del(bare);
}
