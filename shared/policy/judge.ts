/** Policy: reads the rendered text again and says what the rules make of it. Never trusts who built it. */
import { type ChangeSet, type RuleHit, type Verdict, verdictOf } from "../domain/change-set.ts";
import type { Platform } from "../repository/platform.ts";
import { changeRules } from "./change-rules.ts";
import { objectRules } from "./object-rules.ts";
import { nameOf, type ObjectRule, type Review, reviewOf } from "./review.ts";
import type { PolicySettings } from "./settings.ts";

export function judge(changeSet: ChangeSet, platform: Platform, settings: PolicySettings = {}): Verdict {
  const review = reviewOf(changeSet, platform, settings);
  const hits = changeRules.flatMap((rule) => rule(review));
  return verdictOf([...hits, ...objectRules.flatMap((rule) => applyObjectRule(rule, review))]);
}

function applyObjectRule(rule: ObjectRule, review: Review): RuleHit[] {
  return review.changes.flatMap(({ before, after }) => {
    if (after === undefined || (before !== undefined && rule.on === "created")) return [];
    const known = before === undefined ? [] : rule.check(before, review);
    return rule
      .check(after, review)
      .filter((message) => !known.includes(message))
      .map((message) => ({
        rule: rule.id,
        decision: rule.decision,
        message: `${nameOf(after)}: ${message}`,
        path: after.path,
      }));
  });
}
