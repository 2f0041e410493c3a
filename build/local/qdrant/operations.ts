/** The operations of the published API that this stand-in answers, by their names there. */

import type { Collection } from "./collection.ts";
import { collectionInfo } from "./collection-config.ts";
import type { Collections } from "./collections.ts";
import { countPoints, deletePoints, retrievePoint, retrievePoints, upsertPoints } from "./points.ts";
import { queryPoints } from "./query.ts";
import { scroll } from "./scroll.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Asked {
  /** Decoded, in the order of the path. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Valid by the description of the operation. */
  readonly body: Fields;
}

export interface Operation {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** As the description writes it. */
  readonly path: string;
  /** What a key that only reads may do. */
  readonly reads: boolean;
  readonly answer: (collections: Collections, asked: Asked) => unknown;
}

const COLLECTION = "/collections/{collection_name}";

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  get_collections: reading("GET", "/collections", (all) => ({
    collections: all.names().map((name) => ({ name })),
  })),
  get_collection: reading("GET", COLLECTION, inside(told)),
  create_collection: writing("PUT", COLLECTION, (all, { path, body }) => {
    all.create(path[0] as string, body);
    return true;
  }),
  delete_collection: writing("DELETE", COLLECTION, (all, { path }) => all.remove(path[0] as string)),
  collection_exists: reading("GET", `${COLLECTION}/exists`, (all, { path }) => ({
    exists: all.exists(path[0] as string),
  })),
  update_aliases: writing("POST", "/collections/aliases", (all, { body }) => {
    all.change(body["actions"] as Fields[]);
    return true;
  }),
  get_collection_aliases: reading("GET", `${COLLECTION}/aliases`, (all, { path }) => ({
    aliases: all.aliases(path[0]),
  })),
  get_collections_aliases: reading("GET", "/aliases", (all) => ({ aliases: all.aliases() })),
  create_field_index: writing(
    "PUT",
    `${COLLECTION}/index`,
    inside((collection, { query, body }) =>
      done(query, collection.addIndex(String(body["field_name"]), body["field_schema"])),
    ),
  ),
  delete_field_index: writing(
    "DELETE",
    `${COLLECTION}/index/{field_name}`,
    inside((collection, { path, query }) => done(query, collection.removeIndex(path[1] as string))),
  ),
  upsert_points: writing(
    "PUT",
    `${COLLECTION}/points`,
    inside((collection, { query, body }) => done(query, upsertPoints(collection, body))),
  ),
  delete_points: writing(
    "POST",
    `${COLLECTION}/points/delete`,
    inside((collection, { query, body }) => done(query, deletePoints(collection, body))),
  ),
  get_points: reading(
    "POST",
    `${COLLECTION}/points`,
    inside((collection, { body }) => retrievePoints(collection, body)),
  ),
  get_point: reading(
    "GET",
    `${COLLECTION}/points/{id}`,
    inside((collection, { path }) => retrievePoint(collection, path[1] as string)),
  ),
  scroll_points: reading(
    "POST",
    `${COLLECTION}/points/scroll`,
    inside((collection, { body }) => scroll(collection, body)),
  ),
  count_points: reading(
    "POST",
    `${COLLECTION}/points/count`,
    inside((collection, { body }) => ({ count: countPoints(collection, body) })),
  ),
  query_points: reading(
    "POST",
    `${COLLECTION}/points/query`,
    inside((collection, { body }) => ({ points: queryPoints(collection, body) })),
  ),
  query_batch_points: reading(
    "POST",
    `${COLLECTION}/points/query/batch`,
    inside((collection, { body }) =>
      (body["searches"] as Fields[]).map((search) => ({ points: queryPoints(collection, search) })),
    ),
  ),
};

function inside(answer: (collection: Collection, asked: Asked) => unknown): Operation["answer"] {
  return (all, asked) => all.use(asked.path[0] as string, (collection) => answer(collection, asked));
}

function told(collection: Collection): unknown {
  const schema = [...collection.indexes()].map(([field, { type, count }]) => {
    return [field, { data_type: type, points: count() }] as const;
  });
  const vectors = [...collection.dense.values(), ...collection.sparse.values()];
  return collectionInfo(collection.stored.config, {
    points: collection.count(),
    vectors: vectors.reduce((sum, { count }) => sum + count(), 0),
    schema: Object.fromEntries(schema),
  });
}

function reading(method: Operation["method"], path: string, answer: Operation["answer"]): Operation {
  return { method, path, reads: true, answer };
}

function writing(method: Operation["method"], path: string, answer: Operation["answer"]): Operation {
  return { method, path, reads: false, answer };
}

/** Everything is done when it is answered; who does not wait is told so as the real server tells. */
function done(query: URLSearchParams, operation: number): unknown {
  return { operation_id: operation, status: query.get("wait") === "true" ? "completed" : "acknowledged" };
}
