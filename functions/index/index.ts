import { embedderOf } from "../../shared/adapters/embedding/open.ts";
import { knowledgeSources } from "../../shared/adapters/knowledge/sources.ts";
import { writeAccess } from "../../shared/adapters/qdrant/settings.ts";
import { knowledgeWriterOf } from "../../shared/adapters/qdrant/writer.ts";
import { offlineFit } from "../../shared/knowledge/indexing/offline.ts";
import { createLog } from "../../shared/runtime/log.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { index } from "./handle.ts";

export const stage = defineStage({
  name: "index",
  ports: (env, { knowledge: book }) => {
    if (writeAccess(env).url === undefined) return { book, indexer: undefined };
    const log = createLog("info", { stage: "index" });
    return {
      book,
      indexer: {
        book,
        readers: knowledgeSources(env, book),
        writer: knowledgeWriterOf(env),
        embedder: () => embedderOf(env, book, { note: (sentence) => log.warn(sentence) }),
        fit: offlineFit,
        log,
      },
    };
  },
  handle: index,
});
