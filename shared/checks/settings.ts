/** How long and how often health is measured; what `verify` and `rollback` read from the environment. */
import * as z from "zod";
import type { Schedule } from "./schedule.ts";

const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

export const verificationSettings = {
  /** Seconds a deployment is watched before it counts as verified. */
  HEALTH_CHECK_DURATION: seconds(300),
  /** Seconds between two looks at pods; metrics are asked every third time. Short durations shrink it. */
  VERIFY_INTERVAL: seconds(10),
  /** False: what fails is left to a person instead of being reverted. */
  ROLLBACK_ENABLED: z.stringbool().default(true),
};
const schema = z.object(verificationSettings);

/** `atMostMs` caps the duration: after a revert nobody needs to wait as long again. */
export function scheduleOf(
  { HEALTH_CHECK_DURATION, VERIFY_INTERVAL }: z.infer<typeof schema>,
  atMostMs = Number.POSITIVE_INFINITY,
): Schedule {
  const durationMs = Math.min(HEALTH_CHECK_DURATION * 1_000, atMostMs);
  return { durationMs, intervalMs: VERIFY_INTERVAL * 1_000 };
}
