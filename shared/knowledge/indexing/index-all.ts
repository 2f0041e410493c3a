/** One round over everything the school knows its platform by. Pure over its ports: no Redis, no process, no clock. */
import { CORPORA } from "../../knowledge-ports.ts";
import { countChanges, fitWhereDue } from "./fit.ts";
import { type Failure, indexCorpus } from "./index-corpus.ts";
import type { Indexer, Round } from "./ports.ts";
import { failedState } from "./states.ts";

export interface RoundDone {
  /** There is more to do: come back at once. */
  readonly more: boolean;
  /** Told in the states of the sources, too. */
  readonly failures: readonly Failure[];
  /** Chunks written and removed. */
  readonly changed: number;
}

/**
 * Brings the index up to date with `asked` (`gitops`, `docs`, `issues`, or `all`), and whatever else is not complete, as
 * far as the round lasts. A second run with nothing new writes nothing. Throws the signal's reason, and what the book
 * throws.
 */
export async function indexAll(asked: string, indexer: Indexer, round: Round): Promise<RoundDone> {
  const { readers, book } = indexer;
  const failures: Failure[] = [];
  const embedder = await indexer.embedder().catch((error: unknown) => {
    for (const { corpus, source } of readers) failures.push({ corpus, source, error });
  });
  if (embedder === undefined) {
    await noteFailures(indexer, failures, round);
    return { more: false, failures, changed: 0 };
  }
  let more = false;
  let changed = 0;
  for (const corpus of CORPORA) {
    const own = readers.filter((reader) => reader.corpus === corpus);
    const done = await indexCorpus(corpus, own, asked, { ...indexer, embedder, round });
    failures.push(...done.failures);
    changed += done.changed;
    more ||= done.more;
    if (more && round.isOver()) break;
  }
  await countChanges(book, changed);
  if (more) return { more, failures, changed };
  if (await fitWhereDue({ ...indexer, embedder, round })) return { more: true, failures, changed };
  if (failures.length === 0 && indexer.fit !== undefined) await book.keepOnlyModel(embedder.id);
  return { more: false, failures, changed };
}

/** There is no embedder: nothing was looked at. */
async function noteFailures({ book }: Indexer, failures: readonly Failure[], { now }: Round): Promise<void> {
  const states = await book.states();
  for (const { corpus, source, error } of failures) {
    const before = states.find((state) => state.corpus === corpus && state.source === source);
    await book.note(failedState({ corpus, source }, before, error, now()));
  }
}

/** Passes until nothing is left: what was resumed is looked at again, a fit makes new collections. */
const MOST_PASSES = 10;

/** The same to the end, for who does not have to stop in between. */
export async function indexWholly(indexer: Indexer, round: Round): Promise<RoundDone> {
  let done = await indexAll("all", indexer, round);
  let { changed } = done;
  for (let pass = 1; done.more && pass < MOST_PASSES; pass += 1) {
    done = await indexAll("all", indexer, round);
    changed += done.changed;
  }
  return { ...done, changed };
}
