/** Findings for people: by file, with lines, and what to do about each rule that fired. */

import type { Severity } from "../../shared/policy/catalogue/rule-info.ts";
import { ruleCatalogue, ruleInfo } from "../../shared/policy/catalogue.ts";
import type { Finding, Report } from "../../shared/policy/finding.ts";
import { harmless, type Style, type Terminal } from "../cli/terminal.ts";

const STYLES: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", info: "dim" };
const ORDER: readonly Severity[] = ["error", "warning", "info"];
/** Reasons for leaving files out that are named one by one. */
const SHOWN = 5;

/** `all`: findings of severity info too, which are only counted else. */
export function showReport(report: Report, terminal: Terminal, all: boolean): void {
  const shown = report.findings.filter(
    ({ severity, exempted }) => exempted === undefined && (all || severity !== "info"),
  );
  for (const [path, findings] of byPath(shown)) {
    terminal.line(terminal.paint("bold", path === "" ? "the repository" : harmless(path)));
    for (const finding of findings) terminal.line(lineOf(finding, terminal));
    terminal.line();
  }
  const counted = counts(report.findings);
  if (counted.length > 0) terminal.table(["RULE", "SEVERITY", "COUNT", "WHAT TO DO"], counted.map(rowOf));
  terminal.line(summary(report));
  const hidden = report.findings.filter(
    ({ severity, exempted }) => severity === "info" && exempted === undefined,
  ).length;
  if (!all && hidden > 0) terminal.note(`${hidden} of severity info are only counted; --all shows them`);
  for (const note of skippedNotes(report)) terminal.note(note);
}

/** The rules themselves. */
export function showRules(terminal: Terminal): void {
  terminal.table(
    ["RULE", "CATEGORY", "SEVERITY", "FOR THE SCHOOL", "WHAT IT SAYS"],
    Object.entries(ruleCatalogue).map(([id, one]) => [id, one.category, one.severity, one.decision, one.description]),
  );
}

function byPath(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.path ?? "") ?? [];
    groups.set(finding.path ?? "", group);
    group.push(finding);
  }
  return groups;
}

function lineOf({ line, column, severity, rule, message }: Finding, terminal: Terminal): string {
  const place = line === undefined ? "" : `${line}:${column ?? 1}`;
  return `  ${place.padStart(8)}  ${terminal.paint(STYLES[severity], severity.padEnd(7))}  ${harmless(message)}  ${terminal.paint("dim", rule)}`;
}

function counts(
  findings: readonly Finding[],
): readonly { readonly rule: string; readonly severity: Severity; count: number }[] {
  const found = new Map<string, { rule: string; severity: Severity; count: number }>();
  for (const { rule, severity, exempted } of findings) {
    if (exempted !== undefined) continue;
    const key = `${ORDER.indexOf(severity)} ${rule}`;
    const entry = found.get(key) ?? { rule, severity, count: 0 };
    entry.count += 1;
    found.set(key, entry);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function rowOf({ rule, severity, count }: { rule: string; severity: Severity; count: number }): string[] {
  return [rule, severity, String(count), ruleInfo(rule).remedy];
}

function summary({ findings, files, objects, applications }: Report): string {
  const count = (severity: Severity) =>
    findings.filter((one) => one.severity === severity && one.exempted === undefined).length;
  const exempted = findings.filter((one) => one.exempted !== undefined).length;
  const found = `${count("error")} errors, ${count("warning")} warnings, ${count("info")} infos, ${exempted} exempted`;
  return `${found} in ${objects} objects of ${files} manifest files (${applications} Argo CD Applications)`;
}

function skippedNotes({ skipped }: Report): string[] {
  const reasons = new Map<string, string[]>();
  for (const { path, because } of skipped) reasons.set(because, [...(reasons.get(because) ?? []), path]);
  return [...reasons].map(([because, paths]) => {
    const named = paths.slice(0, SHOWN).join(", ");
    const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : "";
    return harmless(`not judged, ${because}: ${named}${more}`);
  });
}
