/** What the indexer works with, and for how long at a time. */
import type { Chunk, Corpus, Embedder, IndexBook, KnowledgeWriter } from "../../knowledge-ports.ts";

/** Named texts of which one version is current: a repository's files of one corpus, the issues of a tracker. */
export interface SourceReader {
  readonly corpus: Corpus;
  /** `gitops`, `docs` or `issues`. */
  readonly source: string;
  /** Other sources whose change may be one of this, too. */
  readonly follows?: readonly string[];
  /** What stands there now: a commit, or whatever else changes with the texts. Throws RetryLater. */
  version(signal?: AbortSignal): Promise<string>;
  /** Path -> what its content is known by; undefined when this version can no longer be read. */
  files(version: string, signal?: AbortSignal): Promise<ReadonlyMap<string, string> | undefined>;
  /** What is in files, given as `files` tells of them; one that has no entry is empty. */
  chunks(files: ReadonlyMap<string, string>, signal?: AbortSignal): Promise<ReadonlyMap<string, FileRead>>;
}

export interface FileRead {
  readonly chunks: readonly Chunk[];
  /** Why the file, or a part of it, is left out. */
  readonly leftOut?: string;
}

/** Long work is cut into rounds, so that a process that has to stop loses nothing. */
export interface Round {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** True: put down what is done and come back. */
  readonly isOver: () => boolean;
  readonly signal: AbortSignal;
}

export interface IndexLog {
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
}

export interface Indexer {
  readonly readers: readonly SourceReader[];
  readonly writer: KnowledgeWriter;
  readonly book: IndexBook;
  /** The one that is configured now; another id than before means new collections. */
  readonly embedder: () => Promise<Embedder>;
  /** Of the offline embedder only: fits it on the platform's own texts. */
  readonly fit?: (
    texts: readonly string[],
    signal: AbortSignal,
  ) => Promise<{ readonly id: string; readonly bytes: Uint8Array }>;
  readonly log: IndexLog;
}

/** A round that ends only when `signal` does. */
export function endlessRound(now: () => number, signal: AbortSignal = new AbortController().signal): Round {
  return { now, signal, isOver: () => false };
}
