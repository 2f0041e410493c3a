/** What a person reads about an improvement: one headline, then only the facts that help to act. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { line } from "./line.ts";

/** Every line is one line, so that a title cannot forge another. */
export interface Words {
  readonly headline: string;
  readonly lines: readonly string[];
}

/** States in which somebody is needed now. */
const PAGES: readonly Status[] = ["held", "rollback_blocked", "dead"];

export function wordsFor(improvement: Improvement, reached: Status): Words {
  if (reached === "rolling_back" && improvement.breaker_opened !== undefined) return breakerWords(improvement);
  const lines = reached === "failed" ? rollbackFacts(improvement) : facts(improvement, reached);
  return { headline: headline(improvement, reached), lines: lines.filter((text) => text !== "") };
}

/** The same as one text of several short lines. */
export function messageFor(improvement: Improvement, reached: Status): string {
  const { headline: first, lines } = wordsFor(improvement, reached);
  return [first, ...lines].join("\n");
}

/** It is told about the improvement whose rollback was one too many. */
function breakerWords({
  id,
  title,
  breaker_opened: said = "",
  failure_reason: reason,
  change_set: set,
}: Improvement): Words {
  return {
    headline: "Needs you now: the circuit breaker is open, nothing is approved automatically",
    lines: [
      `Why: ${line(said)}`,
      `The last rollback: “${line(title)}” (${id})${set === undefined ? "" : ` in ${line(set.application)}`}`,
      ...(reason === undefined ? [] : [`It was taken back because: ${line(reason)}`]),
      "Close it when you have looked: school breaker --reason …",
    ],
  };
}

function headline(improvement: Improvement, reached: Status): string {
  const what = `“${line(improvement.title)}” (${improvement.id})`;
  const urgent = PAGES.includes(reached) ? "Needs you now: " : "";
  return `${urgent}${what} ${becameOf(improvement, reached)}`;
}

function becameOf(improvement: Improvement, reached: Status): string {
  switch (reached) {
    case "pending_review":
      return "waits for your decision";
    case "conflicts":
      return "conflicts with what exists";
    case "implementation":
      return "is committed and on its way into the cluster";
    case "verified":
      return "is live and verified";
    case "rolling_back":
      return "is being taken back";
    case "failed":
      return wasRolledBack(improvement) ? "was rolled back, the cluster is well again" : "failed";
    case "held":
      return "is live but undecided";
    case "rollback_blocked":
      return "could not be rolled back";
    case "dead":
      return "stopped after its last attempt";
    default:
      return `is now ${reached}`;
  }
}

/** The text of the founding platform ("Rollback Notification"); it says only what was seen. */
function rollbackFacts(improvement: Improvement): string[] {
  const { title, video_id, source_id, relevance, failure_reason: reason } = improvement;
  const back = wasRolledBack(improvement);
  return [
    back ? "Cortex Online School: Rollback Performed" : "Cortex Online School: Improvement Failed",
    `Improvement: ${line(title)}`,
    `Source: ${line(video_id ?? source_id)}`,
    `Relevance: ${relevance}`,
    ...(reason === undefined ? [] : [`Reason for Rollback: ${line(reason)}`]),
    `Rollback Status: ${back ? "Successful" : "not confirmed by the school"}`,
    `System Status: ${back ? "Healthy" : "unknown"}`,
    ...places(improvement),
    "The improvement has been marked as failed and will require manual investigation before re-attempting.",
  ];
}

/** The revert was seen live and the cluster recovered; a person may also close what the school could not take back. */
function wasRolledBack({ rollback_verification: check, rollback_commit: commit }: Improvement): boolean {
  return commit !== undefined && check?.outcome === "passed";
}

function facts(improvement: Improvement, reached: Status): string[] {
  const { verdict } = improvement;
  const reason = (text: string | undefined): string => (text === undefined ? "" : `Why: ${line(text)}`);
  const [application = ""] = places(improvement);
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
    case "implementation":
      return [
        improvement.approval_rule === undefined ? "" : `Approved by: ${line(improvement.approval_rule)}`,
        ...places(improvement),
      ];
    case "dead":
      return [`Died in: ${improvement.died_in ?? "unknown"}`, reason(improvement.dead_reason), application];
    default:
      return [reason(improvement.failure_reason ?? improvement.review_reason), ...places(improvement)];
  }
}

/** Application first, also when it is not known. */
function places({ change_set: set, git_commit: commit, rollback_commit: reverted }: Improvement): string[] {
  return [
    set === undefined ? "" : `Application: ${line(set.application)}`,
    commit === undefined ? "" : `Commit: ${line(commit)}`,
    reverted === undefined ? "" : `Reverted by: ${line(reverted)}`,
  ];
}
