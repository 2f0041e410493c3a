/** The rule reference in shared/policy/README.md: what stands between its marks follows from the catalogue. */
import { readFile } from "node:fs/promises";
import type { RuleInfo } from "../../shared/policy/catalogue/rule-info.ts";
import { ruleCatalogue } from "../../shared/policy/catalogue.ts";

const BEGIN = "<!-- rules: written by `npm run generate` -->";
const END = "<!-- end of rules -->";

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
  const readme = await readFile(new URL("../../shared/policy/README.md", import.meta.url), "utf8");
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`shared/policy/README.md has lost its marks ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n\n${tables()}\n${END}${after}`;
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

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
