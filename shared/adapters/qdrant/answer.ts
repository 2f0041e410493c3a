/** From a question to an order of chunks: standings, embedders, one request per corpus, fusion, reranking. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import { sparseQuery } from "../../knowledge/embedding/sparse.ts";
import type {
  Corpus,
  CorpusState,
  Embedder,
  Hit,
  KnowledgeBook,
  KnowledgeQuery,
  Reranker,
} from "../../knowledge-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { openClient } from "./client.ts";
import { type Fault, QdrantError, read } from "./faults.ts";
import { fusionFor } from "./fusion.ts";
import { merged } from "./merge.ts";
import { askCorpus } from "./query.ts";
import { queryEmbedders } from "./query-embedders.ts";
import { reranked } from "./rerank.ts";
import type { QdrantAccess } from "./settings.ts";
import type { Standing } from "./standing.ts";
import { type Standings, standingsOf } from "./standings.ts";

/** Of one request to Qdrant. */
const REQUEST_MS = 5_000;
export const HITS = 10;
const MOST_HITS = 50;
/** Characters of a question; what comes after says little more, and embedders have their limits. */
const QUESTION = 8_000;

/** Why there is no answer: a sentence that says what and what to do. */
export class Unknown extends Error {
  /** Worth waiting for. */
  readonly soon: boolean;

  constructor(message: string, soon = false) {
    super(message);
    this.name = "Unknown";
    this.soon = soon;
  }
}

export type Answer = (
  query: KnowledgeQuery,
  corpora: readonly Corpus[],
  states: readonly CorpusState[],
  signal: AbortSignal,
) => Promise<{
  readonly hits: readonly Hit[];
  /** Corpora that answered. */
  readonly asked: readonly Corpus[];
  readonly notes: readonly string[];
}>;

type Ready = Extract<Standing, { readonly kind: "ready" }>;

/** Throws Unknown; whatever the embedder and the book throw has a message of its own. */
export function answerer(env: Environment, access: QdrantAccess, book: KnowledgeBook): Answer {
  const { url } = access;
  let opened: Promise<QdrantClient> | undefined;
  const client = () => (opened ??= openClient(access, REQUEST_MS));
  const standings = standingsOf(client);
  const embedderFor = queryEmbedders(env, book);
  let reranker: Promise<Reranker | undefined> | undefined;
  const rerank = () => (reranker ??= import("../reranking/open.ts").then(({ rerankerOf }) => rerankerOf(env)));

  return async function answer(query, corpora, states, signal) {
    if (url === undefined) throw new Unknown("QDRANT_URL is not set: there is no index to ask");
    const text = query.text.slice(0, QUESTION);
    const sparse = sparseQuery(text);
    if (sparse.indices.length === 0) throw new Unknown("there is no word in the question that could be looked for");
    const vectors = new Map<string, Promise<Float32Array>>();
    const { ready, lists, notes } = await twice(standings, async () => {
      const standing = await read(access, () => standings.of(corpora, states));
      const { ready, notes } = answering(standing, query.corpora !== undefined);
      const lists = await Promise.all(
        ready.map(async (one) => {
          const vector = vectors.get(one.made.id) ?? vectorOf(text, one, embedderFor, signal);
          vectors.set(one.made.id, vector);
          const question = { ...query, dense: await vector, sparse, fusion: fusionFor(one.made) };
          const limit = Math.min(MOST_HITS, query.limit ?? HITS);
          return await read(access, async () => askCorpus(await client(), one.corpus, question, limit));
        }),
      );
      return { ready, lists, notes };
    });
    const { hits, notes: more } = await reranked(await rerank(), text, merged(lists), signal);
    return { hits, asked: ready.map(({ corpus }) => corpus), notes: [...notes, ...more] };
  };
}

/** Those that can answer. Corpora somebody named must all do; of “all” those that hold nothing are left out, with a note. */
function answering(standings: readonly Standing[], areNamed: boolean) {
  const broken = standings.filter(({ kind }) => kind === "broken");
  const holdNothing = standings.filter(({ kind }) => kind === "absent" || kind === "empty");
  const ready = standings.filter((one): one is Ready => one.kind === "ready");
  const missing = areNamed || ready.length === 0 ? [...broken, ...holdNothing] : broken;
  const reasons = (some: readonly Standing[]) => some.flatMap((one) => ("because" in one ? [one.because] : []));
  // Where something else is in the way too, waiting does not help.
  const soon = missing.every((one) => "soon" in one && one.soon === true);
  if (missing.length > 0) throw new Unknown(reasons(missing).join("; "), soon);
  return {
    ready,
    notes: [...reasons(holdNothing), ...ready.flatMap(({ note }) => (note === undefined ? [] : [note]))],
  };
}

async function vectorOf(
  text: string,
  { corpus, made }: Ready,
  embedderFor: ReturnType<typeof queryEmbedders>,
  signal: AbortSignal,
): Promise<Float32Array> {
  const embedder: Embedder | undefined = await embedderFor(made);
  if (embedder === undefined) {
    throw new Unknown(
      `${corpus} were indexed with embedder ${made.id}, which is not the configured one: run \`school index\`, or configure it as it was`,
    );
  }
  const [vector] = await embedder.embed([text], "query", signal);
  if (vector === undefined) throw new Unknown(`embedder ${embedder.id} gave no vector for the question`);
  return vector;
}

/** A collection that was switched a moment ago, or a connection the server closed, deserves a second try; no other fault does. */
async function twice<Value>(standings: Standings, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof QdrantError)) throw error;
    const { kind, isTimeout } = error.fault;
    const isWorthIt = kind === "missing" || kind === "rejected" || (kind === "away" && !isTimeout);
    if (!isWorthIt) throw told(error);
  }
  standings.forget();
  try {
    return await work();
  } catch (error) {
    throw error instanceof QdrantError ? told(error) : error;
  }
}

function told({ fault: { kind, because } }: QdrantError): Unknown {
  const advice: Readonly<Record<Fault["kind"], string>> = {
    away: "see that it runs and that QDRANT_URL is right",
    limited: "ask again in a while",
    refused: "give this process a key that may read",
    missing: "run `school index` to build the index again",
    rejected: "run `school index` to build the index again",
  };
  return new Unknown(`${because}: ${advice[kind]}`);
}
