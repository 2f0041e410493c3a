/** What outlives the process: SQLite, one table of points per collection. Without a folder the same, in memory. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { CollectionConfig } from "./collection-config.ts";
import { type PointTable, pointTable } from "./point-table.ts";

export interface StoredCollection {
  readonly id: number;
  readonly name: string;
  readonly config: CollectionConfig;
}

export interface Storage {
  collections(): StoredCollection[];
  addCollection(name: string, config: CollectionConfig): StoredCollection;
  /** Its points, indexes and aliases too. */
  removeCollection(id: number): void;
  /** Alias to the id of a collection. */
  aliases(): Map<string, number>;
  writeAliases(aliases: ReadonlyMap<string, number>): void;
  points(collection: StoredCollection): PointTable;
  /** All of it or nothing. */
  transaction<T>(write: () => T): T;
  close(): void;
}

export const FILE = "qdrant.sqlite";
const SCHEMA = `
create table if not exists collections (id integer primary key autoincrement, name text unique not null, config text not null);
create table if not exists aliases (alias text primary key, collection integer not null);
create table if not exists indexes (collection integer not null, field text not null, params text not null,
  primary key (collection, field));
create table if not exists operations (collection integer primary key, last integer not null);
`;

/** Of the one before, which was asked to go or was killed. */
const LEAVE_MS = 10_000;

/** `dataDir` is created when missing. Throws when another process has it, after having waited for it to leave. */
export function openStorage(dataDir: string | undefined, waitMs = LEAVE_MS): Storage {
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const file = dataDir === undefined ? ":memory:" : path.join(dataDir, FILE);
  const database = new DatabaseSync(file, { timeout: waitMs });
  // What is written has reached the system when it is acknowledged: a killed process loses nothing, a lost machine at
  // most the last moments, and never the order.
  database.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;");
  database.exec(SCHEMA);
  return storageIn(database, dataDir !== undefined);
}

/** What nobody writes any more: as many as like read it at once, and leave no trace. Every write throws. */
export function openSaved(dataDir: string): Storage {
  const file = pathToFileURL(path.join(dataDir, FILE));
  // No locks, no log: https://www.sqlite.org/uri.html#uriimmutable
  file.searchParams.set("immutable", "1");
  return storageIn(new DatabaseSync(file, { readOnly: true }), true);
}

function storageIn(database: DatabaseSync, isDurable: boolean): Storage {
  function transaction<T>(write: () => T): T {
    database.exec("begin immediate");
    try {
      const result = write();
      database.exec("commit");
      return result;
    } catch (error) {
      // A full disk may have ended it already.
      if (database.isTransaction) database.exec("rollback");
      throw error;
    }
  }
  return {
    transaction,
    close: () => database.close(),
    collections: () =>
      database
        .prepare("select id, name, config from collections order by name")
        .all()
        .map((row) => ({
          id: Number(row["id"]),
          name: String(row["name"]),
          config: JSON.parse(String(row["config"])) as CollectionConfig,
        })),
    addCollection: (name, config) =>
      transaction(() => {
        const insert = database.prepare("insert into collections (name, config) values (?, ?)");
        const id = Number(insert.run(name, JSON.stringify(config)).lastInsertRowid);
        database.exec(
          `create table points_${id} (slot integer primary key, key text unique not null, version integer not null,
           payload text not null, sparse blob not null, dense blob)`,
        );
        database.prepare("insert into operations (collection, last) values (?, 0)").run(id);
        return { id, name, config };
      }),
    removeCollection: (id) =>
      transaction(() => {
        database.exec(`drop table points_${id}`);
        database.prepare("delete from collections where id = ?").run(id);
        for (const table of ["aliases", "indexes", "operations"]) {
          database.prepare(`delete from ${table} where collection = ?`).run(id);
        }
      }),
    aliases: () =>
      new Map(
        database
          .prepare("select alias, collection from aliases order by alias")
          .all()
          .map((row) => [String(row["alias"]), Number(row["collection"])]),
      ),
    writeAliases: (aliases) =>
      transaction(() => {
        database.exec("delete from aliases");
        const insert = database.prepare("insert into aliases (alias, collection) values (?, ?)");
        for (const [alias, collection] of aliases) insert.run(alias, collection);
      }),
    points: (collection) => pointTable(database, collection, isDurable),
  };
}
