/** From the measurements of one check to a word about it: Argo Rollouts' limits (its analysis controller). Pure. */
import type { CheckRun, Measurement } from "../domain/health.ts";

export type Judgement =
  /** Enough Successful measurements, and the last one is. */
  | { readonly kind: "passing" }
  | { readonly kind: "not-applicable" }
  /** More failures than the limit tolerates: nothing later changes that. */
  | { readonly kind: "failed"; readonly because: string }
  /** Neither: not enough evidence, or no longer. */
  | { readonly kind: "open"; readonly because: string };

/**
 * Judges a check. `from` is when the current period began: an extension counts Inconclusive, Error and Successful
 * afresh, because it exists to gather better evidence; failures count over the whole verification.
 */
export function judge(run: CheckRun, from: number): Judgement {
  const { limits, measurements } = run;
  const failures = measurements.filter(({ phase }) => phase === "Failed");
  if (failures.length > limits.failureLimit) return { kind: "failed", because: lastMessage(failures) };
  if (!run.applies) return { kind: "not-applicable" };

  const period = measurements.filter(({ at }) => at >= from);
  const last = period.at(-1);
  if (last === undefined) return { kind: "open", because: "nothing was measured" };
  if (last.phase !== "Successful") return { kind: "open", because: last.message };
  const errors = longestRow(period, "Error");
  if (errors > limits.consecutiveErrorLimit) {
    return { kind: "open", because: `${errors} measurements in a row ended in errors` };
  }
  const unclear = period.filter(({ phase }) => phase === "Inconclusive");
  if (unclear.length > limits.inconclusiveLimit) {
    return { kind: "open", because: `${unclear.length} times inconclusive: ${lastMessage(unclear)}` };
  }
  const good = period.filter(({ phase }) => phase === "Successful");
  if (good.length < limits.minSuccessful) {
    return { kind: "open", because: `measured ${good.length} times, ${limits.minSuccessful} are needed` };
  }
  const row = unbroken(period);
  if (row.length < (limits.consecutiveSuccess ?? 0)) {
    return { kind: "open", because: `well ${row.length} times in a row, ${limits.consecutiveSuccess} are needed` };
  }
  const steady = last.at - (row[0]?.at ?? last.at);
  if (steady < limits.steadyMs) {
    return { kind: "open", because: `well for ${seconds(steady)} s only, ${seconds(limits.steadyMs)} s are needed` };
  }
  return { kind: "passing" };
}

/** True when it was measured as often as wanted in this period; errors are no measurements (as in Argo Rollouts). */
export function isComplete({ limits, measurements }: CheckRun, from: number): boolean {
  if (limits.count === undefined) return false;
  return measurements.filter(({ at, phase }) => at >= from && phase !== "Error").length >= limits.count;
}

/** The Successful measurements at the end, without a break. */
function unbroken(measurements: readonly Measurement[]): readonly Measurement[] {
  const broken = measurements.findLastIndex(({ phase }) => phase !== "Successful");
  return measurements.slice(broken + 1);
}

function longestRow(measurements: readonly Measurement[], phase: Measurement["phase"]): number {
  let row = 0;
  let longest = 0;
  for (const measurement of measurements) {
    row = measurement.phase === phase ? row + 1 : 0;
    longest = Math.max(longest, row);
  }
  return longest;
}

function lastMessage(measurements: readonly Measurement[]): string {
  return measurements.at(-1)?.message ?? "";
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
