/**
 * One round of a verification: run the checks that are due, keep what they measured, decide. It never waits; the stage
 * sets a timer for `nextAt` and the next round continues from the record.
 */
import type { CheckRun, Measurement, Verification } from "../domain/health.ts";
import { LeaseLost } from "../runtime/errors.ts";
import type { Check, Look, World } from "./check.ts";
import { isComplete, type Judgement, judge } from "./judge.ts";
import { rememberReads } from "./remember.ts";
import type { Schedule } from "./schedule.ts";

export type RoundDecision =
  /** Look again at `nextAt` (milliseconds since the epoch). */
  | { readonly kind: "continue"; readonly nextAt: number; readonly because: string }
  | { readonly kind: "passed"; readonly because: string }
  | { readonly kind: "failed"; readonly because: string }
  /** Even the extension brought no proof either way: for a person. */
  | { readonly kind: "undecided"; readonly because: string };

export interface Round {
  readonly verification: Verification;
  readonly decision: RoundDecision;
}

/** Measurements kept per check. Old successes go first: what was not well is the evidence. */
const KEPT = 120;
/** An error of the API is looked at again sooner than the check's own interval. */
const ERROR_INTERVAL_MS = 10_000;

export function startVerification(now: number, schedule: Schedule): Verification {
  return { startedAt: now, endsAt: now + schedule.durationMs, extended: false, checks: {} };
}

/** Runs one round at `world.now`. Throws only when the round was aborted (lease lost, process draining). */
export async function runRound(
  stored: Verification,
  checks: readonly Check[],
  schedule: Schedule,
  world: Omit<World, "since" | "lastLook">,
): Promise<Round> {
  const { now } = world;
  const before = now < stored.startedAt ? anew(stored, now, schedule) : stored;
  const over = now >= before.endsAt;
  const seen: World = {
    ...world,
    ...rememberReads(world),
    since: before.startedAt,
    lastLook: over && before.extended,
  };
  const runs = await Promise.all(
    checks.map(async (check) => {
      const run = before.checks[check.name] ?? firstRun(check, schedule);
      const lookedLater = (run.lookedAt ?? 0) > now;
      const lacksEnd = over && (run.lookedAt ?? 0) < before.endsAt && !isComplete(run, periodOf(before));
      const due = dueAt(run, before) - slackOf(run) <= now || lookedLater || lacksEnd;
      return [check.name, due ? await measure(check, run, seen) : run] as const;
    }),
  );
  const verification = { ...before, checks: Object.fromEntries(runs) };
  return conclude(verification, checks, schedule, now);
}

function firstRun({ limits, dryRun }: Check, schedule: Schedule): CheckRun {
  const run = { limits: limits(schedule), measurements: [], applies: true };
  return dryRun === true ? { ...run, dryRun } : run;
}

/** The clock was set back: what was measured by it tells nothing about the time from now on. */
function anew({ extendedAt: _, ...stored }: Verification, now: number, schedule: Schedule): Verification {
  return { ...stored, ...startVerification(now, schedule) };
}

async function measure(check: Check, run: CheckRun, world: World): Promise<CheckRun> {
  const look = await lookSafely(check, world);
  const looked = { ...run, lookedAt: world.now };
  if (!("phase" in look)) {
    // What applied once applies to the end: metrics that vanish are missing evidence, not a reason to look away.
    // An error tells nothing of that.
    if (run.measurements.some(({ phase }) => phase !== "Error")) {
      return record(looked, { at: world.now, phase: "Inconclusive", message: look.because });
    }
    return { ...looked, applies: false, because: look.because };
  }
  const { because: _, ...applying } = looked;
  return record({ ...applying, applies: true }, { at: world.now, ...look });
}

type Result = Look | { readonly phase: "Error"; readonly message: string };

/** An error of a port is a measurement too; only an abort ends the round. */
async function lookSafely(check: Check, world: World): Promise<Result> {
  try {
    return await check.look(world);
  } catch (error) {
    if (world.signal?.aborted === true || error instanceof LeaseLost) throw error;
    return { phase: "Error", message: String(error instanceof Error ? error.message : error).slice(0, 500) };
  }
}

