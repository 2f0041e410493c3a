/** school graph: who talks to whom in a GitOps repository, and what of it is missing. Needs no running school and no cluster. */
import { type Common, JSON_OPTION, type Register } from "../command.ts";

export interface GraphOptions extends Common {
  readonly gitops: string;
  readonly format?: string;
  readonly of?: string;
  readonly depth?: string;
  readonly publicUrl?: string;
  /** The repository of the school itself, as its coordinator sees it. */
  readonly live?: boolean;
}

export const FORMATS: readonly string[] = ["text", "json", "dot", "mermaid"];
/** Edges from the thing asked for, unless somebody says how many. */
export const DEPTH = 3;

export const graph: Register = (program, { terminal, school }) => {
  program
    .command("graph")
    .description("who talks to whom in a GitOps repository, what is missing and where it is named; needs no school")
    .option("--gitops <folder>", "the repository", ".")
    .option("--format <format>", `${FORMATS.join(", ")}; text unless given`)
    .option("--of <object>", "only what this needs and what needs it: Deployment/shop/web, or a name")
    .option("--depth <edges>", `how far from it, ${DEPTH} unless given`)
    .option("--public-url <url>", "the address Argo CD Applications use for this repository")
    .option("--live", "of the school's own repository at its head, as JSON")
    .option(...JSON_OPTION)
    .action(async (options: GraphOptions) => {
      if (options.live === true) {
        const { of, depth } = options;
        const query = new URLSearchParams({
          ...(of === undefined ? {} : { of }),
          ...(depth === undefined ? {} : { depth }),
        });
        return terminal.json(await school().get(`/api/graph?${query.toString()}`));
      }
      // The whole understanding of a repository: no other command should wait for it.
      const { answerGraph } = await import("../../graph/answer.ts");
      await answerGraph(options, terminal);
    });
};
