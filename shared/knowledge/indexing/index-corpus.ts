/** Brings one corpus up to date: its collection, its sources, its alias. */
import type { CollectionWriter, Corpus, CorpusState, Embedder } from "../../knowledge-ports.ts";
import { carryOver } from "./carry-over.ts";
import { indexSource, isComplete } from "./index-source.ts";
import type { Indexer, Round, SourceReader } from "./ports.ts";
import { buildingState, failedState, type Place, readyState, sameState } from "./states.ts";

export interface Failure extends Place {
  readonly error: unknown;
}
export interface CorpusIndexed {
  /** The round is over, or something newer may stand there by now. */
  readonly more: boolean;
  readonly failures: readonly Failure[];
  /** Chunks written and removed. */
  readonly changed: number;
}

/** Written by `learn`; the index only takes it over to another embedder. */
export const SCHOOL = "school";

type Tools = Pick<Indexer, "writer" | "book" | "log"> & { readonly embedder: Embedder; readonly round: Round };

/**
 * `asked`: the source to look at, or `all`; those that are not complete are looked at in any case. A failure of one
 * source is told in its state and stops no other; only the signal's reason is thrown, and what the book throws.
 */
export async function indexCorpus(
  corpus: Corpus,
  readers: readonly SourceReader[],
  asked: string,
  tools: Tools,
): Promise<CorpusIndexed> {
  const { writer, book, embedder, round, log } = tools;
  const states = new Map((await book.states()).filter((one) => one.corpus === corpus).map((one) => [one.source, one]));
  const places = corpus === "improvements" ? [{ corpus, source: SCHOOL }] : readers;
  const failures: Failure[] = [];
  let changed = 0;
  let more = false;
  let switched = false;
  // Not configured, and never was.
  if (places.length === 0 && states.size === 0) return { more, failures, changed };

  async function note(state: CorpusState): Promise<void> {
    if (sameState(states.get(state.source), state)) return;
    states.set(state.source, state);
    await book.note(state);
  }
  async function fail({ source }: Place, error: unknown): Promise<void> {
    round.signal.throwIfAborted();
    failures.push({ corpus, source, error });
    await note(failedState({ corpus, source }, states.get(source), error, round.now()));
  }
  const begin = (place: Place) => note(buildingState(place, states.get(place.source), round.now()));

  async function open(): Promise<CollectionWriter | undefined> {
    const published = await writer.published(corpus);
    const collection = await writer.open(corpus, embedder);
    if (published === undefined || published.name === collection.name) return collection;
    for (const place of places) await begin(place);
    if (!(await carryOver(published, { collection, embedder, round }))) return undefined;
    await collection.publish();
    for (const state of states.values()) {
      if (state.collection === undefined) continue;
      await note({ ...state, collection: collection.name, embedder: embedder.id });
    }
    // Written to the old one before its writer saw the new one.
    await carryOver(published, { collection, embedder, round: { ...round, isOver: () => false } });
    switched = true;
    log.info({ corpus, collection: collection.name }, "the corpus is answered by a collection of another embedder");
    return collection;
  }

  async function bring(reader: SourceReader, collection: CollectionWriter): Promise<void> {
    const { source } = reader;
    const due =
      asked === "all" ||
      asked === source ||
      reader.follows?.includes(asked) ||
      !isComplete(await book.ledger(corpus, source), collection.name);
    const count = (chunks: number) => (changed += chunks);
    if (due) {
      const tool = { collection, embedder, book, round, begin: () => begin(reader), changed: count };
      if ((await indexSource(reader, tool)) === "more") more = true;
    }
  }

  async function tellReady(collection: CollectionWriter): Promise<void> {
    for (const { source } of places) {
      if (failures.some((failure) => failure.source === source)) continue;
      const place = { corpus, source };
      const ledger = await book.ledger(corpus, source);
      if (corpus === "improvements") {
        const facts = {
          collection: collection.name,
          chunks: await collection.count(SCHOOL),
          leftOut: {},
          redacted: {},
        };
        await note(readyState(place, facts, embedder, round.now()));
      } else if (ledger !== undefined && isComplete(ledger, collection.name)) {
        await note(readyState(place, ledger, embedder, round.now()));
      }
    }
  }

  try {
    const collection = await open();
    if (collection === undefined) return { more: true, failures, changed };
    for (const reader of readers) {
      await bring(reader, collection).catch((error: unknown) => fail(reader, error));
      if (round.isOver()) break;
    }
    for (const { source } of states.values()) {
      if (!places.some((place) => place.source === source)) await forget(source, collection);
    }
    if (more || (round.isOver() && !(await whole(collection)))) return { more: true, failures, changed };
    if (places.length > failures.length) await collection.publish();
    await tellReady(collection);
    // A new embedder may have reached `learn` before it reached this process: its collection is not in anybody's way.
    if (switched || corpus !== "improvements") await writer.removeOthers(corpus, collection.name);
  } catch (error) {
    for (const place of places) await fail(place, error);
  }
  return { more, failures, changed };

  /** Nobody reads this source any more. */
  async function forget(source: string, collection: CollectionWriter): Promise<void> {
    await collection.remove([...(await collection.stored(source)).keys()]);
    await book.forget(corpus, source);
    log.info({ corpus, source }, "a source that is not configured any more was taken out of the index");
  }

  async function whole(collection: CollectionWriter): Promise<boolean> {
    const ledgers = await Promise.all(readers.map(({ source }) => book.ledger(corpus, source)));
    return ledgers.every((ledger) => isComplete(ledger, collection.name));
  }
}
