/** Which improvement had the very same words, in Redis: one look-up however many there are. */
import type { Redis } from "ioredis";
import type { Expert, RoutingFeedback } from "../domain/improvement.ts";
import type { Precedent, Repeats } from "../routing-ports.ts";
import type { Keys } from "./keys.ts";

export function repeats(redis: Redis, keys: Keys): Repeats {
  return {
    async precedent(words, except) {
      const id = await redis.hget(keys.routerRepeats, words);
      if (id === null || id === except) return undefined;
      const [expert, evaluation, feedback] = await redis.hmget(
        keys.record(id),
        "expert",
        "expert_evaluation",
        "routing_feedback",
      );
      const judgedBy = parsed<{ readonly expert?: unknown }>(evaluation)?.expert;
      if (typeof expert !== "string" || judgedBy !== expert) return undefined;
      const said = parsed<RoutingFeedback>(feedback);
      const precedent: Precedent = { improvement: id, expert: expert as Expert };
      return said === undefined ? precedent : { ...precedent, feedback: said };
    },
    async remember(words, improvement) {
      await redis.hset(keys.routerRepeats, words, improvement);
    },
  };
}

/** What cannot be read is no precedent. */
function parsed<Value>(text: string | null | undefined): Value | undefined {
  try {
    return text === null || text === undefined ? undefined : ((JSON.parse(text) as Value | null) ?? undefined);
  } catch {
    return undefined;
  }
}
