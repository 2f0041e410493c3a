/** The Query API: nearest by a dense or a sparse vector, over the collection or over what was fetched before, and fusion. */
import type { Collection } from "./collection.ts";
import { onlyOf } from "./collection-config.ts";
import { badRequest, outOfRange, unsupported, wrongInput } from "./errors.ts";
import { passing, selectionOf } from "./filter.ts";
import { fuse, type Rrf } from "./fusion.ts";
import { denseValue, sparseValue } from "./point-vectors.ts";
import { scoredPoint } from "./records.ts";
import { orderedSlots } from "./scroll.ts";
import { type Scored, topOf } from "./top.ts";

type Fields = Readonly<Record<string, unknown>>;

const DEFAULT_LIMIT = 10;

/** `request`: a valid QueryRequest. Answers the points, best first. Throws QdrantError. */
export function queryPoints(collection: Collection, request: Fields): unknown[] {
  onlyOf(request, [...OF_PREFETCH, "offset", "with_vector", "with_payload"], "a query");
  const offset = Number(request["offset"] ?? 0);
  const limit = limitOf(request) + offset;
  const found = search(collection, request, limit, undefined).slice(offset);
  return found.map(({ slot, score }) => scoredPoint(collection, slot, score, request));
}

const OF_PREFETCH = ["prefetch", "query", "using", "filter", "params", "score_threshold", "limit"];

function limitOf(request: Fields): number {
  const limit = Number(request["limit"] ?? DEFAULT_LIMIT);
  if (limit < 1) throw outOfRange(`limit: value ${limit} invalid, must be 1 or larger`);
  return limit;
}

/** `filters`: those of the levels above, which everything that is fetched has to pass too. */
function search(collection: Collection, request: Fields, limit: number, above: unknown): Scored[] {
  onlyOf((request["params"] ?? {}) as Fields, ["exact", "hnsw_ef", "indexed_only"], "the parameters of a search");
  const filter = both(above, request["filter"]);
  const parts = request["prefetch"] == null ? [] : [request["prefetch"]].flat();
  const lists = (parts as Fields[]).map((part) => {
    onlyOf(part, OF_PREFETCH, "a prefetch");
    return search(collection, part, limitOf(part), filter).map(({ slot }) => slot);
  });
  const query = request["query"];
  const threshold = request["score_threshold"] as number | null | undefined;
  const rrf = rrfOf(query);
  if (rrf !== undefined) {
    if (lists.length === 0) throw badRequest("cannot apply Fusion without prefetches");
    const fused = topOf(limit, collection.before);
    for (const [slot, score] of fuse(lists, rrf)) if (score >= (threshold ?? 0)) fused.offer(slot, score);
    return fused.sorted();
  }
  if (query == null) {
    if (lists.length > 0)
      throw badRequest("A query is needed to merge the prefetches. Can't have prefetches without defining a query.");
    return firstSlots(collection, filter, limit);
  }
  const among = lists.length === 0 ? undefined : new Set(lists.flat());
  const found = nearest(collection, { query, using: request["using"], filter, among, limit });
  return threshold == null ? found : found.filter(({ score }) => score > threshold);
}

function both(above: unknown, own: unknown): unknown {
  if (above == null) return own ?? undefined;
  return own == null ? above : { must: [above, own] };
}

function rrfOf(query: unknown): Rrf | undefined {
  if (query === null || typeof query !== "object" || Array.isArray(query)) return undefined;
  if ("rrf" in query) {
    const { k, weights } = query.rrf as Rrf;
    if (k != null && k < 1) throw outOfRange(`query.rrf.k: value ${k} invalid, must be 1 or larger`);
    return { k: k ?? null, weights: weights ?? null };
  }
  if (!("fusion" in query)) return undefined;
  if (query.fusion !== "rrf") throw unsupported(`the fusion ${String(query.fusion)}`);
  return {};
}

function firstSlots(collection: Collection, filter: unknown, limit: number): Scored[] {
  const result: Scored[] = [];
  for (const slot of orderedSlots(collection, filter, undefined)) {
    if (result.push({ slot, score: 0 }) === limit) break;
  }
  return result;
}

interface Nearest {
  readonly query: unknown;
  readonly using: unknown;
  readonly filter: unknown;
  readonly among: ReadonlySet<number> | undefined;
  readonly limit: number;
}

function nearest(collection: Collection, { query, using, filter, among, limit }: Nearest): Scored[] {
  const name = typeof using === "string" ? using : "";
  const vector = vectorOf(query);
  const dense = collection.dense.get(name);
  const sparse = collection.sparse.get(name);
  if (dense === undefined && sparse === undefined) throw wrongInput(`Not existing vector name error: ${name}`);
  const top = topOf(limit, collection.before);
  const chosen = chosenBy(collection, filter, among);
  if (dense !== undefined) dense.scan(denseValue(name, vector, collection.stored.config), top, chosen);
  else sparse?.scan(sparseValue(name, vector), top, chosen);
  return top.sorted();
}

function vectorOf(query: unknown): unknown {
  if (typeof query === "number" || typeof query === "string") throw unsupported("queries by the id of a point");
  if (Array.isArray(query)) return query;
  const fields = query as Fields;
  if ("nearest" in fields) {
    onlyOf(fields, ["nearest"], "a query");
    return vectorOf(fields["nearest"]);
  }
  if ("indices" in fields) return fields;
  throw unsupported(`the query ${Object.keys(fields).join(", ")}`);
}

/** Undefined: everybody. */
function chosenBy(
  collection: Collection,
  filter: unknown,
  among: ReadonlySet<number> | undefined,
): ReadonlySet<number> | undefined {
  if (filter == null) return among;
  const selection = selectionOf(filter, collection);
  const passed = passing(selection, collection);
  return among === undefined ? passed : new Set([...passed].filter((slot) => among.has(slot)));
}