function record(run: CheckRun, measurement: Measurement): CheckRun {
  const measurements = [...run.measurements, measurement];
  if (measurements.length > KEPT) {
    const oldestGood = measurements.findIndex(({ phase }) => phase === "Successful");
    measurements.splice(Math.max(0, oldestGood), 1);
  }
  return { ...run, measurements };
}

function conclude(verification: Verification, checks: readonly Check[], schedule: Schedule, now: number): Round {
  const from = periodOf(verification);
  const runs = Object.entries(verification.checks);
  const judgedOf = (isDry: boolean) =>
    runs.filter(([, { dryRun = false }]) => dryRun === isDry).map(([name, run]) => ({ name, ...judge(run, from) }));
  const judged = judgedOf(false);
  const dry = [...said(judgedOf(true), "failed"), ...said(judgedOf(true), "open")];
  const alsoDry = dry.length === 0 ? "" : ` (dry run, without a say: ${dry.join("; ")})`;

  const bad = said(judged, "failed");
  if (bad.length > 0) return end(verification, "failed", `${bad.join("; ")}${alsoDry}`);
  if (now < verification.endsAt) return goOn(verification, "checks are running");

  const open = said(judged, "open");
  const passing = judged.filter(({ kind }) => kind === "passing").map(({ name }) => name);
  const aside = new Set(checks.filter(({ surroundings }) => surroundings === true).map(({ name }) => name));
  const isProof = passing.some((name) => !aside.has(name));
  if (open.length === 0 && isProof) return end(verification, "passed", `healthy: ${passing.join(", ")}${alsoDry}`);
  const because = `${open.length > 0 ? open.join("; ") : "no check applies to this change"}${alsoDry}`;
  if (verification.extended) return end(verification, "undecided", because);
  const extended = { ...verification, extended: true, extendedAt: now, endsAt: now + schedule.durationMs };
  return goOn(extended, `not decided, so the verification is extended once: ${because}`);
}

/** What was said of the checks that ended like this. */
function said(judged: readonly (Judgement & { readonly name: string })[], kind: "failed" | "open"): readonly string[] {
  return judged.flatMap((check) => (check.kind === kind ? [`${check.name}: ${check.because}`] : []));
}

/** When the measurements that count began. */
function periodOf({ startedAt, extendedAt }: Verification): number {
  return extendedAt ?? startedAt;
}

function end(verification: Verification, outcome: "passed" | "failed" | "undecided", because: string): Round {
  return { verification: { ...verification, outcome }, decision: { kind: outcome, because: because.slice(0, 1_000) } };
}

function goOn(verification: Verification, because: string): Round {
  const due = Object.values(verification.checks).map((run) => dueAt(run, verification));
  const nextAt = Math.min(verification.endsAt, ...due);
  return { verification, decision: { kind: "continue", nextAt, because: because.slice(0, 1_000) } };
}

/**
 * When a check is to be measured next, milliseconds since the epoch. Looks keep their times, counted from the start, so
 * that a little lateness does not add up. One that came very late keeps its distance to the next instead: what fell due at
 * one moment and could not all be measured then spreads out.
 */
function dueAt(run: CheckRun, verification: Verification): number {
  const { lookedAt, limits, measurements } = run;
  const { initialDelayMs, intervalMs } = limits;
  const first = verification.startedAt + initialDelayMs;
  if (lookedAt === undefined) return first;
  if (isComplete(run, periodOf(verification))) return Number.POSITIVE_INFINITY;
  if (measurements.at(-1)?.phase === "Error") return lookedAt + Math.min(ERROR_INTERVAL_MS, intervalMs);
  const next = lookedAt + intervalMs;
  const planned = first + Math.round((next - first) / intervalMs) * intervalMs;
  return Math.abs(next - planned) <= slackOf(run) ? planned : next;
}

/** How much earlier a check may be measured with others that are due, milliseconds: one round costs less than two. */
function slackOf({ limits }: CheckRun): number {
  return limits.intervalMs / 20;
}
