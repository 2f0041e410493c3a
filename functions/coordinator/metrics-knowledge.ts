/** What is measured of the index: how often it had an answer, how much is in it, and when it was last looked at. */
import { CORPORA, type Corpus } from "../../shared/knowledge-ports.ts";
import type { Sink } from "./metrics.ts";
import type { School } from "./school.ts";

const RESULTS = ["hit", "miss", "unknown"] as const;
const PURPOSES = ["document", "query"] as const;

/** `now`: milliseconds since the epoch. */
export async function collectKnowledge(
  { index: { book } }: Pick<School, "index">,
  count: (field: string) => number,
  now: number,
  sink: Sink,
): Promise<void> {
  const states = await book.states();
  sink.counter(
    "school_rag_queries_total",
    "Questions to a corpus of the index, by whether it had something near",
    CORPORA.flatMap((corpus) =>
      RESULTS.map((result) => [{ corpus, result }, count(`rag:${corpus}:${result}`)] as const),
    ),
  );
  sink.counter(
    "school_rag_embedding_tokens_total",
    "Tokens an embedding API counted, by what was embedded: parts of the index or questions to it",
    PURPOSES.map((purpose) => [{ purpose }, count(`rag_tokens:${purpose}`)]),
  );
  const chunks = new Map<Corpus, number>();
  for (const { corpus, chunks: number = 0 } of states) chunks.set(corpus, (chunks.get(corpus) ?? 0) + number);
  sink.gauge(
    "school_rag_chunks",
    "Chunks in the index",
    [...chunks].map(([corpus, number]) => [{ corpus }, number]),
  );
  sink.gauge(
    "school_rag_ready",
    "1 where a source is wholly indexed",
    states.map(({ corpus, source, state }) => [{ corpus, source }, state === "ready" ? 1 : 0]),
  );
  const whole = await book.lastRun("all");
  const ages = await Promise.all(
    [...new Set(states.map(({ source }) => source))].map(async (source) => {
      const last = Math.max(whole ?? 0, (await book.lastRun(source)) ?? 0);
      return last === 0 ? [] : ([[{ source }, Math.max(0, (now - last) / 1_000)]] as const);
    }),
  );
  sink.gauge("school_rag_index_age_seconds", "Since a run last found a source to be up to date", ages.flat());
}
