/** Brings one source of one corpus up to date in one collection, as far as the round lasts. */
import type { CollectionWriter, Embedder, IndexBook, IndexLedger } from "../../knowledge-ports.ts";
import { type FilesIndexed, indexFiles } from "./index-files.ts";
import type { Round, SourceReader } from "./ports.ts";
import { slicesOf } from "./slices.ts";

export interface SourceTools {
  readonly collection: CollectionWriter;
  readonly embedder: Embedder;
  readonly book: IndexBook;
  readonly round: Round;
  /** Called once, before anything is written. */
  readonly begin: () => Promise<void>;
  /** Counts chunks that were written or removed. */
  readonly changed: (chunks: number) => void;
}

/** Files that are read and compared together. */
const TOGETHER = 20;

/**
 * Looks only at files that differ from the version that is in the collection; where that cannot be told (a first run,
 * rewritten history, a collection that lost something) at all of them, and embeds what is really new in either case.
 * `more`: the round is over, or something newer may stand there by now; what was done is not done again.
 */
export async function indexSource(reader: SourceReader, tools: SourceTools): Promise<"complete" | "more"> {
  const { collection, book, round } = tools;
  const { corpus, source } = reader;
  let ledger = await soundLedger(reader, tools);
  const resumed = await filesOf(reader, ledger.target, round);
  // Half of a version nobody can read any more: what is in the collection is no version at all.
  if (ledger.target !== undefined && resumed === undefined) ledger = nothingIn(collection);
  const target = resumed === undefined ? await reader.version(round.signal) : (ledger.target as string);
  if (ledger.version === target) return "complete";
  const all = resumed ?? (await filesOf(reader, target, round));
  // Moved on between the two questions.
  if (all === undefined) return "more";

  const known = await filesOf(reader, ledger.version, round);
  const { after } = resumed === undefined ? {} : ledger;
  const paths = differing(known, all).filter((path) => after === undefined || path > after);
  if (paths.length > 0) await tools.begin();
  for (const some of slicesOf(paths, TOGETHER)) {
    const done = await indexFiles(reader, { paths: some, all, version: target }, tools);
    tools.changed(done.changed);
    if (!done.complete) return "more";
    ledger = { ...noted(ledger, some, done), target, after: some.at(-1) as string };
    await book.keepLedger(corpus, source, ledger);
    if (round.isOver()) return "more";
  }
  if (known === undefined) tools.changed(await removeStrangers(collection, source, all));
  const { leftOut, redacted } = ledger;
  await book.keepLedger(corpus, source, {
    collection: collection.name,
    version: target,
    files: all.size,
    chunks: await collection.count(source),
    leftOut: only(leftOut, all),
    redacted: only(redacted, all),
  });
  return resumed === undefined ? "complete" : "more";
}

/** Whether a source is wholly in this collection, as far as anybody knows. */
export function isComplete(ledger: IndexLedger | undefined, collection: string): boolean {
  return ledger?.collection === collection && ledger.version !== undefined && ledger.target === undefined;
}

/** What is known of this collection; nothing when it does not hold what it should. */
async function soundLedger(
  { corpus, source }: SourceReader,
  { book, collection }: Pick<SourceTools, "book" | "collection">,
): Promise<IndexLedger> {
  const nothing = nothingIn(collection);
  const kept = await book.ledger(corpus, source);
  if (kept === undefined || kept.collection !== collection.name) return nothing;
  if (kept.target !== undefined || kept.version === undefined) return kept;
  return (await collection.count(source)) === kept.chunks ? kept : nothing;
}

function nothingIn({ name }: CollectionWriter): IndexLedger {
  return { collection: name, leftOut: {}, redacted: {} };
}

async function filesOf(reader: SourceReader, version: string | undefined, { signal }: Round) {
  return version === undefined ? undefined : reader.files(version, signal);
}

/** Paths that were added, changed or deleted, in the order of code units. */
function differing(known: ReadonlyMap<string, string> | undefined, all: ReadonlyMap<string, string>): string[] {
  const changed = [...all].filter(([path, content]) => known?.get(path) !== content).map(([path]) => path);
  const deleted = known === undefined ? [] : [...known.keys()].filter((path) => !all.has(path));
  return [...changed, ...deleted].sort();
}

/** Removes what belongs to no file. */
async function removeStrangers(
  collection: CollectionWriter,
  source: string,
  all: ReadonlyMap<string, string>,
): Promise<number> {
  const strangers = [...(await collection.stored(source))].filter(([, { path }]) => !all.has(path)).map(([id]) => id);
  if (strangers.length > 0) await collection.remove(strangers);
  return strangers.length;
}

function noted(ledger: IndexLedger, paths: readonly string[], { leftOut, redacted }: FilesIndexed): IndexLedger {
  const looked = new Set(paths);
  const without = <Value>(facts: Readonly<Record<string, Value>>) =>
    Object.entries(facts).filter(([path]) => !looked.has(path));
  return {
    ...ledger,
    leftOut: Object.fromEntries([...without(ledger.leftOut), ...leftOut]),
    redacted: Object.fromEntries([...without(ledger.redacted), ...redacted]),
  };
}

function only<Value>(facts: Readonly<Record<string, Value>>, all: ReadonlyMap<string, string>) {
  return Object.fromEntries(Object.entries(facts).filter(([path]) => all.has(path)));
}
