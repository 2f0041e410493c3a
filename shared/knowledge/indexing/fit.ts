/** When the offline embedder is fitted on the platform's own texts, and again when they have become others. */
import type { Corpus, Embedder, FitRecord, IndexBook, KnowledgeWriter } from "../../knowledge-ports.ts";
import { embeddedText } from "../chunking/embedded-text.ts";
import { isOffline } from "./offline.ts";
import type { Indexer, Round } from "./ports.ts";

/** Past improvements are few and come one by one; they are embedded with the others' fit. */
const FITTED_ON: readonly Corpus[] = ["documents", "manifests", "issues"];
/** Fewer say too little about which words belong together. */
export const FEWEST_CHUNKS = 200;
/** Of more, every second, third, … is taken: a fit takes time and memory with each. */
const MOST_TEXTS = 20_000;
/** A third of what it was fitted on has changed. */
const CHANGED_SHARE = 1 / 3;

type Tools = Pick<Indexer, "writer" | "book" | "log" | "fit"> & { readonly embedder: Embedder; readonly round: Round };

/** True when there is a new embedder now, whose collections are still to be made. */
export async function fitWhereDue({ writer, book, log, fit, embedder, round }: Tools): Promise<boolean> {
  if (fit === undefined || !isOffline(embedder)) return false;
  const chunks = await countOf(writer);
  const before = await book.fit();
  if (!isDue(before, chunks, embedder)) return false;
  const texts = await textsOf(writer, Math.ceil(chunks / MOST_TEXTS));
  const startedAt = round.now();
  const model = await fit(texts, round.signal);
  const isNew = model.id !== embedder.id;
  if (isNew) await book.keepModel(model);
  await book.keepFit({ id: model.id, chunks, changed: 0 });
  const facts = { embedder: model.id, texts: texts.length, ms: Math.round(round.now() - startedAt) };
  log.info(facts, "the offline embedder was fitted on the platform's own texts");
  return isNew;
}

/** Adds to what has changed since the fit. */
export async function countChanges(book: IndexBook, changed: number): Promise<void> {
  const record = changed === 0 ? undefined : await book.fit();
  if (record !== undefined) await book.keepFit({ ...record, changed: record.changed + changed });
}

function isDue(before: FitRecord | undefined, chunks: number, embedder: Embedder): boolean {
  if (chunks < FEWEST_CHUNKS) return false;
  if (before === undefined || before.id !== embedder.id) return true;
  return before.changed > before.chunks * CHANGED_SHARE;
}

async function countOf(writer: KnowledgeWriter): Promise<number> {
  let sum = 0;
  for (const corpus of FITTED_ON) sum += (await (await writer.published(corpus))?.count()) ?? 0;
  return sum;
}

/** Every `step`-th text. */
async function textsOf(writer: KnowledgeWriter, step: number): Promise<string[]> {
  const texts: string[] = [];
  let seen = 0;
  for (const corpus of FITTED_ON) {
    const collection = await writer.published(corpus);
    if (collection === undefined) continue;
    for await (const chunks of collection.chunks()) {
      for (const chunk of chunks) {
        if (seen % step === 0) texts.push(embeddedText(chunk));
        seen += 1;
      }
    }
  }
  return texts;
}
