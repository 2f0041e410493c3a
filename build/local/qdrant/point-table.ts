/** The points of one collection in the database. In memory the dense vectors are left out: they are in their slabs. */
import type { DatabaseSync } from "node:sqlite";
import type { StoredCollection } from "./storage.ts";
import {
  type DenseOfPoint,
  packDense,
  packSparse,
  type SparseOfPoint,
  unpackDense,
  unpackSparse,
} from "./vector-bytes.ts";

export type Payload = Readonly<Record<string, unknown>>;

export interface Row {
  readonly slot: number;
  readonly key: string;
  readonly version: number;
  /** JSON. */
  readonly payload: string;
  readonly sparse: SparseOfPoint;
  readonly dense: DenseOfPoint;
}

export interface PointTable {
  /** By slot, from this one on; no more than `limit`. */
  rows(from: number, limit: number): readonly Row[];
  payload(slot: number): string;
  version(slot: number): number;
  sparse(slot: number): SparseOfPoint;
  /** Slots by key, ascending, from this key on. */
  from(key: string): IterableIterator<number>;
  put(row: Row): void;
  remove(slot: number): void;
  indexes(): Map<string, Payload>;
  addIndex(field: string, params: Payload): void;
  removeIndex(field: string): void;
  /** Of the last change; 0 before the first. */
  operation(): number;
  noteOperation(last: number): void;
}

export function pointTable(database: DatabaseSync, { id, config }: StoredCollection, durable: boolean): PointTable {
  const table = `points_${id}`;
  const denseNames = Object.keys(config.dense);
  const sizes = denseNames.map((name) => config.dense[name]?.size ?? 0);
  const sparseNames = Object.keys(config.sparse);
  const payload = database.prepare(`select payload from ${table} where slot = ?`);
  const version = database.prepare(`select version from ${table} where slot = ?`);
  const sparse = database.prepare(`select sparse from ${table} where slot = ?`);
  const put = database.prepare(
    `insert or replace into ${table} (slot, key, version, payload, sparse, dense) values (?, ?, ?, ?, ?, ?)`,
  );
  const remove = database.prepare(`delete from ${table} where slot = ?`);
  const note = database.prepare("update operations set last = ? where collection = ?");

  const page = database.prepare(`select * from ${table} where slot >= ? order by slot limit ?`);

  function* from(key: string): IterableIterator<number> {
    for (const row of database.prepare(`select slot from ${table} where key >= ? order by key`).iterate(key)) {
      yield Number(row["slot"]);
    }
  }
  return {
    from,
    rows: (first, limit) =>
      page.all(first, limit).map((row) => ({
        slot: Number(row["slot"]),
        key: String(row["key"]),
        version: Number(row["version"]),
        payload: String(row["payload"]),
        sparse: unpackSparse(sparseNames, row["sparse"] as Uint8Array),
        dense: unpackDense(denseNames, sizes, row["dense"] as Uint8Array),
      })),
    payload: (slot) => String(payload.get(slot)?.["payload"]),
    version: (slot) => Number(version.get(slot)?.["version"]),
    sparse: (slot) => unpackSparse(sparseNames, sparse.get(slot)?.["sparse"] as Uint8Array),
    put(row) {
      const dense = durable ? packDense(denseNames, row.dense) : null;
      put.run(row.slot, row.key, row.version, row.payload, packSparse(sparseNames, row.sparse), dense);
    },
    remove: (slot) => void remove.run(slot),
    indexes: () =>
      new Map(
        database
          .prepare("select field, params from indexes where collection = ? order by field")
          .all(id)
          .map((row) => [String(row["field"]), JSON.parse(String(row["params"])) as Payload]),
      ),
    addIndex: (field, params) =>
      void database
        .prepare("insert or replace into indexes (collection, field, params) values (?, ?, ?)")
        .run(id, field, JSON.stringify(params)),
    removeIndex: (field) =>
      void database.prepare("delete from indexes where collection = ? and field = ?").run(id, field),
    operation: () => Number(database.prepare("select last from operations where collection = ?").get(id)?.["last"]),
    noteOperation: (last) => void note.run(last, id),
  };
}
