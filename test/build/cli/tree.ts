/** The tree of commands, without a terminal or a school. */
import type { Command } from "commander";
import type { Shell } from "../../../build/cli/command.ts";
import { schoolProgram } from "../../../build/cli/program.ts";

export const program = schoolProgram({} as Shell);

/** Every command that does something, by its words: `sources show`. A group's default is the group's own name, too. */
export function commandsOf(command: Command = program, path: readonly string[] = []): Map<string, Command> {
  const found = command.commands.flatMap((child): [string, Command][] => {
    const words = [...path, child.name()];
    return child.commands.length > 0 ? [...commandsOf(child, words)] : [[words.join(" "), child]];
  });
  return new Map(found);
}
