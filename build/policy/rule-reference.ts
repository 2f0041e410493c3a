/** The rule reference in shared/policy/README.md: what stands between its marks follows from the catalogue. */
import type { RuleInfo } from "../../shared/policy/catalogue/rule-info.ts";
import { ruleCatalogue } from "../../shared/policy/catalogue.ts";
import { row, withPart } from "../generated-part.ts";

const TITLES: Readonly<Record<RuleInfo["category"], string>> = {
  shape: "Shape: what the API server takes",
  security: "Security",
  reliability: "Reliability",
  repository: "The repository as a whole",
  change: "A change as a whole",
  review: "Always a person",
  configuration: "Only where the policy file says so",
};

/** The README as it should be. Throws when its marks are gone. */
export async function ruleReference(): Promise<string> {
  return withPart("shared/policy/README.md", "rules", tables());
}

function tables(): string {
  return Object.entries(TITLES)
    .map(([category, title]) => {
      const rules = Object.entries(ruleCatalogue).filter(([, one]) => one.category === category);
      const rows = rules.map(([id, one]) =>
        row([`\`${id}\``, one.severity, one.decision, one.description, one.remedy, one.knownAs ?? ""]),
      );
      const head = row(["rule", "severity", "for the school", "what it says", "what to do", "known as"]);
      return `### ${title}\n\n${head}\n|${" --- |".repeat(6)}\n${rows.join("\n")}\n`;
    })
    .join("\n");
}
