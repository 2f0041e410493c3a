/** Points one page after the other, by id or by a payload field. */
import type { Collection } from "./collection.ts";
import { onlyOf } from "./collection-config.ts";
import { badRequest, outOfRange } from "./errors.ts";
import { passing, selectionOf } from "./filter.ts";
import { valuesAt } from "./payload-index.ts";
import { idOf, keyOf } from "./point-id.ts";
import { record } from "./records.ts";

type Fields = Readonly<Record<string, unknown>>;

const DEFAULT_LIMIT = 10;

/** `request`: a valid ScrollRequest. Throws QdrantError. */
export function scroll(collection: Collection, request: Fields): unknown {
  onlyOf(request, ["offset", "limit", "filter", "with_payload", "with_vector", "order_by"], "a scroll");
  const limit = Number(request["limit"] ?? DEFAULT_LIMIT);
  if (limit < 1) throw outOfRange(`limit: value ${limit} invalid, must be 1 or larger`);
  const shape = { with_payload: request["with_payload"] ?? true, with_vector: request["with_vector"] };
  if (request["order_by"] != null) {
    if (request["offset"] != null)
      throw badRequest(
        "Cannot use an offset when using order_by. The alternative for paging is to use `order_by.start_from` and a filter to exclude the IDs that you've already seen for the `order_by.start_from` value",
      );
    const points = orderedBy(collection, request, limit).map(({ slot, value }) => ({
      ...record(collection, slot, shape),
      order_value: value,
    }));
    return { points, next_page_offset: null };
  }
  const slots: number[] = [];
  for (const slot of orderedSlots(collection, request["filter"], request["offset"] ?? undefined)) {
    if (slots.push(slot) > limit) break;
  }
  const next = slots.length > limit ? slots.pop() : undefined;
  return {
    points: slots.map((slot) => record(collection, slot, shape)),
    next_page_offset: next === undefined ? null : idOf(collection.keyAt(next)),
  };
}

/** Who passes the filter, by id, from `offset` on; as far as it is asked. */
export function* orderedSlots(collection: Collection, filter: unknown, offset: unknown): Iterable<number> {
  const first = offset === undefined ? "" : keyOf(offset);
  const { test, among } = selectionOf(filter, collection);
  if (among === undefined) {
    for (const slot of collection.table.from(first)) if (test(slot)) yield slot;
    return;
  }
  const slots = [...among].filter((slot) => collection.keyAt(slot) >= first).sort(collection.before);
  for (const slot of slots) if (test(slot)) yield slot;
}

function orderedBy(collection: Collection, request: Fields, limit: number): { slot: number; value: number }[] {
  const asked = request["order_by"];
  const order = (typeof asked === "string" ? { key: asked } : asked) as Fields;
  onlyOf(order, ["key", "direction"], "order_by");
  const key = String(order["key"]);
  const index = collection.index(key);
  if (index === undefined || !index.ordered) {
    throw badRequest(
      `No range index for \`order_by\` key: \`${key}\`. Please create one to use \`order_by\`. Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Range conditions`,
    );
  }
  const sign = order["direction"] === "desc" ? -1 : 1;
  const found = [...passing(selectionOf(request["filter"], collection), collection)].flatMap((slot) =>
    valuesAt(collection.payload(slot), key).flatMap((value) => {
      const place = index.type === "datetime" ? microseconds(value) : value;
      return typeof place === "number" ? [{ slot, value: place }] : [];
    }),
  );
  return found.sort((a, b) => sign * (a.value - b.value) || collection.before(a.slot, b.slot)).slice(0, limit);
}

/** As the real server orders by time, and tells it in `order_value`. */
function microseconds(value: unknown): number | undefined {
  const milliseconds = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds * 1_000;
}
