/** Every rule as data. A rule without an entry here does not pass the tests. */
import { change } from "./catalogue/change.ts";
import { configuration } from "./catalogue/configuration.ts";
import { reliability } from "./catalogue/reliability.ts";
import { repository } from "./catalogue/repository.ts";
import type { RuleInfo, Rules } from "./catalogue/rule-info.ts";
import { security } from "./catalogue/security.ts";
import { shape } from "./catalogue/shape.ts";

export const ruleCatalogue: Rules = {
  ...shape,
  ...security,
  ...reliability,
  ...repository,
  ...change,
  ...configuration,
};

/** What is known of a rule; a rule nobody described is an error, because nobody said it is less. */
export function ruleInfo(id: string): RuleInfo {
  return Object.hasOwn(ruleCatalogue, id) && ruleCatalogue[id] !== undefined ? ruleCatalogue[id] : UNDESCRIBED;
}

const UNDESCRIBED: RuleInfo = {
  category: "change",
  severity: "error",
  decision: "deny",
  description: "This rule is not described.",
  remedy: "See its message.",
};
