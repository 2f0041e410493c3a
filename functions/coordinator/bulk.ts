/** Which improvements may be decided together, and why others not. Pure. */
import type { Improvement } from "../../shared/domain/improvement.ts";

export const MOST_TOGETHER = 20;
const ALONE: readonly string[] = ["security", "database"];

/** Why this one needs a look of its own; undefined: it may be among several. */
export function aloneBecause(improvement: Improvement): string | undefined {
  const { status, category, expert, change_set: changeSet, verdict, approval_rule: rule } = improvement;
  if (status !== "pending_review") return `it is ${status}; only what is pending_review is decided together`;
  if (changeSet === undefined) return "it has no change set yet";
  const delicate = [category, expert].find((field) => ALONE.includes(field ?? ""));
  if (delicate !== undefined) return `${delicate} is decided one by one`;
  const rules = verdict?.rules ?? [];
  const always = rules.find((hit) => hit.rule.startsWith("always-human") && hit.decision !== "auto");
  if (always !== undefined || rule?.startsWith("always-human") === true) {
    return `${always?.rule ?? rule} always asks a person; decide it by itself`;
  }
  if (verdict === undefined) return "policy has not judged it";
  if (verdict.decision === "deny") return "policy denies it; decide it by itself";
  return undefined;
}

/** The one kind of intent of all; undefined when there are several, or one has none. */
export function commonKind(improvements: readonly Improvement[]): string | undefined {
  const kinds = new Set(improvements.map(({ intent }) => intent?.kind));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}
