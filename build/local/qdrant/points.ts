/** Writing and reading points of one collection. */
import type { Collection, NewPoint } from "./collection.ts";
import { onlyOf } from "./collection-config.ts";
import { notFound, unsupported } from "./errors.ts";
import { passing, selectionOf } from "./filter.ts";
import { keyOf } from "./point-id.ts";
import type { Payload } from "./point-table.ts";
import { vectorsOfPoint } from "./point-vectors.ts";
import { record } from "./records.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `body`: valid PointInsertOperations. Every point is checked before the first is written. */
export function upsertPoints(collection: Collection, body: Fields): number {
  if (!Array.isArray(body["points"])) throw unsupported("points written as a batch of columns");
  onlyOf(body, ["points"], "an upsert");
  const points = (body["points"] as Fields[]).map((point): NewPoint => {
    const key = keyOf(point["id"]);
    const payload = (point["payload"] ?? {}) as Payload;
    return { key, payload, ...vectorsOfPoint(point["vector"], collection.stored.config) };
  });
  return collection.upsert(points);
}

/** `body`: a valid PointsSelector. Ids that are not there are no error. */
export function deletePoints(collection: Collection, body: Fields): number {
  onlyOf(body, ["points", "filter"], "a deletion");
  if (Array.isArray(body["points"])) {
    return collection.remove(body["points"].map(keyOf).flatMap((key) => collection.slotOf(key) ?? []));
  }
  return collection.remove(passing(selectionOf(body["filter"], collection), collection));
}

/** `body`: a valid PointRequest. In the order asked for; ids that are not there are left out. */
export function retrievePoints(collection: Collection, body: Fields): unknown[] {
  onlyOf(body, ["ids", "with_payload", "with_vector"], "a retrieval");
  const shape = { with_payload: body["with_payload"] ?? true, with_vector: body["with_vector"] };
  const slots = (body["ids"] as unknown[]).map(keyOf).flatMap((key) => collection.slotOf(key) ?? []);
  return [...new Set(slots)].map((slot) => record(collection, slot, shape));
}

/** Id as it stands in the path of a request. */
export function retrievePoint(collection: Collection, id: string): unknown {
  const slot = collection.slotOf(keyOf(/^\d+$/.test(id) ? Number(id) : id));
  if (slot === undefined) throw notFound(`Point with id ${id} does not exists!`);
  return record(collection, slot, { with_payload: true, with_vector: true });
}

/** `body`: a valid CountRequest. Always exact. */
export function countPoints(collection: Collection, body: Fields): number {
  onlyOf(body, ["filter", "exact"], "a count");
  if (body["filter"] == null) return collection.count();
  return passing(selectionOf(body["filter"], collection), collection).size;
}
