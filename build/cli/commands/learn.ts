/** school learn: hands transcripts, texts or addresses to the school. */
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure, UsageError } from "../failure.ts";
import { readSource } from "../source-files.ts";

interface Options extends Common {
  readonly title?: string;
  readonly again?: boolean;
}

export const learn: Register = (program, { terminal, school, stdin, fail }) => {
  program
    .command("learn")
    .description(
      "hand in talks to learn from: captions, text, Markdown or JSON of any common tool; - reads standard input",
    )
    .argument("<file...>", "files, addresses (https://…) or -")
    .option("--title <title>", "its title, when there is one source only")
    .option("--again", "read it although it was read before")
    .option(...JSON_OPTION)
    .action(async (names: string[], options: Options) => {
      if (options.title !== undefined && names.length > 1) throw new UsageError("--title fits one source only");
      const client = school();
      const results = [];
      for (const name of names) {
        try {
          const source = await readSource(name, stdin);
          const { event } = await client.post<{ event: string }>("/api/sources", {
            ...source,
            ...(options.title === undefined ? {} : { title: options.title }),
            again: options.again ?? false,
          });
          results.push({ source: name, event });
          if (options.json !== true) terminal.line(`${name}: handed in`);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          results.push({ source: name, error: error.message });
          terminal.note(`school: ${name}: ${error.message}`);
          fail();
        }
      }
      if (options.json === true) terminal.json({ sources: results });
      else if (results.some((result) => "event" in result)) {
        terminal.line("`school watch` shows what becomes of it, `school list` what was found.");
      }
    });
};
