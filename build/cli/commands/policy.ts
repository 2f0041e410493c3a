/** school policy: judges manifests by the rules the school lives by. Needs no running school, no cluster and no network. */
import packageFile from "../../../package.json" with { type: "json" };
import { ruleCatalogue } from "../../../shared/policy/catalogue.ts";
import type { Finding } from "../../../shared/policy/finding.ts";
import { runPolicy } from "../../policy/run.ts";
import { sarifOf } from "../../policy/sarif.ts";
import { showReport, showRules } from "../../policy/show.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { UsageError } from "../failure.ts";

interface PolicyOptions extends Common {
  readonly sarif?: boolean;
  readonly all?: boolean;
  readonly rules?: boolean;
  readonly diff?: string;
  readonly root?: string;
  readonly config?: string;
  readonly publicUrl?: string;
  readonly failOn: string;
}

const FAILS: Readonly<Record<string, (finding: Finding) => boolean>> = {
  error: ({ severity }) => severity === "error",
  deny: ({ severity, decision }) => severity === "error" || decision === "deny",
  warning: ({ severity }) => severity !== "info",
  human: ({ severity, decision }) => severity === "error" || decision !== "note",
};

export const policy: Register = (program, { terminal, stdin, fail }) => {
  program
    .command("policy")
    .description(
      "judge manifests by the school's rules, without a school: exit code 0 nothing found, 1 found, 2 typed wrongly",
    )
    .argument("[paths...]", "folders and files of one repository, or - for standard input", ["."])
    .option("--diff <base>", "only what is new since this commit, judged like a change")
    .option(
      "--fail-on <level>",
      "error; warning; deny or human: what the school would be refused, or have to ask for",
      "error",
    )
    .option("--config <file>", "policy file to use instead of the repository's .cortex-school.yaml")
    .option("--root <folder>", "the repository, where it is not the work tree around the paths")
    .option("--public-url <url>", "the address Argo CD Applications use for this repository")
    .option("--all", "show findings of severity info too")
    .option("--rules", "list the rules")
    .option("--sarif", "SARIF 2.1.0 on standard output and nothing else")
    .option(...JSON_OPTION)
    .action(async (paths: readonly string[], options: PolicyOptions) => {
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
    });
};
