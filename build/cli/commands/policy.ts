/** school policy: judges manifests by the rules the school lives by. Needs no running school, no cluster and no network. */
import { type Common, JSON_OPTION, type Register } from "../command.ts";

export interface PolicyOptions extends Common {
  readonly sarif?: boolean;
  readonly all?: boolean;
  readonly rules?: boolean;
  readonly diff?: string;
  readonly root?: string;
  readonly config?: string;
  readonly publicUrl?: string;
  readonly failOn: string;
}

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
      // The schemas of all of Kubernetes: no other command should wait for them.
      const { answerPolicy } = await import("../../policy/answer.ts");
      await answerPolicy(paths, options, { terminal, stdin, fail });
    });
};
