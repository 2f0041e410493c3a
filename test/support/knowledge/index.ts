/** An index to test against: the stand-in of Qdrant, or the server QDRANT_TEST_URL leads to. */
import { randomUUID } from "node:crypto";
import { startQdrant } from "../../../build/local/qdrant/qdrant.ts";
import { hashingEmbedder } from "../../../shared/knowledge/embedding/hashing.ts";
import { sparseDocument } from "../../../shared/knowledge/embedding/sparse.ts";
import type {
  CollectionWriter,
  Corpus,
  CorpusState,
  KnowledgeBook,
  Point,
  StoredChunk,
} from "../../../shared/knowledge-ports.ts";

export const embedder = hashingEmbedder(64);

export interface TestIndex {
  readonly url: string;
  close(): Promise<void>;
}

/** A real server is emptied of what the school makes there. */
export async function testIndex(): Promise<TestIndex> {
  const real = process.env["QDRANT_TEST_URL"];
  if (real === undefined) return await startQdrant();
  await emptied(real);
  return { url: real, close: () => emptied(real) };
}

async function emptied(url: string): Promise<void> {
  const listed = (await (await fetch(`${url}/collections`)).json()) as {
    result: { collections: readonly { name: string }[] };
  };
  for (const { name } of listed.result.collections) {
    if (name.startsWith("school_")) await fetch(`${url}/collections/${name}`, { method: "DELETE" });
  }
}

export function chunk(text: string, over: Partial<StoredChunk> = {}): StoredChunk {
  return {
    id: randomUUID(),
    corpus: "documents",
    source: "docs",
    path: "guide.md",
    place: "Guide",
    from: 1,
    to: 3,
    text,
    hash: `${text.length}`,
    redacted: 0,
    commit: "c1",
    ...over,
  };
}

export async function pointsOf(chunks: readonly StoredChunk[]): Promise<readonly Point[]> {
  const vectors = await embedder.embed(
    chunks.map(({ text }) => text),
    "document",
  );
  return chunks.flatMap((one, index): Point[] => {
    const dense = vectors[index];
    return dense === undefined ? [] : [{ chunk: one, dense, sparse: sparseDocument(one.text) }];
  });
}

/** What `index` notes when it is done with these chunks. */
export async function noteReady(
  book: KnowledgeBook,
  corpus: Corpus,
  collection: Pick<CollectionWriter, "name">,
  chunks: readonly StoredChunk[],
  over: Partial<CorpusState> = {},
): Promise<void> {
  for (const source of new Set(chunks.map((one) => one.source))) {
    const count = chunks.filter((one) => one.source === source).length;
    await book.note({
      corpus,
      source,
      state: "ready",
      at: "2026-01-01T00:00:00.000Z",
      commit: "c1",
      chunks: count,
      collection: collection.name,
      embedder: embedder.id,
      ...over,
    });
  }
}
