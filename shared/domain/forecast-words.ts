/** A forecast in words, the same wherever people read one. What there is not enough data for is said, not left out. */
import type { Forecast } from "./forecast.ts";

/** `87 % likely to hold (n=63), 6-11 min`, or what is missing; one line for lists. */
export function forecastLine({ holds, minutes, missing }: Pick<Forecast, "holds" | "minutes" | "missing">): string {
  const parts = [
    ...(holds === undefined ? [] : [`${percent(holds.probability)} likely to hold (n=${holds.n})`]),
    ...(minutes === undefined ? [] : [`${span(minutes.p50, minutes.p90)} min`]),
  ];
  return parts.length > 0 ? parts.join(", ") : (missing[0] ?? "not enough data");
}

/** Every part with what it rests on. */
export function forecastLines({ holds, minutes, tokens, dollars, by, missing }: Forecast): readonly string[] {
  return [
    ...(holds === undefined
      ? []
      : [
          `holds: ${percent(holds.probability)} (95 %: ${percent(holds.low)} to ${percent(holds.high)}), from ${holds.n} outcomes`,
        ]),
    ...(minutes === undefined ? [] : [`until verified: ${rest(minutes, (value) => `${short(value)} min`)}`]),
    ...(tokens === undefined ? [] : [`tokens: ${rest(tokens, (value) => Math.round(value).toLocaleString("en"))}`]),
    ...(dollars === undefined ? [] : [`cost: ${rest(dollars, (value) => `$${value.toFixed(2)}`)}`]),
    ...missing,
    `made by ${by}`,
  ];
}

function rest({ p50, p90, n }: { p50: number; p90: number; n: number }, say: (value: number) => string): string {
  return `${say(p50)} for half of them, ${say(p90)} for nine of ten (n=${n})`;
}

function span(from: number, to: number): string {
  const [low, high] = [short(from), short(to)];
  return low === high ? low : `${low}-${high}`;
}

/** Whole minutes, or tenths of few. */
function short(value: number): string {
  return value < 3 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}

/** Never certain in either direction. */
function percent(share: number): string {
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))} %`;
}
