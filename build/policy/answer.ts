/** What `school policy` does once its options are read. */
import packageFile from "../../package.json" with { type: "json" };
import { ruleCatalogue } from "../../shared/policy/catalogue.ts";
import type { Finding } from "../../shared/policy/finding.ts";
import type { Shell } from "../cli/command.ts";
import type { PolicyOptions } from "../cli/commands/policy.ts";
import { UsageError } from "../cli/failure.ts";
import { runPolicy } from "./run.ts";
import { sarifOf } from "./sarif.ts";
import { showReport, showRules } from "./show.ts";

const FAILS: Readonly<Record<string, (finding: Finding) => boolean>> = {
  error: ({ severity }) => severity === "error",
  deny: ({ severity, decision }) => severity === "error" || decision === "deny",
  warning: ({ severity }) => severity !== "info",
  human: ({ severity, decision }) => severity === "error" || decision !== "note",
};

/** Prints the report in the form that was asked for; throws UsageError where the options do not fit together. */
export async function answerPolicy(
  paths: readonly string[],
  options: PolicyOptions,
  { terminal, stdin, fail }: Pick<Shell, "terminal" | "stdin" | "fail">,
): Promise<void> {
  const { json = false, sarif = false, all = false, failOn } = options;
  const fails = Object.hasOwn(FAILS, failOn) ? FAILS[failOn] : undefined;
  if (fails === undefined) throw new UsageError(`--fail-on must be one of ${Object.keys(FAILS).join(", ")}`);
  if (json && sarif) throw new UsageError("--json and --sarif exclude each other");
  if (options.rules === true) return json ? terminal.json(ruleCatalogue) : showRules(terminal);
  const report = await runPolicy({ ...options, paths, cwd: process.cwd(), stdin, now: Date.now() });
  if (report.findings.some((one) => one.exempted === undefined && fails(one))) fail();
  if (sarif) return terminal.json(sarifOf(report, packageFile.version));
  if (json) return terminal.json(report);
  showReport(report, terminal, all);
}
