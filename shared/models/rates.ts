/** What vendors say about their limits in headers: how long to wait, and what is left. */

/** Read access to headers, as `Headers` has it. */
export interface HeaderSource {
  get(name: string): string | null;
}

/** Milliseconds the vendor asks to wait; `now`: Unix milliseconds, used where it names a moment and not its own clock. */
export function statedWait(headers: HeaderSource, now: number): number | undefined {
  const exact = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (exact > 0) return exact;
  const stated = headers.get("retry-after");
  if (stated === null) return undefined;
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(stated)) return positive(Number(stated) * 1_000);
  return untilMoment(stated, headers, now);
}

/** Pairs of what is left and when it is refilled. */
const ANNOUNCED = [
  ["anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"],
  ["anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"],
  ["anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"],
  ["x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
  ["x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
] as const;

/** Milliseconds until the last of the limits that are used up is refilled; undefined while something is left of each. */
export function spentFor(headers: HeaderSource, now: number): number | undefined {
  const waits = ANNOUNCED.flatMap(([remaining, reset]) => {
    const left = headers.get(remaining);
    if (left === null || left.trim() === "" || !(Number(left) <= 0)) return [];
    const text = headers.get(reset) ?? "";
    return [lengthOf(text) ?? untilMoment(text, headers, now) ?? []].flat();
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** OpenAI's way to write a time: `6m0s`, `20ms`, `1.5s`. */
function lengthOf(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g);
  return positive([...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ""] ?? 0), 0));
}

function untilMoment(text: string, headers: HeaderSource, now: number): number | undefined {
  const theirs = Date.parse(headers.get("date") ?? "");
  return positive(Date.parse(text) - (Number.isNaN(theirs) ? now : theirs));
}

function positive(milliseconds: number): number | undefined {
  return milliseconds > 0 ? milliseconds : undefined;
}
