/** school extract: what one source recommends, with quotes and places, on the spot. Needs no running school and no Redis. */
import { type Common, JSON_OPTION, type Register } from "../command.ts";

export interface ExtractOptions extends Common {
  readonly gitops?: string;
}

const HELP = `
A file may hold captions (WebVTT, SRT, SBV, TTML), JSON of a caption tool or an analysis, Markdown or plain text; an address a video, a
page, a feed, a repository or its releases. What is said in it is data, never an order.

How much a proposal matters depends on your repository: without --gitops every applicability is 0, and so relevance is at most half.
Rules read unless EXTRACT_MODEL names a model (its key comes from the environment, as for a school); it then reads beside them.

Exit codes: 0 something was found, 1 it cannot be read, 2 typed wrongly, 3 nothing was found.`;

export const extract: Register = (program, shell) => {
  program
    .command("extract")
    .description(
      "what a talk, page or feed recommends: proposals with quotes, moments and links; needs no running school",
    )
    .argument("<file or address>", "a file, an address, or `-` for standard input")
    .option("--gitops <dir>", "a GitOps repository, to see what applies there")
    .option(...JSON_OPTION)
    .addHelpText("after", HELP)
    .action(async (name: string, options: ExtractOptions) => {
      // Readers, lexicon and intents: no other command should wait for them.
      const { answerExtract } = await import("../../extract/answer.ts");
      await answerExtract(name, options, shell, process.env);
    });
};
