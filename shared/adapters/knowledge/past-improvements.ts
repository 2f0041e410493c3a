/** Past improvements in the index. Everything heavy is loaded by the first one: a cold start must not wait for it. */
import type { Improvement } from "../../domain/improvement.ts";
import type { IndexBook } from "../../knowledge-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { writeAccess } from "../qdrant/settings.ts";

export interface PastImprovements {
  /** Writes it, or its new outcome. Throws RetryLater when the index is out of reach, PermanentError when it refuses. */
  keep(improvement: Improvement, when: { now: () => number; signal: AbortSignal }): Promise<void>;
}

/** Undefined where there is no index. Throws ConfigurationError. */
export function pastImprovements(env: Environment, book: IndexBook): PastImprovements | undefined {
  if (writeAccess(env).url === undefined) return undefined;
  async function open() {
    const [{ knowledgeWriterOf }, { embedderOf }, { keepImprovement }] = await Promise.all([
      import("../qdrant/writer.ts"),
      import("../embedding/open.ts"),
      import("../../knowledge/indexing/keep-improvement.ts"),
    ]);
    const tools = { writer: knowledgeWriterOf(env), book, embedder: () => embedderOf(env, book) };
    return (improvement: Improvement, when: { now: () => number; signal: AbortSignal }) =>
      keepImprovement(improvement, { ...tools, ...when });
  }
  let opening: ReturnType<typeof open> | undefined;
  return {
    async keep(improvement, when) {
      opening ??= open();
      await (await opening)(improvement, when);
    },
  };
}
