/** Judges what a repository holds, as if all of it were created now, or what is new in it since another state. */
import type { FileChange, RuleHit } from "../domain/change-set.ts";
import { changeSet } from "../domain/change-set.ts";
import { inFile, oncePer } from "../repository/lookup.ts";
import type { Platform } from "../repository/platform.ts";
import { ruleInfo } from "./catalogue.ts";
import { deletions, kustomizations, noToolSwitch, pathInside } from "./change-rules.ts";
import { exemptionFor, isInForce } from "./exemptions.ts";
import type { Finding, Found, Report } from "./finding.ts";
import { hitsOf } from "./judge.ts";
import { isLeftOut, judgeable, leftOut } from "./left-out.ts";
import { objectRules } from "./object-rules.ts";
import { POLICY_FILE, ruleIn } from "./policy-file.ts";
import { settingsOf } from "./repository-policy.ts";
import { ownRules, repositoryRules } from "./repository-rules.ts";
import { type Review, reviewOf } from "./review.ts";
import { doubtAbout } from "./rules/doubt.ts";
import { lasting } from "./rules/lasting.ts";
import { resourceQuota, silent } from "./rules/quota.ts";
import { readability } from "./rules/readable.ts";
import type { PolicySettings } from "./settings.ts";

export interface Surroundings {
  /** The texts are all there is: nothing can be said about what is missing or who reads them. */
  readonly alone?: boolean;
}

/** `missing-scale-target` says the same of a repository, and how sure it is. */
const createdRules = objectRules.filter(({ id }) => id !== "no-effect-autoscaler");

/** Everything a repository holds. Pure; throws nothing. */
export function judgeRepository(
  whole: Platform,
  given: PolicySettings = {},
  { alone = false }: Surroundings = {},
): Report {
  const settings = settingsOf(whole, given);
  const platform = judgeable(whole);
  const changes = platform.resources.map((after) => ({ before: undefined, after }));
  const review: Review = { changeSet: changeSet([], [], ""), before: platform, after: platform, changes, settings };
  const found = [
    ...createdRules.flatMap((rule) => hitsOf(rule, review)).map((hit) => softened(hit, platform)),
    ...silent(review),
    ...(alone ? ownRules : repositoryRules).flatMap((rule) => rule(platform)),
    ...aboutPolicy(settings),
  ];
  return reportOf(whole, found, settings);
}

/**
 * What is worse after than before, judged like a change of the school's: rules about objects that changed, about the change
 * as a whole, and about the repository where it says something it did not say before.
 */
export function judgeDifference(before: Platform, after: Platform, given: PolicySettings = {}): Report {
  const settings = settingsOf(before, given);
  const paths = new Set([...before.files.keys(), ...after.files.keys()]);
  const files = [...paths].flatMap((path): FileChange[] => {
    const [was, is] = [before.files.get(path), after.files.get(path)];
    return was?.blob === is?.blob
      ? []
      : [{ path, before: was?.blob ?? null, after: is === undefined ? null : (is.content ?? "") }];
  });
  const told = reviewOf(changeSet(files, [], ""), before, settings);
  const changes = told.changes.filter(({ after: is }) => is === undefined || !isLeftOut(told.after, is));
  const review = { ...told, changes };
  const known = new Set(repositoryRules.flatMap((rule) => rule(judgeable(before))).map(identityOf));
  const found = [
    ...objectRules.flatMap((rule) => hitsOf(rule, review)),
    ...[pathInside, noToolSwitch, deletions, kustomizations, resourceQuota, ...lasting].flatMap((rule) => rule(review)),
    ...repositoryRules.flatMap((rule) => rule(judgeable(review.after))).filter((one) => !known.has(identityOf(one))),
    ...aboutPolicy(settingsOf(review.after, given)),
  ];
  return reportOf(review.after, found, settings);
}

/** A ConfigMap that something else than a workload names may well be used: a dashboard, a pipeline, an operator. */
function softened(hit: RuleHit, platform: Platform): Found {
  if (hit.rule !== "no-effect" || hit.path === undefined) return hit;
  const config = inFile(platform, hit.path).find(
    ({ kind, document }) => kind === "ConfigMap" && document === hit.document,
  );
  if (config === undefined) return hit;
  const isNamed = namesElsewhere(platform).has(config.name);
  const doubt = isNamed ? "another object names it" : doubtAbout(platform, config.namespace, config.name);
  return doubt === undefined ? hit : { ...hit, message: `${hit.message} (${doubt})`, severity: "info" };
}

/** Every text in objects that are no workloads, without their own names. */
const namesElsewhere = oncePer(({ resources }: Platform) => {
  const texts = new Set<string>();
  for (const { kind, object } of resources) {
    if (kind === "ConfigMap" || kind === "Secret") continue;
    JSON.stringify({ ...object, metadata: undefined }, (_key, value: unknown) => {
      if (typeof value === "string" && value.length <= 253) texts.add(value);
      return value;
    });
  }
  return texts;
});

function aboutPolicy({ repository, now }: ReturnType<typeof settingsOf>): Found[] {
  const problems = repository.problems.map(
    ({ message, ...place }): Found => ({ rule: "always-human-policy-file", message, ...place }),
  );
  const over = (repository.policy.exemptions ?? []).filter((one) => now !== undefined && !isInForce(one, now));
  const ended = over.map(
    ({ rules, expires }): Found => ({
      rule: "expired-exemption",
      message: `the exemption from ${rules.join(", ")} ended on ${expires}`,
      path: POLICY_FILE,
    }),
  );
  return [...problems, ...ended];
}

function identityOf({ rule, path, message }: Found): string {
  return JSON.stringify([rule, path, message.replace(/:\d+/g, "")]);
}

function reportOf(platform: Platform, found: readonly Found[], settings: ReturnType<typeof settingsOf>): Report {
  const seen = new Set<string>();
  const findings = found
    .map((one) => asFinding(one, settings))
    .filter((one) => {
      const key = JSON.stringify([one.rule, one.path, one.line, one.message]);
      return !seen.has(key) && seen.add(key);
    })
    .sort(inOrder);
  return {
    findings,
    skipped: [...readability(platform).skipped, ...leftOut(platform)],
    files: [...platform.files.values()].filter(({ content }) => content !== null).length,
    objects: platform.resources.length,
    applications: platform.applications.length,
  };
}

function asFinding(
  found: Found & { readonly decision?: unknown },
  { repository, now }: ReturnType<typeof settingsOf>,
): Finding {
  const { decision: _, ...rest } = found;
  const info = ruleInfo(found.rule);
  const counts = ruleIn(repository.policy, found.rule, info);
  const exemption =
    info.floor === true && info.category === "change"
      ? undefined
      : exemptionFor(repository.policy, found.rule, found.path, now);
  return {
    ...rest,
    category: info.category,
    severity: repository.policy.rules?.[found.rule]?.severity ?? found.severity ?? info.severity,
    decision: counts.decision,
    ...(exemption === undefined ? {} : { exempted: { reason: exemption.reason, expires: exemption.expires } }),
  };
}

function inOrder(a: Finding, b: Finding): number {
  const [first = "", second = ""] = [a.path, b.path];
  if (first !== second) return first < second ? -1 : 1;
  return (
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)
  );
}
