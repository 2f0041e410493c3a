/** What axe-core finds wrong with a page for those who do not see it, or do not use a mouse. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

const SERIOUS = new Set(["serious", "critical"]);
/** Sentences that are too long to read in a failing test. */
const LONGEST = 300;
let source: Promise<string> | undefined;

/**
 * The serious and critical findings as sentences; empty when there are none. axe comes through the debugger, which the
 * page's policy does not bind: the page is looked at under the very policy it is served with.
 */
export async function seriousFindings(page: Page): Promise<string[]> {
  source ??= readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(`if (window.axe === undefined) { ${await source} }; undefined`);
  const violations = (await page.evaluate(
    `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)`,
  )) as Violation[];
  return violations
    .filter(({ impact }) => impact !== null && SERIOUS.has(impact))
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary = "" }) => `${id}: ${help} at ${target.join(" ")} ${failureSummary}`),
    )
    .map((finding) => finding.replaceAll(/\s+/g, " ").slice(0, LONGEST));
}
