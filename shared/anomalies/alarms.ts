/** From surprise to alarms: one per kind of trouble, told when it begins and when it is over, and not twice an hour. */
import type { Judged, Standing } from "./ensemble.ts";
import { amountWords, featureWords, measureOf } from "./sample.ts";

export interface Alarm {
  /** What stands out most: a measure (`retried`, `age`, …), or `mixture` where nothing does by itself. */
  readonly kind: string;
  readonly state: "open" | "over";
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly last: number;
  readonly overAt?: number;
  /** When people were told last that it began. */
  readonly toldAt: number;
  readonly surprise: number;
  readonly standing: readonly Standing[];
}

/** What people are told now. */
export interface Telling {
  readonly alarm: Alarm;
  readonly what: "began" | "over";
}

/** What one sample changes. */
export interface Step {
  readonly alarms: readonly Alarm[];
  readonly tell: readonly Telling[];
  readonly memory: Memory;
  /** This sample is none to learn the usual from. */
  readonly alarming: boolean;
}

/** Of the samples just before. */
export interface Memory {
  readonly uneasy: number;
  readonly calm: number;
}
export const NO_MEMORY: Memory = { uneasy: 0, calm: 0 };

/** -log10 of a probability. One sample like this is enough … */
const ALARMING = 4.5;
/** … of these it takes two in a row. */
const UNEASY = 3;
const UNEASY_NEEDED = 2;
/** It is over after that many samples that one in twenty usual ones surpasses. */
const CALM = 1.3;
const CALM_NEEDED = 5;
const AGAIN_MS = 3_600_000;
/** Spreads from which a feature belongs to the trouble. */
const BELONGS = 3;

/** `at`: of the sample. `alarms`: all that are known, by kind. */
export function nextStep(judged: Judged, at: number, alarms: readonly Alarm[], memory: Memory): Step {
  const { surprise } = judged;
  const uneasy = surprise >= UNEASY ? memory.uneasy + 1 : 0;
  const calm = surprise < CALM ? memory.calm + 1 : 0;
  const alarming = surprise >= ALARMING || uneasy >= UNEASY_NEEDED;
  const now = { memory: { uneasy, calm }, alarming };
  if (alarming) return { ...raised(judged, at, alarms), ...now };
  if (calm < CALM_NEEDED || alarms.every(({ state }) => state === "over")) return { alarms, tell: [], ...now };
  const ended = alarms.map(
    (alarm): Alarm => (alarm.state === "over" ? alarm : { ...alarm, state: "over", overAt: at }),
  );
  // Of what nobody was told, nobody is told that it is over.
  const tell = ended
    .filter((alarm, i) => alarms[i]?.state === "open" && alarm.toldAt >= alarm.since)
    .map((alarm): Telling => ({ alarm, what: "over" }));
  return { alarms: ended, tell, ...now };
}

function raised({ surprise, standing }: Judged, at: number, alarms: readonly Alarm[]): Pick<Step, "alarms" | "tell"> {
  const kinds = new Set(standing.filter(({ by }) => Math.abs(by) >= BELONGS).map(({ feature }) => measureOf(feature)));
  const kind = standing[0] === undefined ? "mixture" : measureOf(standing[0].feature);
  // One trouble shows in several measures: what stands out with an open alarm belongs to it.
  const same = alarms.find(
    (alarm) =>
      alarm.state === "open" &&
      (alarm.kind === kind ||
        kinds.has(alarm.kind) ||
        alarm.standing.some(({ feature }) => measureOf(feature) === kind)),
  );
  if (same !== undefined) {
    const worse = surprise > same.surprise ? { surprise, standing } : {};
    return { alarms: alarms.map((alarm) => (alarm === same ? { ...alarm, ...worse, last: at } : alarm)), tell: [] };
  }
  const before = alarms.find((alarm) => alarm.kind === kind);
  const isTold = before === undefined || at - before.toldAt >= AGAIN_MS;
  const toldAt = isTold ? at : before.toldAt;
  const alarm: Alarm = { kind, state: "open", since: at, last: at, toldAt, surprise, standing };
  const others = alarms.filter((one) => one !== before);
  return { alarms: [...others, alarm], tell: isTold ? [{ alarm, what: "began" }] : [] };
}

/** One line for people. */
export function alarmText({ alarm, what }: Telling): string {
  const { kind, since, last, standing } = alarm;
  const name = kind === "mixture" ? "the stages together" : featureWords(kind);
  if (what === "over") {
    const minutes = Math.max(1, Math.round((last - since) / 60_000));
    return `Over: ${name}, as usual again after about ${minutes} min`;
  }
  const features = standing.map(
    ({ feature, value, usual }) =>
      `${featureWords(feature)} ${amountWords(feature, value)} (usually ${amountWords(feature, usual)})`,
  );
  return `Unusual: ${name}. ${features.length === 0 ? "No single number stands out, their combination does" : features.join("; ")}`;
}

/** For machines, beside the text: at most six numbers and two words. */
export function alarmFacts({ alarm, what }: Telling): Record<string, number | string> {
  const numbers = alarm.standing.map(({ feature, value }) => [feature.slice(0, 100), value] as const);
  return { kind: alarm.kind, what, surprise: Number(alarm.surprise.toFixed(2)), ...Object.fromEntries(numbers) };
}

/** Undefined: not an alarm; anybody may have written there. */
export function readAlarm(text: string): Alarm | undefined {
  try {
    const raw = JSON.parse(text) as Partial<Alarm> | null;
    if (raw === null || typeof raw !== "object" || typeof raw.kind !== "string") return undefined;
    const times = [raw.since, raw.last, raw.toldAt, raw.surprise];
    const isWhole = (raw.state === "open" || raw.state === "over") && times.every(Number.isFinite);
    return isWhole && Array.isArray(raw.standing) && raw.standing.every(isStanding) ? (raw as Alarm) : undefined;
  } catch {
    return undefined;
  }
}

function isStanding(raw: unknown): boolean {
  const { feature, value, usual, by } = (raw ?? {}) as Partial<Standing>;
  return typeof feature === "string" && [value, usual, by].every(Number.isFinite);
}
