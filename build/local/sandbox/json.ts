/** Reading parsed JSON of unknown shape: every answer is empty rather than an error when something is missing. */
import { createHash } from "node:crypto";

export type JsonMap = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value under a path of keys (numbers index lists), or undefined. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here: unknown = value;
  for (const step of path) {
    if (typeof step === "number") here = Array.isArray(here) ? (here as unknown[])[step] : undefined;
    else here = isMap(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}

export function mapAt(value: unknown, ...path: readonly (string | number)[]): JsonMap {
  const found = at(value, ...path);
  return isMap(found) ? found : {};
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** A map of texts, as labels and annotations are; other values are left out. */
export function textsAt(value: unknown, ...path: readonly (string | number)[]): Readonly<Record<string, string>> {
  const pairs = Object.entries(mapAt(value, ...path)).filter((pair): pair is [string, string] => {
    return typeof pair[1] === "string";
  });
  return Object.fromEntries(pairs);
}

/** The same digest for the same content, whatever the order of keys. Lower-case hexadecimal. */
export function digest(value: unknown, length = 64): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, length);
}

/** A steady number in [0, 1) for a text. */
export function fraction(text: string): number {
  return Number.parseInt(digest(text, 12), 16) / 2 ** 48;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isMap(value)) return JSON.stringify(value) ?? "null";
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}
