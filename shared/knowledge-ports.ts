/** The narrow interfaces of what the school knows about its platform: chunks, embedders, the index; see ports.ts. */

/** One collection each. `improvements` is written by `learn`, the others by `index`; everybody else only reads. */
export const CORPORA = ["documents", "manifests", "issues", "improvements"] as const;
export type Corpus = (typeof CORPORA)[number];

/** A part of a file that makes sense by itself, without secrets: nothing is embedded, stored or sent before that. */
export interface Chunk {
  /** UUID v5 of corpus, source, path, place and part: the same place keeps its id when its text changes. */
  readonly id: string;
  readonly corpus: Corpus;
  /** The repository it comes from: `gitops`, `docs`, `issues` or `school`. */
  readonly source: string;
  readonly path: string;
  /** Where in the file: its headings from the outermost (`A > B`), or the object (`Deployment shop/web`). */
  readonly place: string;
  /** Of a manifest. */
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** First and last line in the file, from 1. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** SHA-256 (hex) of all that is embedded and stored: equal means nothing is to be done. */
  readonly hash: string;
  /** Secrets that were taken out of `text`. */
  readonly redacted: number;
  /** Of a past improvement: where it ended. */
  readonly status?: string;
  /** It says what the platform's owners decided: true or absent. */
  readonly decision?: true;
}

/** A chunk as the index holds it. */
export interface StoredChunk extends Chunk {
  /** Of the repository when it was indexed; empty for improvements. */
  readonly commit: string;
}

/** What is asked for, and what can be filtered by. */
export interface KnowledgeQuery {
  readonly text: string;
  /** All unless given. */
  readonly corpora?: readonly Corpus[];
  readonly namespace?: string;
  readonly kind?: string;
  readonly source?: string;
  /** Of one file only. */
  readonly path?: string;
  /** Only chunks that say what was decided. */
  readonly decision?: true;
  /** Hits in all, best first; 10 unless given, 50 at most. */
  readonly limit?: number;
}

export interface Hit {
  readonly chunk: StoredChunk;
  /** Ranks compare, scores of a fusion do not: 1 is the best of all corpora. */
  readonly rank: number;
  /** -1..1 of the dense vectors, where they were compared. Its meaning depends on the embedder. */
  readonly cosine?: number;
  /** Ranks from 1 in each list it was found in. */
  readonly by: { readonly dense?: number; readonly sparse?: number; readonly rerank?: number };
}

/** Missing evidence is an answer of its own: nothing may pass because nothing could be asked. */
export type Found =
  | {
      readonly kind: "found";
      readonly hits: readonly Hit[];
      readonly states: readonly CorpusState[];
      /** The reranker was away: the order is the fusion's. */
      readonly notes: readonly string[];
    }
  /** Out of reach, wrong key, half built, empty: one sentence that says what and what to do. */
  | {
      readonly kind: "unknown";
      readonly because: string;
      readonly states: readonly CorpusState[];
      /** It is being built for the first time, or will be in a moment: worth waiting for. */
      readonly soon?: true;
    };

/** Reads the index. */
export interface Knowledge {
  /** Throws only the signal's reason; whatever goes wrong is an answer. */
  search(query: KnowledgeQuery, signal?: AbortSignal): Promise<Found>;
  /** State of every corpus, without asking the index. Throws when Redis is away. */
  states(): Promise<readonly CorpusState[]>;
}

/** How far the index is with one source of one corpus. Kept beside the pipeline, so that the dashboard need not ask Qdrant. */
export interface CorpusState {
  readonly corpus: Corpus;
  readonly source: string;
  /** `building` with `collection`: an older one answers meanwhile. */
  readonly state: "building" | "ready" | "failed" | "absent";
  /** The last commit that is wholly indexed. */
  readonly commit?: string;
  readonly files?: number;
  readonly chunks?: number;
  /** ISO 8601, of the last change of this entry. */
  readonly at: string;
  /** Of a failure, or what was left out. */
  readonly because?: string;
  /** Physical collection that answers, and the embedder it was made with. */
  readonly collection?: string;
  readonly embedder?: string;
  readonly redacted?: number;
}

