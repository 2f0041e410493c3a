/** Moments and spans as people say them. */

const SPANS: readonly (readonly [name: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
];

/** `now`, `5 min ago`, `2 h ago`, `in 3 d`. Milliseconds since the epoch. */
export function ago(at: number, now: number): string {
  const distance = Math.abs(at - now);
  const [name, ms] = SPANS.find(([, size]) => distance >= size) ?? [];
  if (name === undefined || ms === undefined) return "now";
  const words = `${Math.trunc(distance / ms)} ${name}`;
  return at < now ? `${words} ago` : `in ${words}`;
}

/** A span in its two largest units: `2 d 4 h`, `3 min 20 s`, `0 s`. */
export function span(ms: number): string {
  const units = [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
    ["s", 1],
  ] as const;
  let left = Math.max(0, Math.round(ms / 1_000));
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(left / size);
    if (count === 0) continue;
    parts.push(`${count} ${name}`);
    left -= count * size;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? "0 s" : parts.join(" ");
}

/** A span that may be short: `12 ms`, `1.4 s`, and from a minute on as `span` has it. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${Math.round(ms / 100) / 10} s` : span(ms);
}

/** A number people can read at a glance: 12,345; at most four digits behind the point. */
export function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 4 });
}

/** A share as people read it: 0.5 is 50 %. */
export function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
