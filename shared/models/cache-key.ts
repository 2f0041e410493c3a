/** What makes two questions the same: only then is an answer used again. */
import { hash } from "node:crypto";
import type { ModelQuestion } from "../model-ports.ts";

export interface Asker {
  readonly purpose: string;
  /** `vendor:model` of all that may answer. */
  readonly models: readonly string[];
}

/** 64 hexadecimal digits. Alike is not the same: nothing but the form of characters and line ends is levelled. */
export function cacheKey({ purpose, models }: Asker, question: ModelQuestion): string {
  const { shared = [], system, prompt, name, schema, from, cacheScope } = question;
  const facts = [
    purpose,
    models,
    from === undefined ? null : [from.name, from.version, from.hash],
    cacheScope ?? null,
    name,
    [...shared, system, prompt].map(levelled),
    sorted(schema),
  ];
  return hash("sha256", JSON.stringify(facts), "hex");
}

function levelled(text: string): string {
  return text.normalize("NFC").replaceAll(/\r\n?/g, "\n").trim();
}

/** The same schema whatever order its keys were written in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  );
}
