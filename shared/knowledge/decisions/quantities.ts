/** Numbers with units: `512Mi`, `2 CPU`, `30 days`, `two weeks`, `3 replicas`, `TLS 1.2`, `once a minute`. */
import type { Dimension } from "./aspects.ts";
import type { Word } from "./words.ts";

/** Bytes, cores, seconds, pieces or percent by the dimensions it can be of: `5m` is five minutes or five millicores. */
export interface Quantity {
  readonly values: Readonly<Partial<Record<Dimension, number>>>;
  /** As written. */
  readonly text: string;
  /** The first word, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

const BYTES: Readonly<Record<string, number>> = {
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  megabyte: 1e6,
  gigabyte: 1e9,
  terabyte: 1e12,
};
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SECONDS: Readonly<Record<string, number>> = {
  ms: 1e-3,
  millisecond: 1e-3,
  s: 1,
  sec: 1,
  second: 1,
  min: MINUTE,
  minute: MINUTE,
  h: HOUR,
  hr: HOUR,
  hour: HOUR,
  d: DAY,
  day: DAY,
  w: 7 * DAY,
  week: 7 * DAY,
  month: 30 * DAY,
  quarter: 91 * DAY,
  y: 365 * DAY,
  year: 365 * DAY,
};
const CPU = new Set(["cpu", "core", "vcpu"]);
const MILLICPU = new Set(["millicore", "millicpu"]);
const COUNTED = new Set(["replica", "pod", "instance", "copy", "node"]);
export const NUMBERS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  single: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  fourteen: 14,
  thirty: 30,
};
const NUMBER_AND_UNIT = /^(\d{1,12}(?:\.\d{1,6})?)(\p{L}{0,12})$/u;
/** Adjectives that may stand between a number and what is counted: "3 healthy replicas". */
const BETWEEN = 1;

export function quantitiesIn(words: readonly Word[]): readonly Quantity[] {
  const found: Quantity[] = [];
  for (let at = 0; at < words.length; at++) {
    const quantity = quantityAt(words, at);
    if (quantity === undefined) continue;
    found.push(quantity);
    at = quantity.to - 1;
  }
  return found;
}

function quantityAt(words: readonly Word[], at: number): Quantity | undefined {
  const word = words[at];
  if (word === undefined) return undefined;
  const [, digits, glued = ""] = NUMBER_AND_UNIT.exec(word.text) ?? [];
  if (digits === undefined) return spelled(words, at);
  const number = Number(digits);
  if (glued !== "") {
    const values = withUnit(number, glued.toLowerCase(), glued);
    return values === undefined ? undefined : { values, text: word.text, from: at, to: at + 1 };
  }
  return followed(words, at, number) ?? { values: bare(number, digits), text: word.text, from: at, to: at + 1 };
}

function bare(number: number, digits: string): Quantity["values"] {
  return digits.includes(".") ? { version: number, cpu: number } : { count: number, version: number };
}

/** `30 days`, `2 CPU`, `3 healthy replicas`, `4 Gi`. */
function followed(words: readonly Word[], at: number, number: number): Quantity | undefined {
  for (let next = at + 1; next <= at + 1 + BETWEEN && next < words.length; next++) {
    const word = words[next];
    if (word === undefined) break;
    const unit = withUnit(number, word.stem, word.text);
    const counted = COUNTED.has(word.stem) ? { count: number } : undefined;
    if (next === at + 1 && unit !== undefined && (word.stem.length > 1 || /^[smhdwy]$/u.test(word.text))) {
      return { values: unit, text: `${words[at]?.text} ${word.text}`, from: at, to: next + 1 };
    }
    // The counted noun stays a word of its own: it names the aspect.
    if (counted !== undefined)
      return { values: counted, text: `${words[at]?.text} ${word.text}`, from: at, to: at + 1 };
  }
  return undefined;
}

/** "two weeks", "a year", "single replica", "once a minute", "every hour", "nightly". */
function spelled(words: readonly Word[], at: number): Quantity | undefined {
  const number = NUMBERS[words[at]?.stem ?? ""] ?? NUMBERS[(words[at]?.text ?? "").toLowerCase()];
  if (number === undefined) return undefined;
  const word = words[at]?.stem ?? "";
  const quantity = followed(words, at, number);
  if (quantity === undefined) return undefined;
  const isArticle = word === "a" || word === "an";
  return isArticle && quantity.values.duration === undefined ? undefined : quantity;
}

/** Seconds of a unit of time by its stem; undefined: it is none. */
export function secondsOf(unit: string): number | undefined {
  return Object.hasOwn(SECONDS, unit) ? SECONDS[unit] : undefined;
}

/** `unit` is the stem of what is `written` behind the number; undefined: it is no unit. */
export function withUnit(number: number, unit: string, written: string): Quantity["values"] | undefined {
  if (unit === "m") return written === "m" ? { cpu: number / 1000, duration: number * MINUTE } : undefined;
  const bytes = Object.hasOwn(BYTES, unit) ? BYTES[unit] : undefined;
  if (bytes !== undefined) return { bytes: number * bytes };
  if (written === "M" || written === "G") return { bytes: number * (written === "M" ? 1e6 : 1e9) };
  const seconds = secondsOf(unit);
  if (seconds !== undefined) return { duration: number * seconds };
  if (CPU.has(unit)) return { cpu: number };
  if (MILLICPU.has(unit)) return { cpu: number / 1000 };
  if (unit === "percent" || unit === "%") return { percent: number };
  return undefined;
}
