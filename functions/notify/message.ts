/** What a person reads about an improvement: one headline, then only the facts that help to act. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { line } from "./line.ts";

/** States in which somebody is needed now. */
const PAGES: readonly Status[] = ["held", "rollback_blocked", "dead"];

/** Several short lines; every value is one line, so that a title cannot forge another. */
export function messageFor(improvement: Improvement, reached: Status): string {
  if (reached === "rolling_back" && improvement.breaker_opened !== undefined) return breakerMessage(improvement);
  const lines = [headline(improvement, reached), ...facts(improvement, reached)];
  return lines.filter((text) => text !== "").join("\n");
}

/** It is told about the improvement whose rollback was one too many. */
function breakerMessage({
  id,
  title,
  breaker_opened: said = "",
  failure_reason: reason,
  change_set: set,
}: Improvement): string {
  return [
    "Needs you now: the circuit breaker is open, nothing is approved automatically",
    `Why: ${line(said)}`,
    `The last rollback: “${line(title)}” (${id})${set === undefined ? "" : ` in ${line(set.application)}`}`,
    ...(reason === undefined ? [] : [`It was taken back because: ${line(reason)}`]),
    "Close it when you have looked: school breaker --reason …",
  ].join("\n");
}

function headline(improvement: Improvement, reached: Status): string {
  const what = `“${line(improvement.title)}” (${improvement.id})`;
  const urgent = PAGES.includes(reached) ? "Needs you now: " : "";
  const said: Partial<Record<Status, string>> = {
    pending_review: `${what} waits for your decision`,
    conflicts: `${what} conflicts with what exists`,
    verified: `${what} is live and verified`,
    failed: `${what} was rolled back, the cluster is well again`,
    held: `${what} is live but undecided`,
    rollback_blocked: `${what} could not be rolled back`,
    dead: `${what} stopped after its last attempt`,
  };
  return urgent + (said[reached] ?? `${what} is now ${reached}`);
}

function facts(improvement: Improvement, reached: Status): string[] {
  const { change_set: changeSet, verdict } = improvement;
  const application = changeSet === undefined ? "" : `Application: ${line(changeSet.application)}`;
  const commit = improvement.git_commit === undefined ? "" : `Commit: ${line(improvement.git_commit)}`;
  const reverted = improvement.rollback_commit === undefined ? "" : `Reverted by: ${line(improvement.rollback_commit)}`;
  const reason = (text: string | undefined): string => (text === undefined ? "" : `Why: ${line(text)}`);
  switch (reached) {
    case "pending_review":
      return [
        `Asked by: ${improvement.review_stage ?? "unknown stage"}`,
        reason(improvement.review_reason),
        `Relevance: ${improvement.relevance}, category ${improvement.category}`,
        application,
        verdict === undefined ? "" : `Policy: ${verdict.decision}`,
      ];
    case "conflicts":
      return (improvement.conflicts_found ?? [])
        .slice(0, 3)
        .map(({ check, because }) => `Conflict (${line(check)}): ${line(because)}`);
    case "failed":
      return [reason(improvement.failure_reason), application, commit, reverted];
    case "dead":
      return [`Died in: ${improvement.died_in ?? "unknown"}`, reason(improvement.dead_reason), application];
    default:
      return [reason(improvement.failure_reason ?? improvement.review_reason), application, commit, reverted];
  }
}
