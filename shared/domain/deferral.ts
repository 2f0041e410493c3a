/** Somebody put a decision off: it leaves the review queue until a moment, and comes back by itself. */
export interface Deferral {
  /** ISO 8601 by Redis's clock. */
  readonly until: string;
  /** `updated_at` when it was put off. A move since then ended it. */
  readonly since: string;
  /** `person:<name>` */
  readonly by: string;
  readonly because: string;
}

export const SHORTEST_DEFERRAL_MS = 60_000;
export const LONGEST_DEFERRAL_MS = 90 * 86_400_000;

/** Whether it is still out of the queue. `now` in milliseconds since the epoch, by Redis's clock. */
export function isDeferred(deferral: Deferral | undefined, updatedAt: string | undefined, now: number): boolean {
  return deferral !== undefined && deferral.since === updatedAt && Date.parse(deferral.until) > now;
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** Milliseconds of `30m`, `4h`, `3d`, `2w`; undefined for any other text. */
export function durationOf(text: string): number | undefined {
  const [, count = "", unit = ""] = /^(\d{1,5})\s*([mhdw])$/.exec(text.trim()) ?? [];
  const length = UNITS[unit];
  return length === undefined ? undefined : Number(count) * length;
}
