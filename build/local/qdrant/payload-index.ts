/** Values of one payload field and who has them. Fields that are compared by order have none: they are read one by one. */

import { onlyOf } from "./collection-config.ts";
import { outOfRange, unsupported } from "./errors.ts";
import type { Payload } from "./point-table.ts";

export interface FieldIndex {
  /** PayloadSchemaType. */
  readonly type: string;
  readonly ordered: boolean;
  add(slot: number, payload: Payload): void;
  remove(slot: number, payload: Payload): void;
  /** Undefined: this index does not answer that. */
  having(value: unknown): ReadonlySet<number> | undefined;
  readonly count: () => number;
}

const EXACT = new Set(["keyword", "integer", "uuid", "bool"]);
const ORDERED = new Set(["integer", "float", "datetime"]);
const NONE: ReadonlySet<number> = new Set();

/** `schema`: of CreateFieldIndex. Throws QdrantError. */
export function indexParams(schema: unknown): Payload {
  if (schema == null) throw outOfRange("field_schema: must be given for a field without points");
  const params = typeof schema === "string" ? { type: schema } : (schema as Payload);
  onlyOf(params, ["type", "is_tenant", "is_principal", "on_disk", "lookup", "range"], "field_schema");
  const type = String(params["type"]);
  if (!EXACT.has(type) && !ORDERED.has(type)) throw unsupported(`payload indexes of type ${type}`);
  return params;
}

export function fieldIndex(field: string, params: Payload): FieldIndex {
  const type = String(params["type"]);
  const slots = new Map<unknown, Set<number>>();
  let points = 0;
  const fits = (value: unknown): boolean => {
    if (type === "integer") return Number.isInteger(value);
    if (type === "bool") return typeof value === "boolean";
    return typeof value === (type === "float" ? "number" : "string");
  };
  const held = (payload: Payload) => new Set(valuesAt(payload, field).filter(fits));
  return {
    type,
    ordered: ORDERED.has(type),
    count: () => points,
    add(slot, payload) {
      const values = held(payload);
      if (values.size > 0) points += 1;
      if (!EXACT.has(type)) return;
      for (const value of values) {
        const known = slots.get(value);
        if (known === undefined) slots.set(value, new Set([slot]));
        else known.add(slot);
      }
    },
    remove(slot, payload) {
      const values = held(payload);
      if (values.size > 0) points -= 1;
      for (const value of values) {
        const known = slots.get(value);
        known?.delete(slot);
        if (known?.size === 0) slots.delete(value);
      }
    },
    having: (value) => (EXACT.has(type) && fits(value) ? (slots.get(value) ?? NONE) : undefined),
  };
}

/** What stands at `a.b` or `a[].b`; of a list, all that is in it. */
export function valuesAt(payload: unknown, key: string): unknown[] {
  let found: unknown[] = [payload];
  for (const part of key.split(".")) {
    const [name, ...lists] = part.split("[]");
    found = found.flatMap((value) => {
      if (value === null || typeof value !== "object" || Array.isArray(value)) return [];
      const inner = Object.hasOwn(value, name as string) ? (value as Payload)[name as string] : undefined;
      return inner === undefined ? [] : [inner];
    });
    if (lists.length > 0) found = found.flatMap((value) => (Array.isArray(value) ? value : []));
  }
  return found.flatMap((value) => (Array.isArray(value) ? value : [value]));
}
