/** What a collection was created with, of what this stand-in computes; everything else is refused, never ignored. */
import { outOfRange, unsupported } from "./errors.ts";

export interface DenseParams {
  readonly size: number;
  readonly distance: "Cosine" | "Dot";
}

export interface CollectionConfig {
  /** By name; the one without a name is "". */
  readonly dense: Readonly<Record<string, DenseParams>>;
  readonly sparse: Readonly<Record<string, { readonly idf: boolean }>>;
  /** As it was asked for, which is how the real server tells it again. */
  readonly asked: { readonly vectors: unknown; readonly sparse_vectors?: unknown; readonly on_disk_payload: boolean };
}

type Fields = Readonly<Record<string, unknown>>;

const MAX_SIZE = 65_536;

/** `body`: a valid CreateCollection. Throws QdrantError. */
export function collectionConfig(body: Fields): CollectionConfig {
  onlyOf(body, ["vectors", "sparse_vectors", "on_disk_payload"], "create collection");
  const vectors = (body["vectors"] ?? {}) as Fields;
  const single = typeof vectors["size"] === "number";
  const dense = Object.entries(single ? { "": vectors } : vectors).map(([name, params]) => {
    const { size, distance } = params as { size: number; distance: string };
    onlyOf(params as Fields, ["size", "distance", "on_disk"], `vector ${name}`);
    if (size < 1 || size > MAX_SIZE) {
      throw outOfRange(`vectors.size: value ${size} invalid, must be from 1 to ${MAX_SIZE}`);
    }
    if (distance !== "Cosine" && distance !== "Dot") throw unsupported(`the distance ${distance}`);
    return [name, { size, distance }] as const;
  });
  const sparse = Object.entries((body["sparse_vectors"] ?? {}) as Fields).map(([name, params]) => {
    onlyOf(params as Fields, ["modifier"], `sparse vector ${name}`);
    return [name, { idf: (params as Fields)["modifier"] === "idf" }] as const;
  });
  return {
    dense: Object.fromEntries(dense),
    sparse: Object.fromEntries(sparse),
    asked: {
      vectors,
      ...(body["sparse_vectors"] == null ? {} : { sparse_vectors: body["sparse_vectors"] }),
      on_disk_payload: body["on_disk_payload"] !== false,
    },
  };
}

/** Throws QdrantError 501 when anything else is set. */
export function onlyOf(given: Fields, known: readonly string[], where: string): void {
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== null && !known.includes(name)) throw unsupported(`${name} in ${where}`);
  }
}

/** CollectionInfo. What is not computed here is the real server's default, and so it is said there. */
export function collectionInfo(
  { asked }: CollectionConfig,
  state: { points: number; vectors: number; schema: Readonly<Record<string, unknown>> },
): unknown {
  return {
    status: "green",
    optimizer_status: "ok",
    indexed_vectors_count: state.vectors,
    points_count: state.points,
    segments_count: 1,
    config: {
      params: { ...asked, shard_number: 1, replication_factor: 1, write_consistency_factor: 1 },
      hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10_000, max_indexing_threads: 0, on_disk: false },
      optimizer_config: {
        deleted_threshold: 0.2,
        vacuum_min_vector_number: 1000,
        default_segment_number: 0,
        max_segment_size: null,
        memmap_threshold: null,
        indexing_threshold: 10_000,
        flush_interval_sec: 5,
        max_optimization_threads: null,
      },
      wal_config: { wal_capacity_mb: 32, wal_segments_ahead: 0 },
      quantization_config: null,
    },
    payload_schema: state.schema,
  };
}
