/** The version of an improvement's record: field `schema_version` of its HASH. A record without one is of version 1. */
import { broughtForward, newest, type Step } from "./chain.ts";
import { RECORD_STEPS } from "./record-steps.ts";

/** A record as Redis holds it. */
export type Fields = Readonly<Record<string, string>>;

export const SCHEMA_FIELD = "schema_version";

/** What this program writes, and the newest it reads. */
export const RECORD_SCHEMA = newest(RECORD_STEPS);

/** What turns one record into another. */
export interface FieldChanges {
  readonly set: Fields;
  readonly remove: readonly string[];
}

/** Throws SyntaxError when the field holds no version. */
export function recordSchemaOf(fields: Fields): number {
  const text = fields[SCHEMA_FIELD] ?? "1";
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new SyntaxError(`${SCHEMA_FIELD} is ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}

/**
 * The record in today's form; the very same object when it is in it. Throws NewerSchema, and SyntaxError when a field a
 * step has to read is damaged.
 */
export function recordForward(fields: Fields, steps: readonly Step<Fields>[] = RECORD_STEPS): Fields {
  const version = recordSchemaOf(fields);
  const reads = newest(steps);
  if (version === reads) return fields;
  const forward = broughtForward(`the record improvement:${fields["id"] ?? "?"}`, steps, version, fields);
  return { ...forward, [SCHEMA_FIELD]: String(reads) };
}

/** What has to be written so that `before` becomes `after`; undefined: nothing. */
export function changesBetween(before: Fields, after: Fields): FieldChanges | undefined {
  if (before === after) return undefined;
  const set = Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));
  const remove = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  return Object.keys(set).length + remove.length === 0 ? undefined : { set, remove };
}
