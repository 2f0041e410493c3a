/** index: keeps what the school knows of its platform up to date, a round at a time. */
import { indexAll, type RoundDone } from "../../shared/knowledge/indexing/index-all.ts";
import type { Indexer } from "../../shared/knowledge/indexing/ports.ts";
import type { IndexBook } from "../../shared/knowledge-ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { goOn, type OutcomeOf, observed } from "../../shared/runtime/outcome.ts";
import type { Asked, Context, InputOf } from "../../shared/runtime/stage.ts";

export interface IndexPorts {
  readonly book: Pick<IndexBook, "lastRun" | "keepRun">;
  /** Undefined: there is no index to keep. */
  readonly indexer: Indexer | undefined;
}

/** Milliseconds of a round; a batch that is under way when it is over is finished. */
const ROUND_MS = 20_000;
/** An operator's mistake takes a person to mend; what is away is looked for sooner. */
const MISTAKE_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * Many requests are one run: a request that is older than the beginning of the last whole run asks for nothing new. What
 * fails is told in the states of its sources and tried again for as long as it takes: giving up would only hide it.
 */
export async function index(
  { change: { source }, asked }: InputOf<"index">,
  { book, indexer }: IndexPorts,
  { now, signal }: Pick<Context, "now" | "signal">,
): Promise<OutcomeOf<"index">> {
  if (indexer === undefined) return observed("there is no index: QDRANT_URL is not set");
  if (await isCovered(source, asked, book)) return observed(`a run that began later has seen all of ${source}`);
  const startedAt = now();
  const done = await indexAll(source, indexer, {
    now,
    signal,
    isOver: () => now() - startedAt >= ROUND_MS,
  });
  if (done.more) return goOn(`${done.changed} chunks written or removed; there is more`);
  if (done.failures.length > 0) throw retryOf(done);
  await book.keepRun(source, startedAt);
  return observed(`${source} is indexed: ${done.changed} chunks written or removed`);
}

async function isCovered(source: string, { at }: Asked, book: IndexPorts["book"]): Promise<boolean> {
  if (at === undefined) return false;
  const runs = await Promise.all([book.lastRun("all"), source === "all" ? undefined : book.lastRun(source)]);
  return runs.some((startedAt) => startedAt !== undefined && startedAt > at);
}

function retryOf({ failures }: RoundDone): RetryLater {
  const waits = failures.map(({ error }) => (error instanceof RetryLater ? error.afterMs : MISTAKE_RETRY_MS));
  const said = failures.map(({ corpus, source, error }) => {
    return `${corpus} of ${source}: ${error instanceof Error ? error.message : String(error)}`;
  });
  const [first] = failures;
  return new RetryLater([...new Set(said)].join("; "), Math.min(LONGEST_RETRY_MS, ...waits), {
    free: true,
    cause: first?.error,
  });
}
