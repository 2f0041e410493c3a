/** The circuit breaker: too many rollbacks within an hour, and automatic approvals pause. The gate's script has the same rule. */

const HOUR_MS = 3_600_000;
/** How long it stays open after the last rollback that was one too many, unless configured. */
export const BREAKER_TIMEOUT_MS = HOUR_MS;
/** How long automatic approvals leave an Application alone after a rollback there, unless configured. */
export const ROLLBACK_COOLDOWN_MS = 1_800_000;

export interface BreakerLimits {
  /** More than these within an hour open it. */
  readonly perHour: number;
  readonly timeoutMs: number;
}

/** Times are milliseconds since the epoch. */
export interface OpenBreaker {
  readonly openedAt: number;
  /** Unless an operator closes it, or there is another rollback too many. */
  readonly closesAt: number;
  /** Within the hour up to the last one that was too many. */
  readonly rollbacks: number;
}

/** `times` of rollbacks since an operator closed it last, in order. Undefined: it is closed. */
export function breakerAt(
  times: readonly number[],
  { perHour, timeoutMs }: BreakerLimits,
  now: number,
): OpenBreaker | undefined {
  const trips = times.filter((time, i) => {
    const first = times[i - perHour];
    return first !== undefined && time - first <= HOUR_MS;
  });
  const last = trips.at(-1);
  if (last === undefined || now >= last + timeoutMs) return undefined;
  let openedAt = last;
  for (const trip of trips.toReversed()) {
    if (trip + timeoutMs < openedAt) break;
    openedAt = trip;
  }
  const rollbacks = times.filter((time) => time > last - HOUR_MS - 1 && time <= last).length;
  return { openedAt, closesAt: last + timeoutMs, rollbacks };
}

/** In the words of the approval rule and of the gate. */
export function breakerText({ rollbacks, closesAt }: OpenBreaker): string {
  return `${rollbacks} rollbacks within an hour; until ${new Date(closesAt).toISOString()} a person decides, or until an operator closes the breaker`;
}
