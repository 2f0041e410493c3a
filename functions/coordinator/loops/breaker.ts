/** Notices that the circuit breaker has opened, and has it told once: in the log, in a trail and to those who are notified. */
import { breakerText } from "../../../shared/domain/breaker.ts";
import { readBreaker } from "../../../shared/pipeline/breaker.ts";
import { redisNow } from "../../../shared/pipeline/services.ts";
import type { School } from "../school.ts";
import { breakerLimits } from "../settings.ts";
import { every, type Loop } from "./every.ts";

export function startBreaker({ redis, keys, operations, settings, wake, log }: School, everyMs: number): Loop {
  const limits = breakerLimits(settings);
  return every("breaker", log, everyMs, async () => {
    const open = await readBreaker(redis, keys, limits, await redisNow(redis));
    if (open !== undefined && (await operations.tellBreaker(open))) {
      log.warn({ ...open }, `The circuit breaker opened: ${breakerText(open)}`);
      wake("notify");
    }
    return everyMs;
  });
}
