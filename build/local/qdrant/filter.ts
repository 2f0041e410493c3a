/** A filter over a collection: the indexes say who comes into question, the payloads decide what they cannot. */
import type { Collection } from "./collection.ts";
import { type Fields, fieldTest, isEmpty, isNull, wanted } from "./conditions.ts";
import { unsupported } from "./errors.ts";
import { keyOf } from "./point-id.ts";

export interface Selection {
  readonly test: (slot: number) => boolean;
  /** Nobody else can pass; undefined: anybody may. */
  readonly among: ReadonlySet<number> | undefined;
}

const EVERYBODY: Selection = { test: () => true, among: undefined };

/** `filter`: a valid Filter, or nothing. Throws QdrantError. */
export function selectionOf(filter: unknown, collection: Collection): Selection {
  return filter == null ? EVERYBODY : filterSelection(filter as Fields, readerOf(collection), collection);
}

/** Everybody who passes. */
export function passing({ test, among }: Selection, collection: Collection): Set<number> {
  const candidates = among ?? collection.all();
  const result = new Set<number>();
  for (const slot of candidates) if (test(slot)) result.add(slot);
  return result;
}

type Reader = (slot: number) => Fields;

/** The last one stays, so that the conditions of one filter parse a payload once. */
function readerOf({ payload }: Collection): Reader {
  let last: { readonly slot: number; readonly payload: Fields } | undefined;
  return (slot) => {
    if (last?.slot !== slot) last = { slot, payload: payload(slot) };
    return last.payload;
  };
}

function filterSelection(filter: Fields, read: Reader, collection: Collection): Selection {
  const part = (name: string) => conditionsOf(filter[name]).map((each) => conditionSelection(each, read, collection));
  const [must, should, not] = [part("must"), part("should"), part("must_not")];
  const minimum = filter["min_should"] as { conditions: Fields[]; min_count: number } | null | undefined;
  const some = (minimum?.conditions ?? []).map((each) => conditionSelection(each, read, collection));
  const least = minimum?.min_count ?? 0;
  return {
    test: (slot) =>
      must.every(({ test }) => test(slot)) &&
      (should.length === 0 || should.some(({ test }) => test(slot))) &&
      !not.some(({ test }) => test(slot)) &&
      (minimum == null || some.filter(({ test }) => test(slot)).length >= least),
    among: smallest([...must.map(({ among }) => among), should.length === 0 ? undefined : union(should)]),
  };
}

function conditionsOf(value: unknown): readonly Fields[] {
  if (value == null) return [];
  return Array.isArray(value) ? (value as Fields[]) : [value as Fields];
}

function conditionSelection(condition: Fields, read: Reader, collection: Collection): Selection {
  if ("has_id" in condition) {
    const ids = condition["has_id"] as unknown[];
    return known(new Set(ids.map(keyOf).flatMap((key) => collection.slotOf(key) ?? [])));
  }
  if ("is_empty" in condition) {
    const { key } = condition["is_empty"] as { key: string };
    return { test: (slot) => isEmpty(read(slot), key), among: undefined };
  }
  if ("is_null" in condition) {
    const { key } = condition["is_null"] as { key: string };
    return { test: (slot) => isNull(read(slot), key), among: undefined };
  }
  if ("key" in condition) return fieldSelection(condition, read, collection);
  const names = Object.keys(condition);
  const filter = names.every((name) => ["must", "should", "must_not", "min_should"].includes(name));
  if (!filter) throw unsupported(`the condition ${names.join(", ")}`);
  return filterSelection(condition, read, collection);
}

function fieldSelection(condition: Fields, read: Reader, collection: Collection): Selection {
  const test = fieldTest(condition);
  const match = condition["match"];
  const others = ["range", "is_empty", "is_null"].some((name) => condition[name] != null);
  const values = match == null ? undefined : wanted(match as Fields);
  const index = collection.index(String(condition["key"]));
  if (!others && values !== undefined && index !== undefined) {
    const sets = values.map((value) => index.having(value));
    if (sets.every((set) => set !== undefined)) {
      return sets.length === 1 ? known(sets[0] as ReadonlySet<number>) : known(merged(sets));
    }
  }
  return { test: (slot) => test(read(slot)), among: undefined };
}

function known(slots: ReadonlySet<number>): Selection {
  return { test: (slot) => slots.has(slot), among: slots };
}

function union(parts: readonly Selection[]): ReadonlySet<number> | undefined {
  const sets = parts.flatMap(({ among }) => among ?? []);
  if (sets.length < parts.length) return undefined;
  return sets.length === 1 ? sets[0] : merged(sets);
}

function merged(sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  const all = new Set<number>();
  for (const set of sets) for (const slot of set) all.add(slot);
  return all;
}

function smallest(sets: readonly (ReadonlySet<number> | undefined)[]): ReadonlySet<number> | undefined {
  return sets.reduce(
    (least, set) => (set === undefined || (least !== undefined && least.size <= set.size) ? least : set),
    undefined,
  );
}
