/** What the policy file makes of findings: stricter rules, and exemptions that are still good. */
import { type Decision, isWorse, type RuleHit } from "../domain/change-set.ts";
import { matchesGlob } from "../repository/glob.ts";
import { ruleInfo } from "./catalogue.ts";
import type { Exemption, PolicyFile } from "./policy-file.ts";
import type { Review } from "./review.ts";

const DAY_MS = 86_400_000;

/** True until the end of its last day (UTC); without a clock nothing is. */
export function isInForce({ expires }: Exemption, now: number | undefined): boolean {
  return now !== undefined && now < Date.parse(expires) + DAY_MS;
}

/** The exemption in force for a rule at a path. */
export function exemptionFor(
  policy: PolicyFile,
  rule: string,
  path: string | undefined,
  now: number | undefined,
): Exemption | undefined {
  if (path === undefined) return undefined;
  return policy.exemptions?.find(
    (one) =>
      one.rules.includes(rule) &&
      isInForce(one, now) &&
      one.paths.some((pattern) => matchesGlob(pattern, path, { folders: true })),
  );
}

/**
 * The hits of a change as the repository's policy has them. An exemption turns a denial into a question to a person and
 * silences what would only be asked; some rules know none. A policy file that cannot be followed asks a person.
 */
export function adjusted(hits: readonly RuleHit[], { settings, changeSet }: Review): RuleHit[] {
  const { repository, now } = settings;
  if (repository === undefined) return [...hits];
  const found = hits.map((hit) => exempted(raised(hit, repository.policy), repository.policy, now));
  const problems = repository.problems.map(
    ({ message, ...place }): RuleHit => ({
      rule: "always-human-policy-file",
      decision: "human",
      message: `the policy file cannot be followed: ${message}`,
      ...place,
    }),
  );
  return changeSet.files.length === 0 ? found : [...found, ...problems];
}

function raised(hit: RuleHit, policy: PolicyFile): RuleHit {
  const wanted = policy.rules?.[hit.rule]?.decision;
  const decision: Decision = wanted === undefined || wanted === "note" ? "auto" : wanted;
  return isWorse(decision, hit.decision) ? { ...hit, decision } : hit;
}

function exempted(hit: RuleHit, policy: PolicyFile, now: number | undefined): RuleHit {
  const { rule, decision, message, path } = hit;
  const isFloor = ruleInfo(rule).floor === true || rule.startsWith("always-human");
  const exemption = isFloor ? undefined : exemptionFor(policy, rule, path, now);
  if (exemption === undefined) return hit;
  const until = `exempted until ${exemption.expires} (${exemption.reason})`;
  return decision === "deny"
    ? { ...hit, rule: "always-human-exemption", decision: "human", message: `${rule} is ${until}: ${message}` }
    : { ...hit, decision: "auto", message: `${until}: ${message}` };
}
