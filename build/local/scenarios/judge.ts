/** Did a scenario end as it has to? Compares record, trail, git log, locks and cluster with what is expected. Pure. */
import type { Measurement, Verification } from "../../../shared/domain/health.ts";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import type { SandboxState } from "../sandbox/state.ts";
import type { Lock } from "./client.ts";
import type { Commit } from "./repository.ts";
import type { End } from "./scenario.ts";

/** What is known of one improvement at the end. */
export interface Evidence {
  readonly improvement: Improvement;
  /** Statuses after the last approval. */
  readonly path: readonly string[];
  /** The whole history, oldest first. */
  readonly commits: readonly Commit[];
  readonly locks: readonly Lock[];
}

/** One sentence per thing that is not as it has to be. */
export function judge(end: End, evidence: Evidence): readonly string[] {
  const { improvement, path } = evidence;
  const problems: string[] = [];
  if (path.join() !== end.path.join()) {
    problems.push(`it went ${path.join(" → ") || "nowhere"}, not ${end.path.join(" → ")}${whyOf(improvement)}`);
  }
  problems.push(...gitProblems(end, evidence), ...measurementProblems(end, improvement));
  const held = evidence.locks.some(({ holder }) => holder === improvement.id);
  const keeps = ["held", "rollback_blocked"].includes(end.path.at(-1) ?? "");
  if (held !== keeps) problems.push(held ? "it still holds its Application's lock" : "it let its lock go");
  return problems.map((problem) => `${improvement.id}: ${problem}`);
}

function gitProblems({ reverted }: End, { improvement, commits }: Evidence): string[] {
  const { id, git_commit: commit, rollback_commit: rollback } = improvement;
  const own = commits.filter((found) => found.improvement === id && found.reverts === undefined);
  const reverts = commits.filter((found) => found.reverts !== undefined && found.reverts === commit);
  const problems: string[] = [];
  if (own.length !== 1 || own[0]?.id !== commit) {
    problems.push(`git log has ${own.length} commits of it, the record says ${commit ?? "none"}`);
  }
  const wanted = reverted ? 1 : 0;
  if (reverts.length !== wanted) problems.push(`git log has ${reverts.length} reverts of it, not ${wanted}`);
  if (reverts[0]?.id !== rollback) {
    problems.push(
      `the record says it was taken back by ${rollback ?? "nobody"}, git log by ${reverts[0]?.id ?? "nobody"}`,
    );
  }
  return problems;
}

const OUTCOMES: Readonly<Record<string, Verification["outcome"]>> = {
  verified: "passed",
  held: "undecided",
  rolling_back: "failed",
};

function measurementProblems({ path, measured, extended }: End, improvement: Improvement): string[] {
  const { verification, rollback_verification: proof } = improvement;
  if (verification === undefined) return ["nothing was measured"];
  const problems: string[] = [];
  const expected = path.map((status) => OUTCOMES[status]).find((outcome) => outcome !== undefined);
  if (verification.outcome !== expected) {
    problems.push(`the verification says ${verification.outcome ?? "nothing"}, not ${expected ?? "nothing"}`);
  }
  const { check, phase, message } = measured;
  const found = measurementsOf(verification, check);
  if (!found.some((one) => one.phase === phase && message.test(one.message))) {
    const seen = [...new Set(found.map((one) => `${one.phase}: ${one.message}`))].slice(-3).join(" | ");
    problems.push(`no measurement of ${check} is ${phase} like ${message}; there are ${seen || "none"}`);
  }
  if (extended !== undefined && verification.extended !== extended) {
    problems.push(`the verification was ${verification.extended ? "" : "not "}extended`);
  }
  if (path.includes("failed") && proof?.outcome !== "passed") {
    problems.push(`after the revert it was ${proof?.outcome ?? "not"} measured well again`);
  }
  return problems;
}

function measurementsOf(verification: Verification, check: string): readonly Measurement[] {
  return verification.checks[check]?.measurements ?? [];
}

function whyOf({ failure_reason: failure, review_reason: review }: Improvement): string {
  const why = failure ?? review;
  return why === undefined ? "" : ` (${why.slice(0, 300)})`;
}

/** What is not well in the cluster; empty when everything is. */
export function sickness({ applications, workloads }: SandboxState): readonly string[] {
  return [
    ...applications.flatMap(({ name, sync, health }) =>
      sync === "Synced" && health === "Healthy" ? [] : [`the Application ${name} is ${sync} and ${health}`],
    ),
    ...workloads.flatMap(({ kind, namespace, name, desired, ready }) =>
      ready === desired ? [] : [`${ready} of ${desired} pods of ${kind} ${namespace}/${name} are ready`],
    ),
  ];
}
