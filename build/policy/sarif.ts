/** Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), as code scanning services take them. */
import { createHash } from "node:crypto";
import type { Severity } from "../../shared/policy/catalogue/rule-info.ts";
import { ruleInfo } from "../../shared/policy/catalogue.ts";
import type { Finding, Report } from "../../shared/policy/finding.ts";

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/** One run. `version`: of the school. */
export function sarifOf({ findings, skipped }: Report, version: string): object {
  const ids = [...new Set(findings.map(({ rule }) => rule))].sort();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Cortex Online School", semanticVersion: version, rules: ids.map(ruleOf) } },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { SRCROOT: { description: { text: "The root of the repository." } } },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: skipped.map(({ path, because }) => ({
              level: "note",
              message: { text: `not judged: ${because}` },
              locations: [{ physicalLocation: { artifactLocation: artifact(path) } }],
            })),
          },
        ],
        results: findings.map((finding) => resultOf(finding, ids.indexOf(finding.rule))),
      },
    ],
  };
}

function ruleOf(id: string): object {
  const { description, remedy, severity, category, decision, knownAs } = ruleInfo(id);
  return {
    id,
    shortDescription: { text: description },
    help: { text: knownAs === undefined ? remedy : `${remedy} Known elsewhere as: ${knownAs}.` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: [category], decision },
  };
}

function resultOf(finding: Finding, ruleIndex: number): object {
  const { rule, severity, message, path, line, column, exempted, object, decision } = finding;
  const region = line === undefined ? {} : { region: { startLine: line, startColumn: column ?? 1 } };
  const location = path === undefined ? undefined : { artifactLocation: artifact(path), ...region };
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: message },
    ...(location === undefined ? {} : { locations: [{ physicalLocation: location }] }),
    partialFingerprints: { "school/v1": fingerprint(finding) },
    ...(exempted === undefined
      ? {}
      : { suppressions: [{ kind: "external", justification: `${exempted.reason} (until ${exempted.expires})` }] }),
    properties: { decision, ...(object === undefined ? {} : { object }) },
  };
}

function artifact(path: string): object {
  return { uri: path.split("/").map(encodeURIComponent).join("/"), uriBaseId: "SRCROOT" };
}

/** The same finding after lines were added above it. */
function fingerprint({ rule, path, message }: Finding): string {
  const text = JSON.stringify([rule, path ?? "", message.replace(/:\d+/g, "")]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
