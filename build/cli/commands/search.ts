/** school search: what the platform's documents and manifests say; of a running school, or of folders without one. */
import { InvalidArgumentError } from "commander";
import { CORPORA, type Corpus, type KnowledgeQuery } from "../../../shared/knowledge-ports.ts";
import { type Common, JSON_OPTION, NO_CACHE_OPTION, type Register, type Shell } from "../command.ts";
import { UsageError } from "../failure.ts";

interface Options extends Common {
  readonly docs?: string;
  readonly gitops?: string;
  readonly corpus?: readonly Corpus[];
  readonly namespace?: string;
  readonly kind?: string;
  readonly source?: string;
  readonly limit: number;
  readonly cache: boolean;
}
const MOST = 50;

export const search: Register = (program, shell) => {
  program
    .command("search")
    .description("what documents, manifests, known issues and past improvements say, with the words marked")
    .argument("<question...>", "what to look for")
    .option("--docs <dir>", "a folder of documents: needs no running school, nothing leaves this machine")
    .option("--gitops <dir>", "a folder of manifests, its documents included; the same")
    .option("--corpus <names>", `only ${CORPORA.join(", ")}; several with commas`, corporaOf)
    .option("--namespace <name>", "only manifests of it")
    .option("--kind <kind>", "only manifests of it, as Kubernetes writes it")
    .option("--source <name>", "only from gitops, docs, issues or school")
    .option("--limit <number>", `at most so many, 1 to ${MOST}`, limitOf, 10)
    .option(...NO_CACHE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", "\nExit codes: 0 answered, 2 typed wrongly, 3 the index cannot say anything, and says why.")
    .action(async (words: readonly string[], options: Options) => {
      const question = words.join(" ").trim();
      if (question === "") throw new UsageError("say what to look for");
      const answer = await answerTo(question, options, shell);
      const { terminal } = shell;
      if (answer.kind === "unknown") shell.fail(3);
      if (options.json === true) return terminal.json(answer);
      if (answer.kind === "unknown") return terminal.note(`nothing could be asked: ${answer.because}`);
      const { showHits } = await import("../../knowledge/show-hits.ts");
      showHits(terminal, question, answer.hits);
      for (const note of answer.notes) terminal.note(note);
    });
};

async function answerTo(question: string, options: Options, shell: Shell) {
  const { docs, gitops, corpus: corpora, namespace, kind, source, limit } = options;
  const { searchAnswer } = await import("../../../functions/coordinator/api/search.ts");
  if (docs === undefined && gitops === undefined) {
    const query = new URLSearchParams({ q: question, limit: String(limit) });
    for (const [name, value] of Object.entries({ corpus: corpora?.join(","), namespace, kind, source })) {
      if (value !== undefined) query.set(name, value);
    }
    return await shell.school().get<ReturnType<typeof searchAnswer>>(`/api/search?${query.toString()}`);
  }
  const { openFolders } = await import("../../knowledge/open-folders.ts");
  const folders = await openFolders(
    { docs, gitops },
    {
      note: (text) => shell.terminal.note(text),
      stopped: shell.stopped,
      cache: options.cache ? shell.cache : undefined,
    },
  );
  try {
    const asked = corpora ?? (folders.corpora.length > 0 ? folders.corpora : undefined);
    const filters = Object.entries({ corpora: asked, namespace, kind, source }).filter(
      ([, value]) => value !== undefined,
    );
    const query = { text: question, limit, ...Object.fromEntries(filters) } as KnowledgeQuery;
    return searchAnswer(question, await folders.knowledge.search(query, shell.stopped));
  } finally {
    await folders.close();
  }
}

function corporaOf(text: string): readonly Corpus[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !(CORPORA as readonly string[]).includes(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`${wrong} is none of ${CORPORA.join(", ")}`);
  return names as readonly Corpus[];
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
    throw new InvalidArgumentError(`a number from 1 to ${MOST}`);
  return limit;
}
