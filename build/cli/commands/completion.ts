/** school completion: what a shell needs to complete the commands and options, made of the tree of commands. */
import { Argument } from "commander";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { SHELLS, type ShellName, shellScript } from "../completion.ts";

export const completion: Register = (program, { terminal }) => {
  program
    .command("completion")
    .description("a script that completes commands and options: `source <(school completion bash)`")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .option(...JSON_OPTION)
    .action((shell: ShellName, { json }: Common) => {
      const script = shellScript(program, shell);
      if (json === true) return terminal.json({ shell, script });
      terminal.line(script);
    });
};
