/**
 * `npm run advisories`: asks the registry what is known of the packages that run in production. What is high or critical fails,
 * unless build/docs/security.md explains it and the explanation has not run out. A registry that gives no answer is told and
 * fails nothing: a build must not depend on its day. With `--tell` nothing fails at all: a change is not to blame for what
 * became known since yesterday.
 *
 * Usage: node build/advisories.ts [--tell]
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";

const root = path.resolve(import.meta.dirname, "..");
const EXPLAINED = path.join(root, "build/docs/security.md");
const PATIENCE_MS = 120_000;

const Advisory = z.object({ title: z.string().default(""), url: z.string().default("") });
const Report = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({ name: z.string(), severity: z.string(), via: z.array(z.union([z.string(), Advisory])) }),
  ),
});

export interface Finding {
  readonly name: string;
  readonly severity: string;
  /** Addresses of what is known; empty where the weakness is that of a package it needs. */
  readonly advisories: readonly string[];
}

export interface Explanation {
  readonly name: string;
  readonly advisory: string;
  /** Day (UTC) until which it counts, `YYYY-MM-DD`. */
  readonly until: string;
}

/** What `npm audit --json` found; undefined when it has no answer, whatever the reason. */
export function findingsIn(output: string): readonly Finding[] | undefined {
  const report = Report.safeParse(parsed(output));
  if (!report.success) return undefined;
  return Object.values(report.data.vulnerabilities).map(({ name, severity, via }) => ({
    name,
    severity,
    advisories: via.flatMap((one) => (typeof one === "string" ? [] : [one.url])),
  }));
}

/** Rows `| package | advisory | explained until | why |` of a document. */
export function explanationsIn(markdown: string): readonly Explanation[] {
  const row = /^\| `([^`]+)` \| (\S+) \| (\d{4}-\d{2}-\d{2}) \| \S.*\|$/gm;
  return [...markdown.matchAll(row)].map(([, name = "", advisory = "", until = ""]) => ({ name, advisory, until }));
}

/** Findings that must be mended or explained. `today`: `YYYY-MM-DD`. */
export function unexplained(
  findings: readonly Finding[],
  explanations: readonly Explanation[],
  today: string,
): readonly Finding[] {
  const valid = explanations.filter(({ until }) => until >= today);
  const isExplained = ({ name, advisories }: Finding) =>
    advisories.every((url) => valid.some((one) => one.name === name && url.includes(one.advisory)));
  return findings
    .filter(({ severity, advisories }) => /^(high|critical)$/.test(severity) && advisories.length > 0)
    .filter((finding) => !isExplained(finding));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** npm ends with 1 both when it finds something and when it fails; what it writes tells which. */
function audit(): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd: root, timeout: PATIENCE_MS, maxBuffer: 64 * 1024 * 1024 };
    execFile("npm", ["audit", "--json", "--omit=dev"], options, (_error, stdout) => resolve(stdout));
  });
}

async function main(): Promise<void> {
  const findings = findingsIn(await audit());
  if (findings === undefined) {
    console.log("The registry does not say what is known of these packages; ask again where it does: npm audit");
    return;
  }
  const today = new Date().toISOString().slice(0, 10);
  const open = unexplained(findings, explanationsIn(await readFile(EXPLAINED, "utf8")), today);
  for (const { name, severity, advisories } of open) console.log(`${severity}: ${name} ${advisories.join(" ")}`);
  console.log(`${findings.length} known, ${open.length} to mend or to explain in build/docs/security.md`);
  if (open.length > 0 && !process.argv.includes("--tell")) process.exitCode = 1;
}

if (import.meta.main) await main();
