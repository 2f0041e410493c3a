/** Reads values out of parsed YAML whose shape nobody guarantees. */

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of keys; undefined where the path ends early. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  let current = value;
  for (const key of keys) {
    if (!isFields(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

export function fieldsAt(value: unknown, ...keys: readonly string[]): Fields {
  const found = at(value, ...keys);
  return isFields(found) ? found : {};
}

export function listAt(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found : [];
}

/** The mappings of a list; anything else in it is left out. */
export function itemsAt(value: unknown, ...keys: readonly string[]): readonly Fields[] {
  return listAt(value, ...keys).filter(isFields);
}

export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = at(value, ...keys);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** Labels, selectors, data: only the entries whose values are scalars, as text. */
export function stringsAt(value: unknown, ...keys: readonly string[]): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsAt(value, ...keys));
  return Object.fromEntries(entries.filter(([, entry]) => isScalar(entry)).map(([key, entry]) => [key, String(entry)]));
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
