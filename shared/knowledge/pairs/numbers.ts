/** Numbers of a text with what they count: 512Mi, 17, 5 %, two weeks. Equal ones are equal however they are written. */
import { stemOf, type Word } from "./words.ts";

const WORDED = new Map(
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    .split(" ")
    .map((word, value) => [word, value] as const),
);
for (const [i, word] of "twenty thirty forty fifty sixty seventy eighty ninety".split(" ").entries()) {
  WORDED.set(word, (i + 2) * 10);
}

const STEMS: ReadonlySet<string> = new Set([...WORDED.keys()].map(stemOf));

/** True for the stem of a number that is spelt out. */
export function isNumberWord(stem: string): boolean {
  return STEMS.has(stem);
}

const KI = 2 ** 10;
/** Unit -> dimension and factor. Decimal and binary bytes are the same to people who speak. */
const UNITS: readonly (readonly [RegExp, string, number])[] = [
  [/^(?:k|ki|kb|kib|kilobytes?|kibibytes?)$/, "bytes", KI],
  [/^(?:mi|mb|mib|megs?|megabytes?|mebibytes?)$/, "bytes", KI ** 2],
  [/^(?:g|gi|gb|gib|gigs?|gigabytes?|gibibytes?)$/, "bytes", KI ** 3],
  [/^(?:ti|tb|tib|terabytes?|tebibytes?)$/, "bytes", KI ** 4],
  [/^(?:%|percent|per cent)$/, "percent", 1],
  [/^(?:ms|millis|milliseconds?)$/, "seconds", 0.001],
  [/^(?:s|secs?|seconds?)$/, "seconds", 1],
  [/^(?:mins?|minutes?)$/, "seconds", 60],
  [/^(?:h|hrs?|hours?)$/, "seconds", 3_600],
  [/^(?:d|days?|nights?)$/, "seconds", 86_400],
  [/^(?:w|weeks?)$/, "seconds", 604_800],
  [/^(?:months?)$/, "seconds", 2_592_000],
  [/^(?:years?)$/, "seconds", 31_536_000],
  [/^(?:millicores?|millicpus?)$/, "cores", 0.001],
  [/^(?:cores?|cpus?|vcpus?)$/, "cores", 1],
];
const EVERY: readonly (readonly [RegExp, number])[] = [
  [/^hourly$/, 3_600],
  [/^(?:daily|nightly)$/, 86_400],
  [/^weekly$/, 604_800],
  [/^monthly$/, 2_592_000],
];
const WEEKDAY = /^(?:mon|tues|wednes|thurs|fri|satur|sun)day$/u;
const NUMBER = /^v?(\d+(?:[.,_]\d+)*)(?:[-x]?(\p{L}{1,9}|%))?$/u;
/** Words after which "one" is a number and no pronoun come from `UNITS`; before these a period is a repetition. */
const REPEATS = /^(?:every|each|per|once|a|an)$/u;

/** `<amount> <dimension> <digits as said>`, or the digits alone where nothing says what they count. */
export function numbersOf(words: readonly Word[]): ReadonlySet<string> {
  const found = new Set<string>();
  const isOfCores = words.some(({ plain }) => /^(?:v?cpus?|cores?|millicores?)$/.test(plain));
  for (const [i, { plain }] of words.entries()) {
    const next = words[i + 1]?.plain ?? "";
    const before = words[i - 1]?.plain ?? "";
    const period = EVERY.find(([pattern]) => pattern.test(plain))?.[1];
    if (period !== undefined) found.add(`${period} seconds 1`);
    else if (isPeriod(plain, before)) found.add(measured(1, plain) ?? "");
    else if (WEEKDAY.test(plain) && isPeriod("week", before)) found.add(measured(1, "week") ?? "");
    else for (const number of readNumber(plain, next, isOfCores)) found.add(number);
  }
  return found;
}

/** "every week", "once per day"; not "a day" in passing: that repeats nothing unless something is said to repeat. */
function isPeriod(plain: string, before: string): boolean {
  if (!REPEATS.test(before) || /^(?:a|an)$/.test(before)) return false;
  return /^(?:hour|day|night|week|month|year|minute|second)$/.test(plain) && before !== "per";
}

function readNumber(plain: string, next: string, isOfCores: boolean): readonly string[] {
  const [word = "", unit] = plain.split("-");
  const worded = WORDED.get(word);
  if (worded !== undefined) {
    const known = measured(worded, unit ?? next);
    // "No one", "one of them": a pronoun unless it counts something known.
    return known === undefined ? (worded === 1 ? [] : [String(worded)]) : [known];
  }
  const [, digits, suffix] = NUMBER.exec(plain) ?? [];
  if (digits === undefined) return [];
  const value = Number(digits.replaceAll(/[,_]/g, ""));
  // "20m" is a body size to nginx, minutes to a timer and a fiftieth of a core to Kubernetes.
  if (suffix === "m") return [isOfCores ? `${value / 1_000} cores ${digits}` : digits];
  const known = measured(value, suffix ?? next);
  return [known ?? digits.replaceAll(/[,_]/g, "")];
}

function measured(value: number, unit: string): string | undefined {
  const [, dimension, factor = 1] = UNITS.find(([pattern]) => pattern.test(unit)) ?? [];
  if (dimension === undefined || !Number.isFinite(value)) return undefined;
  return `${Number((value * factor).toPrecision(9))} ${dimension} ${value}`;
}

/** For people: `512 MiB`, `60 seconds`, `17`. */
export function amountOf(number: string): string {
  const [amount = "", dimension] = number.split(" ");
  if (dimension === "bytes") return `${Number((Number(amount) / KI ** 2).toPrecision(6))} MiB`;
  return dimension === undefined ? amount : `${amount} ${dimension}`;
}

/** 1.9 and 1.9.4 may be meant to be the same, 1.9 and 1.11 are not. */
export function agrees(one: string, other: string): boolean {
  if (one === other) return true;
  const [[ofOne, unit, said = ofOne], [ofOther, otherUnit, otherSaid = ofOther]] = [one.split(" "), other.split(" ")];
  if (unit !== undefined && unit === otherUnit) return ofOne === ofOther;
  // A field such as `terminationGracePeriodSeconds: 120` says its unit elsewhere.
  if (unit !== undefined || otherUnit !== undefined)
    return (unit === undefined || otherUnit === undefined) && said === otherSaid;
  const [long, short] = one.length > other.length ? [one, other] : [other, one];
  return short.includes(".") && long.startsWith(`${short}.`);
}
