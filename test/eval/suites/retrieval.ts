/** Whether questions find the document or the manifest that answers them. */
import path from "node:path";
import { measureRetrieval } from "../retrieval/measure.ts";
import { readQueries } from "../retrieval/queries.ts";
import type { Suite } from "../suite.ts";

const sets = path.join(import.meta.dirname, "../sets");

export const suite: Suite = {
  name: "retrieval",
  run: ({ seed }) =>
    measureRetrieval({
      docs: path.join(sets, "platform/docs"),
      gitops: path.join(sets, "platform/gitops"),
      queries: readQueries(path.join(sets, "retrieval.jsonl")),
      text: "own",
      seed,
    }),
};
