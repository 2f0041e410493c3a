/** What the search answers with. */
import * as z from "zod";
import { CORPORA } from "../../../shared/knowledge-ports.ts";
import { Time } from "./schemas.ts";

const Line = z.int().min(1);
const Rank = z.int().min(1).optional();

export const CorpusState = z
  .looseObject({
    corpus: z.enum(CORPORA),
    source: z.string(),
    state: z.enum(["building", "ready", "failed", "absent"]),
    commit: z.string().optional().describe("the last that is wholly indexed"),
    files: z.int().min(0).optional(),
    chunks: z.int().min(0).optional(),
    at: Time,
    because: z.string().optional(),
    collection: z.string().optional(),
    embedder: z.string().optional(),
    redacted: z.int().min(0).optional().describe("secrets that were taken out"),
  })
  .meta({ id: "CorpusState" });

const SearchHit = z
  .looseObject({
    rank: z.int().min(1),
    corpus: z.enum(CORPORA),
    source: z.string(),
    path: z.string(),
    place: z.string().describe("headings, or the object"),
    from: Line.describe("first line in the file"),
    to: Line.describe("last line in the file"),
    kind: z.string().optional(),
    namespace: z.string().optional(),
    name: z.string().optional(),
    status: z.string().optional().describe("of a past improvement"),
    text: z.string().describe("secrets taken out"),
    commit: z.string().describe("of the repository when this was indexed"),
    highlights: z
      .array(z.tuple([z.int().min(0), z.int().min(0)]))
      .describe("[from, to) in `text`, UTF-16 units: the words that were asked for"),
    by: z.looseObject({ dense: Rank, sparse: Rank, rerank: Rank }).describe("rank in each list it was found in"),
    cosine: z.number().optional().describe("of the dense vectors; means something else with every embedder"),
  })
  .meta({ id: "SearchHit" });

export const SearchAnswer = z
  .discriminatedUnion("kind", [
    z.looseObject({
      kind: z.literal("found"),
      hits: z.array(SearchHit),
      states: z.array(CorpusState),
      notes: z.array(z.string()).describe("what was left out, or could not be done"),
    }),
    z.looseObject({
      kind: z.literal("unknown"),
      because: z.string().describe("what is wrong, and what to do"),
      states: z.array(CorpusState),
    }),
  ])
  .meta({ id: "SearchAnswer" });
