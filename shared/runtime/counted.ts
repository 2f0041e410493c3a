/**
 * What a move is counted as, beside where it leads: the settle script adds these counters in the same step, so that they
 * stand for exactly the moves that were made. Names are `<what>:<label>`; labels come from lists of the school's own.
 */
import { CATEGORIES, type Improvement, type Patch } from "../domain/improvement.ts";
import type { Status } from "../domain/lifecycle.ts";
import { askedBack } from "../revert/manual.ts";

/** `to` and `patch` of the outcome; `improvement` as it stood before. */
export function countsOfMove(improvement: Improvement, to: Status, patch: Patch): readonly string[] {
  if (improvement.status === "categorized") return ofValidation(patch);
  if (to === "implementation") return [`implemented:${categoryOf(improvement)}`];
  if (to === "rolling_back") return [`rollback:${rollbackReason(improvement, patch)}`];
  if (to === "held") return ["health:unknown"];
  return [];
}

/** Every conflicting kind once, however often it was found. */
function ofValidation({ validation, rag_check_passed: passed }: Patch): readonly string[] {
  const conflicts = new Set((validation ?? []).filter(({ result }) => result === "conflict").map(({ check }) => check));
  return [
    ...(passed === "unknown" ? ["validation:unknown"] : []),
    ...[...conflicts].map((check) => `conflict:${label(check)}`),
  ];
}

/** `sync`: it never came to be live. `person`: somebody asked while it was looked at. Else the check that failed. */
function rollbackReason(improvement: Improvement, { verification }: Patch): string {
  if (askedBack(improvement) !== undefined) return "person";
  if (improvement.status === "implementation") return "sync";
  const checks = Object.entries(verification?.checks ?? {});
  const failed = checks.find(
    ([, { dryRun, limits, measurements }]) =>
      dryRun !== true && measurements.filter(({ phase }) => phase === "Failed").length > limits.failureLimit,
  );
  return failed === undefined ? "health" : label(failed[0]);
}

function categoryOf({ category }: Improvement): string {
  return (CATEGORIES as readonly string[]).includes(category) ? category : "other";
}

/** A repository may name checks of its own; a counter's name is no place for their text. */
function label(name: string): string {
  const known = /^[a-z][a-z0-9_-]{0,39}$/.exec(name)?.[0];
  return known ?? "other";
}
