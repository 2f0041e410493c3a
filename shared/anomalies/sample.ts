/** Samples of how the stages fare: counters become rates between two readings, gauges stay as they are. Pure. */

/** What was read at one moment. Names are `<measure>:<stage>`, or a measure of the whole school. */
export interface Reading {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Only ever grow. */
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
}

/** The time between two readings. */
export interface Sample {
  readonly at: number;
  /** Milliseconds it stands for. */
  readonly span: number;
  /** Feature -> value; what is absent is 0, or unknown where it is a duration. */
  readonly values: Readonly<Record<string, number>>;
  /** How surprising it was when it came (-log10 of its probability); absent: nobody could say. */
  readonly surprise?: number;
  /** It was alarming: nothing to learn the usual from. */
  readonly alarming?: true;
}

interface Measure {
  readonly words: string;
  readonly unit: string;
  /** Absent means unknown, not 0. */
  readonly unknown?: true;
}

/** What is measured, for people. Counters are per minute. */
export const MEASURES: Readonly<Record<string, Measure>> = {
  settled: { words: "events settled", unit: "a minute" },
  retried: { words: "retries", unit: "a minute" },
  dead: { words: "dead letters", unit: "a minute" },
  expired: { words: "lost leases", unit: "a minute" },
  waiting: { words: "events waiting", unit: "" },
  flight: { words: "events in flight", unit: "" },
  age: { words: "age of the oldest event", unit: "s" },
  duration: { words: "time to the next status", unit: "s", unknown: true },
  rollbacks: { words: "rollbacks", unit: "a minute" },
  tokens: { words: "tokens of models", unit: "a minute" },
};

/** A gap of more intervals than this is no sample: nobody knows what happened in it. */
const LONGEST_GAP = 10;
const DIGITS = 5;

/** Undefined: the readings are too far apart (or not in order), or a counter went back, so Redis was replaced. */
export function sampleBetween(before: Reading, after: Reading, intervalMs: number): Sample | undefined {
  const span = after.at - before.at;
  if (!(span > 0) || span > intervalMs * LONGEST_GAP) return undefined;
  const values: Record<string, number> = {};
  for (const [name, value] of Object.entries(after.counters)) {
    const grown = value - (before.counters[name] ?? 0);
    if (grown < 0) return undefined;
    put(values, name, (grown * 60_000) / span);
  }
  if (Object.keys(before.counters).some((name) => after.counters[name] === undefined)) return undefined;
  for (const [name, value] of Object.entries(after.gauges)) put(values, name, value);
  return { at: after.at, span, values };
}

/** What a feature measures: the part before the colon. */
export function measureOf(feature: string): string {
  return feature.split(":")[0] ?? feature;
}

/** `retries of evaluate` */
export function featureWords(feature: string): string {
  const [measure = feature, stage] = feature.split(":");
  const words = MEASURES[measure]?.words ?? measure;
  return stage === undefined ? words : `${words} of ${stage}`;
}

/** `12.5 a minute` */
export function amountWords(feature: string, value: number): string {
  const unit = MEASURES[measureOf(feature)]?.unit ?? "";
  return `${Number(value.toPrecision(3))}${unit === "" ? "" : ` ${unit}`}`;
}

/** Undefined: not a sample. */
export function readSample(text: string): Sample | undefined {
  const raw = parsed(text);
  if (raw === undefined) return undefined;
  const { at, span, values, surprise, alarming } = raw;
  if (!isAmount(at) || !isAmount(span) || typeof values !== "object" || values === null) return undefined;
  if (!Object.values(values).every(isAmount)) return undefined;
  return {
    at,
    span,
    values: values as Record<string, number>,
    ...(isAmount(surprise) ? { surprise } : {}),
    ...(alarming === true ? { alarming } : {}),
  };
}

/** Nothing is not written down, unless it may be unknown; digits nobody needs are not either. */
function put(values: Record<string, number>, name: string, value: number): void {
  const isUnknown = MEASURES[measureOf(name)]?.unknown === true;
  if (!Number.isFinite(value) || value < 0 || (value === 0 && !isUnknown)) return;
  values[name] = Number(value.toPrecision(DIGITS));
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
