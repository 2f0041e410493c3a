/** school route: which expert each improvement of a file is for, and why. Needs no running school and no Redis. */
import { type Common, JSON_OPTION, type Register } from "../command.ts";

export interface RouteOptions extends Common {
  readonly file: string;
  readonly rules?: string;
  readonly model?: string;
}

const HELP = `
Each line of the file is one improvement as JSON; \`title\` is all it needs:

  {"id": "a1", "title": "Alert on replication lag", "description": "…", "category": "database", "type": "technique"}

The tiers that need no school are asked: keywords, and the classifier (the school's own, or --model FILE). Past improvements,
exact repeats and models are the school's. Where no tier decides the expert is null, and \`ranked\` says who comes next.
With --json one line of JSON comes out for each that goes in, in their order.

Exit codes: 0 every line was routed or needs a person, 1 a line cannot be read (the others are done), 2 typed wrongly.`;

export const route: Register = (program, shell) => {
  program
    .command("route")
    .description("which expert improvements are for: tier, confidence, every vote; needs no running school")
    .requiredOption("--file <improvements.jsonl>", "one improvement as JSON per line, or `-` for standard input")
    .option("--rules <file>", "keyword rules that come before the school's own, as ROUTING_RULES")
    .option("--model <file>", "a classifier, as `school router export --model` writes it, instead of the school's own")
    .option(...JSON_OPTION)
    .addHelpText("after", HELP)
    .action(async (options: RouteOptions) => {
      // Rules and model: no other command should wait for them.
      const { answerRoute } = await import("../../route/answer.ts");
      await answerRoute(options, shell);
    });
};
