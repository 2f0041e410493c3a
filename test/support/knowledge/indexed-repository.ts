/** A real repository, a real index over HTTP, and an embedder that says what it was given. */
import { startQdrant } from "../../../build/local/qdrant/qdrant.ts";
import { gitCli } from "../../../shared/adapters/git-cli.ts";
import { knowledgeWriterOf } from "../../../shared/adapters/qdrant/writer.ts";
import { hashingEmbedder } from "../../../shared/knowledge/embedding/hashing.ts";
import { indexAll } from "../../../shared/knowledge/indexing/index-all.ts";
import type { Indexer, Round } from "../../../shared/knowledge/indexing/ports.ts";
import { isProse, repositorySource } from "../../../shared/knowledge/indexing/repository-source.ts";
import { memoryBook } from "../../../shared/knowledge/memory-book.ts";
import type { CollectionWriter, Corpus, Embedder, StoredChunk } from "../../../shared/knowledge-ports.ts";
import { type GitRemote, gitRemote } from "../git-remote.ts";

/** Hashes, and keeps every text it saw. */
export function listeningEmbedder(id = "hash-64"): Embedder & { readonly seen: string[] } {
  const hashing = hashingEmbedder(64);
  const seen: string[] = [];
  return {
    id,
    dimension: 64,
    seen,
    async embed(texts, purpose, signal) {
      seen.push(...texts);
      return hashing.embed(texts, purpose, signal);
    },
  };
}

export interface IndexedRepository {
  readonly remote: GitRemote;
  readonly url: string;
  readonly indexer: Indexer & { readonly book: ReturnType<typeof memoryBook> };
  readonly logged: string[];
  /** Rounds until nothing is left. */
  index(asked?: string, changes?: Partial<Indexer>): Promise<Awaited<ReturnType<typeof indexAll>>>;
  /** What answers for a corpus, by path. */
  indexed(corpus: Corpus): Promise<ReadonlyMap<string, readonly StoredChunk[]>>;
  close(): Promise<void>;
}

export const roundOf = (isOver: () => boolean = () => false, signal = new AbortController().signal): Round => ({
  now: () => Date.parse("2026-05-01T10:00:00Z"),
  isOver,
  signal,
});

export async function indexedRepository(files: Readonly<Record<string, string | Buffer>>): Promise<IndexedRepository> {
  const [remote, qdrant] = await Promise.all([gitRemote(files), startQdrant()]);
  const git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "School <school@example.org>" });
  const logged: string[] = [];
  const log = (facts: object, message: string) => void logged.push(`${JSON.stringify(facts)} ${message}`);
  const embedder = listeningEmbedder();
  const indexer = {
    book: memoryBook(),
    writer: knowledgeWriterOf({ QDRANT_URL: qdrant.url }),
    embedder: async () => embedder,
    readers: [
      repositorySource({ git, corpus: "documents", source: "gitops", takes: isProse }),
      repositorySource({ git, corpus: "manifests", source: "gitops", takes: (path) => !isProse(path) }),
    ],
    log: { info: log, warn: log },
  } satisfies Indexer;
  return {
    remote,
    url: qdrant.url,
    indexer,
    logged,
    async index(asked = "all", changes = {}) {
      for (let rounds = 1; ; rounds += 1) {
        const done = await indexAll(asked, { ...indexer, ...changes }, roundOf());
        if (!done.more) return done;
        if (rounds > 10) throw new Error("the index never comes to an end");
      }
    },
    async indexed(corpus) {
      const collection = await indexer.writer.published(corpus);
      const chunks = collection === undefined ? [] : await allChunks(collection);
      return Map.groupBy(chunks, ({ path }) => path);
    },
    async close() {
      await Promise.all([remote.close(), qdrant.close()]);
    },
  };
}

export async function allChunks(collection: CollectionWriter): Promise<StoredChunk[]> {
  const all: StoredChunk[] = [];
  for await (const some of collection.chunks()) all.push(...some);
  return all;
}

/** Texts that were embedded since the last time somebody asked. */
export async function embedded({ indexer }: Pick<IndexedRepository, "indexer">): Promise<readonly string[]> {
  const { seen } = (await indexer.embedder()) as ReturnType<typeof listeningEmbedder>;
  return seen.splice(0);
}
