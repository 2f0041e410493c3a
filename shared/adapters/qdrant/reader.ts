/** Knowledge over Qdrant, with a key that only reads. Whatever goes wrong is the answer `unknown`, never an empty one. */
import {
  CORPORA,
  type Corpus,
  type CorpusState,
  type Found,
  type Hit,
  type Knowledge,
  type KnowledgeBook,
  type KnowledgeQuery,
} from "../../knowledge-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { untilAborted, withinLimit } from "../time-limit.ts";
import { type Answer, answerer, HITS, Unknown } from "./answer.ts";
import { isHit } from "./relevance.ts";
import { readAccess } from "./settings.ts";

/** Of a whole search, the embedding and the reranking included. */
const SEARCH_MS = 20_000;

/** Opens nothing before the first search. Throws ConfigurationError for settings that cannot be read. */
export function knowledgeOf(env: Environment, book: KnowledgeBook): Knowledge {
  const answer = answerer(env, readAccess(env), book);
  return {
    search: (query, signal) => search(answer, book, query, signal),
    states: () => book.states(),
  };
}

async function search(
  answer: Answer,
  book: KnowledgeBook,
  query: KnowledgeQuery,
  signal: AbortSignal | undefined,
): Promise<Found> {
  signal?.throwIfAborted();
  const corpora = [...new Set(query.corpora ?? CORPORA)];
  let states: readonly CorpusState[] = [];
  try {
    const { hits, asked, notes } = await withinLimit(SEARCH_MS, signal, (limited) =>
      untilAborted(limited, async () => {
        states = (await statesOf(book)).filter(({ corpus }) => corpora.includes(corpus));
        return await answer(query, corpora, states, limited);
      }),
    );
    await count(book, asked, (corpus) => (isHit(query.text, of(corpus, hits)) ? "hit" : "miss"));
    return { kind: "found", hits: hits.slice(0, query.limit ?? HITS), states, notes };
  } catch (error) {
    signal?.throwIfAborted();
    await count(book, corpora, () => "unknown");
    const soon = error instanceof Unknown && error.soon;
    return { kind: "unknown", because: reasonOf(error), states, ...(soon ? { soon } : {}) };
  }
}

async function statesOf(book: KnowledgeBook): Promise<readonly CorpusState[]> {
  try {
    return await book.states();
  } catch (error) {
    throw new Unknown(`the state of the index cannot be read, is Redis away? ${messageOf(error)}`);
  }
}

/** A count that is lost must not lose the answer: the book is in Redis, which everything else here hears of anyway. */
async function count(
  book: KnowledgeBook,
  corpora: readonly Corpus[],
  result: (corpus: Corpus) => "hit" | "miss" | "unknown",
): Promise<void> {
  await Promise.allSettled(corpora.map((corpus) => book.count(corpus, result(corpus))));
}

function of(corpus: Corpus, hits: readonly Hit[]): readonly Hit[] {
  return hits.filter(({ chunk }) => chunk.corpus === corpus);
}

function reasonOf(error: unknown): string {
  return error instanceof Error && error.name === "TimeoutError"
    ? `the index does not answer within ${SEARCH_MS / 1_000} seconds`
    : messageOf(error);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
