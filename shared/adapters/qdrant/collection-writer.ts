/** One physical collection while it is written. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { CollectionWriter, Corpus, Point, StoredChunk } from "../../knowledge-ports.ts";
import { written } from "./faults.ts";
import { aliasOf, DENSE, SPARSE } from "./names.ts";
import { chunkOf, payloadOf } from "./payload.ts";
import { scroll } from "./scroll.ts";
import type { QdrantAccess } from "./settings.ts";

/** Bytes of one request; Qdrant takes 32 MB unless told otherwise. */
const REQUEST_BYTES = 4_000_000;
const REQUEST_POINTS = 500;
/** Characters of one number in JSON, at most. */
const NUMBER = 12;
/** Of a listing. */
const PAGE = 1_000;
/** With texts. */
const CHUNKS_PAGE = 256;
/** With texts and vectors. */
const POINTS_PAGE = 100;
/** Values of one filter, ids of one removal. */
const NAMED = 500;

export function collectionWriter(
  qdrant: QdrantClient,
  access: QdrantAccess,
  corpus: Corpus,
  name: string,
): CollectionWriter {
  return {
    name,
    async stored(source, paths) {
      const found = new Map<string, { readonly hash: string; readonly path: string }>();
      const filters =
        paths === undefined ? [sourceFilter(source)] : slices(paths, NAMED).map((some) => sourceFilter(source, some));
      for (const filter of filters) {
        const pages = scroll(qdrant, access, name, { filter, limit: PAGE, with_payload: ["hash", "path"] });
        for await (const points of pages) {
          for (const { id, payload } of points) {
            found.set(String(id), { hash: String(payload?.["hash"]), path: String(payload?.["path"]) });
          }
        }
      }
      return found;
    },
    async points(ids) {
      const found: Pick<Point, "chunk" | "dense">[] = [];
      for (const some of slices(ids, POINTS_PAGE)) {
        const request = { ids: [...some], with_payload: true, with_vector: [DENSE] };
        const records = await written(access, () => qdrant.retrieve(name, request));
        for (const { payload, vector } of records) {
          const chunk = chunkOf(payload);
          const dense = denseOf(vector);
          if (chunk !== undefined && dense !== undefined) found.push({ chunk, dense });
        }
      }
      return found;
    },
    async upsert(points) {
      for (const batch of batches(points)) {
        await written(access, () => qdrant.upsert(name, { wait: true, points: batch.map(pointOf) }));
      }
    },
    async remove(ids) {
      for (const points of slices(ids, NAMED)) {
        await written(access, () => qdrant.delete(name, { wait: true, points: [...points] }));
      }
    },
    async *chunks() {
      for await (const points of scroll(qdrant, access, name, { limit: CHUNKS_PAGE, with_payload: true })) {
        yield points.map(({ payload }) => chunkOf(payload)).filter((one): one is StoredChunk => one !== undefined);
      }
    },
    async count(source) {
      const filter = source === undefined ? {} : { filter: sourceFilter(source) };
      return (await written(access, () => qdrant.count(name, { ...filter, exact: true }))).count;
    },
    async publish() {
      const alias_name = aliasOf(corpus);
      await written(access, async () => {
        const { aliases } = await qdrant.getAliases();
        const old = aliases.find((one) => one.alias_name === alias_name);
        if (old?.collection_name === name) return;
        // One request, so that there is no moment without an answer.
        await qdrant.updateCollectionAliases({
          actions: [
            ...(old === undefined ? [] : [{ delete_alias: { alias_name } }]),
            { create_alias: { collection_name: name, alias_name } },
          ],
        });
      });
    },
  };
}

function sourceFilter(source: string, paths?: readonly string[]) {
  const ofSource = { key: "source", match: { value: source } };
  return { must: paths === undefined ? [ofSource] : [ofSource, { key: "path", match: { any: [...paths] } }] };
}

function pointOf({ chunk, dense, sparse }: Point) {
  return {
    id: chunk.id,
    payload: payloadOf(chunk),
    vector: {
      // Seven decimals are what single precision holds of a vector of length 1; more would only be sent.
      [DENSE]: Array.from(dense, (value) => Math.round(value * 1e7) / 1e7),
      ...(sparse.indices.length === 0
        ? {}
        : { [SPARSE]: { indices: [...sparse.indices], values: [...sparse.values] } }),
    },
  };
}

/** As it is stored: of length 1. Undefined when there is none, or one of another form. */
function denseOf(vector: unknown): Float32Array | undefined {
  if (vector === null || typeof vector !== "object" || !(DENSE in vector)) return undefined;
  const dense: unknown = vector[DENSE];
  const isVector = Array.isArray(dense) && dense.every((value) => typeof value === "number");
  return isVector ? Float32Array.from(dense as number[]) : undefined;
}

function* batches(points: readonly Point[]): Generator<readonly Point[]> {
  let batch: Point[] = [];
  let bytes = 0;
  for (const point of points) {
    const size = sizeOf(point);
    if (batch.length > 0 && (bytes + size > REQUEST_BYTES || batch.length >= REQUEST_POINTS)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(point);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** Roughly: a character of text may be three bytes. */
function sizeOf({ chunk, dense, sparse }: Point): number {
  return 1_000 + 3 * chunk.text.length + NUMBER * (dense.length + 2 * sparse.indices.length);
}

function slices<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
