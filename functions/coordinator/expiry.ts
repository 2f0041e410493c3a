/** "2h" or a moment: when something ends. */
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds since the epoch; null when the text is neither a span (30m, 2h, 7d) nor a later moment (ISO 8601). */
export function endOf(text: string, now: number): number | null {
  const [, count, unit] = /^(\d{1,6})\s*([smhd])$/.exec(text.trim()) ?? [];
  const end =
    count === undefined || unit === undefined ? isoMoment(text.trim()) : now + Number(count) * (UNITS[unit] as number);
  return end > now ? end : null;
}

function isoMoment(text: string): number {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}
