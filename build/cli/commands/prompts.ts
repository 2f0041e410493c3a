/** school prompts: what the school asks its models, version by version. Needs no running school. */
import { type Common, JSON_OPTION, type Register } from "../command.ts";

export const prompts: Register = (program, { terminal, root }) => {
  const group = program.command("prompts").description("what models are asked: versioned prompts; needs no school");

  group
    .command("list", { isDefault: true })
    .description("every prompt in its newest version, and what it is filled with")
    .option(...JSON_OPTION)
    .action(async (options: Common) => {
      const { listPrompts } = await import("../../prompts/answer.ts");
      await listPrompts(root, options, terminal);
    });

  group
    .command("show")
    .description("the text of a prompt, the parts it shares put in")
    .argument(
      "<name>",
      "<stage>/<name>, of an older version <stage>/<name>@<version>; <name> alone where only one has it",
    )
    .option(...JSON_OPTION)
    .action(async (name: string, options: Common) => {
      const { showPrompt } = await import("../../prompts/answer.ts");
      await showPrompt(root, name, options, terminal);
    });

  group
    .command("diff")
    .description("what became different between two versions, the last two unless given")
    .argument("<name>")
    .argument("[from]", "a version")
    .argument("[to]", "a later one, the newest unless given")
    .option(...JSON_OPTION)
    .action(async (name: string, from: string | undefined, to: string | undefined, options: Common) => {
      const { diffPrompt } = await import("../../prompts/answer.ts");
      await diffPrompt(root, { name, from, to }, options, terminal);
    });
};
