/** A past improvement with its outcome, as `learn` puts it into the index: once, however often it comes. */
import type { Improvement } from "../../domain/improvement.ts";
import type { CollectionWriter, Embedder, IndexBook, KnowledgeWriter } from "../../knowledge-ports.ts";
import { RetryLater } from "../../runtime/errors.ts";
import { chunkOfImprovement } from "../chunking/chunk-improvement.ts";
import { SCHOOL } from "./index-corpus.ts";
import { endlessRound } from "./ports.ts";
import { putIn } from "./put-in.ts";
import { readyState, sameState } from "./states.ts";

export interface ImprovementTools {
  readonly writer: KnowledgeWriter;
  readonly book: Pick<IndexBook, "states" | "note">;
  /** The one that is configured now. */
  readonly embedder: () => Promise<Embedder>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const TRIES = 3;
const RETRY_MS = 10_000;

/** Throws what the writer and the embedder throw. */
export async function keepImprovement(improvement: Improvement, tools: ImprovementTools): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const embedder = await tools.embedder();
    const collection = await tools.writer.open("improvements", embedder);
    await put(improvement, collection, embedder, tools);
    // The index went over to another embedder meanwhile and may have looked at the old collection before this was in it.
    if ((await tools.embedder()).id === embedder.id) return tell(collection, embedder, tools);
  }
  throw new RetryLater("the embedder changed while a past improvement was written", RETRY_MS, { free: true });
}

async function put(
  improvement: Improvement,
  collection: CollectionWriter,
  embedder: Embedder,
  { now, signal }: ImprovementTools,
): Promise<void> {
  const chunk = chunkOfImprovement(improvement);
  const stored = await collection.stored(SCHOOL, [chunk.path]);
  if (stored.get(chunk.id)?.hash === chunk.hash) return;
  await putIn([{ ...chunk, commit: "" }], { collection, embedder, round: endlessRound(now, signal) });
}

/** The first one opens the collection to readers; where another embedder's answers, the index takes this one over. */
async function tell(
  collection: CollectionWriter,
  embedder: Embedder,
  { writer, book, now }: ImprovementTools,
): Promise<void> {
  const published = await writer.published("improvements");
  if (published === undefined) await collection.publish();
  else if (published.name !== collection.name) return;
  const chunks = await collection.count(SCHOOL);
  const ledger = { collection: collection.name, chunks, leftOut: {}, redacted: {} };
  const state = readyState({ corpus: "improvements", source: SCHOOL }, ledger, embedder, now());
  const before = (await book.states()).find(({ corpus }) => corpus === "improvements");
  if (!sameState(before, state)) await book.note(state);
}
