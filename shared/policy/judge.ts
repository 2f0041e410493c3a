/** Policy: reads the rendered text again and says what the rules make of it. Never trusts who built it. */
import {
  type ChangeSet,
  changeSet,
  type FileChange,
  type ObjectRef,
  type RuleHit,
  type Verdict,
  verdictOf,
} from "../domain/change-set.ts";
import type { Platform, Resource } from "../repository/platform.ts";
import { changeRules } from "./change-rules.ts";
import { adjusted } from "./exemptions.ts";
import { objectRules } from "./object-rules.ts";
import { placeOfProblem } from "./place.ts";
import { settingsOf } from "./repository-policy.ts";
import { messageOf, nameOf, type ObjectRule, type Review, reviewOf } from "./review.ts";
import type { PolicySettings } from "./settings.ts";

/**
 * The verdict on a change set against the repository it was rendered on. What that repository's own policy file says counts
 * too, as it stands before the change.
 */
export function judge(planned: ChangeSet, platform: Platform, settings: PolicySettings = {}): Verdict {
  const review = reviewOf(planned, platform, settingsOf(platform, settings));
  const hits = changeRules.flatMap((rule) => rule(review));
  return verdictOf(adjusted([...hits, ...objectRules.flatMap((rule) => hitsOf(rule, review))], review));
}

/** A change set from files somebody else wrote: its objects are what they do to the repository `before` them. */
export function changeSetOf(files: readonly FileChange[], application: string, before: Platform): ChangeSet {
  const { changes } = reviewOf(changeSet(files, [], application), before, {});
  const objects = changes.map(({ before: was, after: is }): ObjectRef => {
    const { apiVersion, kind, namespace, name } = (is ?? was) as Resource;
    const effect = is === undefined ? "delete" : was === undefined ? "create" : "change";
    return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name, effect };
  });
  return changeSet(files, objects, application);
}

/** What a rule about objects finds in the objects that changed, without what was there before. */
export function hitsOf(rule: ObjectRule, review: Review): RuleHit[] {
  return review.changes.flatMap(({ before, after }) => {
    if (after === undefined || (before !== undefined && rule.on === "created")) return [];
    const problems = rule.check(after, review);
    if (problems.length === 0) return [];
    const known = before === undefined ? [] : rule.check(before, review).map(messageOf);
    return problems
      .filter((problem) => !known.includes(messageOf(problem)))
      .map((problem) => ({
        rule: rule.id,
        decision: rule.decision,
        message: `${nameOf(after)}: ${messageOf(problem)}`,
        ...placeOfProblem(review.after, after, problem),
      }));
  });
}