/** Where states and fitted embedders are kept: Redis in a school, memory for a command that runs without one. */
export interface KnowledgeBook {
  states(): Promise<readonly CorpusState[]>;
  note(state: CorpusState): Promise<void>;
  forget(corpus: Corpus, source: string): Promise<void>;
  /**
   * The fitted offline embedder, as `shared/knowledge/embedding` writes it: the newest, or the one with this id. The one
   * before is kept until no collection is made with it any more, so that readers can go by `CorpusState.embedder`.
   */
  model(id?: string): Promise<{ readonly id: string; readonly bytes: Uint8Array } | undefined>;
  keepModel(model: { readonly id: string; readonly bytes: Uint8Array }): Promise<void>;
  /** Counts a retrieval, for the hit rate. */
  count(corpus: Corpus, result: "hit" | "miss" | "unknown"): Promise<void>;
  /** Adds what a vendor counted for embedding texts of this purpose. */
  countTokens(purpose: "document" | "query", tokens: number): Promise<void>;
}

/** What `index` remembers of one source of one corpus, beside what it tells others in a CorpusState. */
export interface IndexLedger {
  /** Physical collection this is about. */
  readonly collection: string;
  /** The version that is wholly in it: a commit, or what the source goes by instead. */
  readonly version?: string;
  /** The version that is being brought in, and the last path of it that is done, in the order of code units. */
  readonly target?: string;
  readonly after?: string;
  /** Files of `version`, and chunks of them in the collection when it was complete. */
  readonly files?: number;
  readonly chunks?: number;
  /** Path -> why nothing of it is indexed. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** Path -> secrets taken out, where there were any. */
  readonly redacted: Readonly<Record<string, number>>;
}

/** What the newest fitted embedder was fitted on. */
export interface FitRecord {
  readonly id: string;
  readonly chunks: number;
  /** Chunks written or removed since then. */
  readonly changed: number;
}

/** The book as `index` writes it. */
export interface IndexBook extends KnowledgeBook {
  ledger(corpus: Corpus, source: string): Promise<IndexLedger | undefined>;
  keepLedger(corpus: Corpus, source: string, ledger: IndexLedger): Promise<void>;
  fit(): Promise<FitRecord | undefined>;
  keepFit(record: FitRecord): Promise<void>;
  /** Forgets every fitted embedder but this one. */
  keepOnlyModel(id: string): Promise<void>;
  /** When the last whole run over this source (`all`: over every one) began; milliseconds since the epoch. */
  lastRun(source: string): Promise<number | undefined>;
  keepRun(source: string, startedAt: number): Promise<void>;
}

/** Turns texts into vectors of one length. */
export interface Embedder {
  /** Names model, dimension and fit: vectors of different ids are never compared. Letters, digits, `-` and `.` only. */
  readonly id: string;
  readonly dimension: number;
  /**
   * One vector of length 1 per text, in their order. Throws RetryLater when out of reach or over limits, PermanentError
   * (wrong key, unknown model) with what to do.
   */
  embed(
    texts: readonly string[],
    purpose: "document" | "query",
    signal?: AbortSignal,
  ): Promise<readonly Float32Array[]>;
}

/** Puts the best first. Throws RetryLater or PermanentError as Embedder does. */
export interface Reranker {
  readonly id: string;
  /** Indexes into `texts`, best first, with the model's own score. */
  rerank(
    query: string,
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly { readonly index: number; readonly score: number }[]>;
}

/** Term ids (unsigned 32 bit, ascending) and weights of a text for BM25; idf is the server's. */
export interface SparseVector {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

export interface Point {
  readonly chunk: StoredChunk;
  readonly dense: Float32Array;
  readonly sparse: SparseVector;
}

/** One physical collection while it is written. Writes are done when they resolve. */
export interface CollectionWriter {
  readonly name: string;
  /** Ids and hashes of what is stored of these paths of a source (all paths unless given). */
  stored(
    source: string,
    paths?: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly hash: string; readonly path: string }>>;
  /** Those of these ids that are stored, with the vectors they were stored with. */
  points(ids: readonly string[]): Promise<readonly Pick<Point, "chunk" | "dense">[]>;
  /** Inserts or replaces. */
  upsert(points: readonly Point[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** Every chunk, in batches, for another embedder. */
  chunks(): AsyncIterable<readonly StoredChunk[]>;
  count(source?: string): Promise<number>;
  /** From now on the alias of the corpus leads here. */
  publish(): Promise<void>;
}

/** Writes the index. Only `index` and `learn` hold its key. Throws RetryLater when Qdrant is away. */
export interface KnowledgeWriter {
  /** The collection of this corpus and embedder, made when it is not there. */
  open(corpus: Corpus, embedder: Pick<Embedder, "id" | "dimension">): Promise<CollectionWriter>;
  /** The collection the alias leads to; undefined before the first `publish`. */
  published(corpus: Corpus): Promise<CollectionWriter | undefined>;
  /** Deletes collections of the corpus that no alias leads to, but this one. */
  removeOthers(corpus: Corpus, keep: string): Promise<void>;
}
