/** The labelled sets the router is judged by, as they lie in ../sets; nothing of the product learns from them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { CATEGORIES, EXPERTS } from "../../../shared/domain/improvement.ts";
import type { LabelledRow } from "../../../shared/routing-ports.ts";

const STYLES = ["proposal", "talk", "blog", "commit", "changelog"] as const;

const Row = z.strictObject({
  id: z.string().min(1),
  group: z.string().min(1),
  label: z.enum(EXPERTS),
  category: z.enum(CATEGORIES).nullable(),
  type: z.string().min(1),
  title: z.string().min(3),
  description: z.string(),
  notes: z.string(),
  style: z.enum(STYLES),
  /** What makes an adversarial row hard. */
  kind: z.string().optional(),
  /** Of text by others: `owner/name`, the file, and when it was released where the file says so. */
  repository: z.string().optional(),
  source: z.string().optional(),
  at: z.iso.datetime().optional(),
});

export type SetRow = z.infer<typeof Row>;

/** A labelled row, with what the set says about it. */
export interface Case extends LabelledRow {
  readonly row: SetRow;
}

export const SETS = ["held", "adversarial", "others"] as const;
export type SetName = (typeof SETS)[number] | "frozen" | "seed";

const ROOT = path.join(import.meta.dirname, "..", "..", "..");

/** `frozen` and `seed` are shipped with the product, the rest lies with the evaluation. */
function fileOf(set: SetName): string {
  const isShipped = set === "frozen" || set === "seed";
  return path.join(ROOT, isShipped ? `shared/routing/${set}/rows.json` : `test/eval/sets/routing-${set}.jsonl`);
}

/** Throws ZodError for a row that is none, and Error for an id or a text that occurs twice. */
export function casesOf(set: SetName): readonly Case[] {
  const text = readFileSync(fileOf(set), "utf8");
  const found: unknown[] = fileOf(set).endsWith(".json")
    ? z.array(z.unknown()).parse(JSON.parse(text))
    : text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
  const rows = z.array(Row).parse(found);
  const twice = rows.find(({ id }, at) => rows.findIndex((row) => row.id === id) !== at);
  if (twice !== undefined) throw new Error(`${set}: ${twice.id} occurs twice`);
  return rows.map(caseOf);
}

function caseOf(row: SetRow): Case {
  const { id, group, label, category, type, title, description, notes, at } = row;
  const text = { title, description, implementation_notes: notes, type, ...(category === null ? {} : { category }) };
  return { id, group, label, text, row, ...(at === undefined ? {} : { at }) };
}

/** SHA-256 (hex) of the file: who edits a set changes what all figures before meant. */
export function hashOf(set: SetName): string {
  return createHash("sha256")
    .update(readFileSync(fileOf(set)))
    .digest("hex");
}

/** Words of a row, for comparing rows with each other. */
export function wordsOf({ title, description, notes }: SetRow): ReadonlySet<string> {
  return new Set(`${title} ${description} ${notes}`.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Share of the words of both that both have (Jaccard); 0 for no words. */
export function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0;
  for (const word of a) both += b.has(word) ? 1 : 0;
  return both === 0 ? 0 : both / (a.size + b.size - both);
}
