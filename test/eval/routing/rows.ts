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
  /** Where rows of one's own are from. No row of this repository says so: none is a copy. */
  repository: z.string().optional(),
  source: z.string().optional(),
  /** When the change was released, where that is known. */
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

/** Throws Error for a row that is none, and for an id that occurs twice. */
export function casesOf(set: SetName): readonly Case[] {
  return casesIn(fileOf(set));
}

/** Rows of a `.json` file that is one array, or of a file of lines; throws as {@link casesOf}, naming the row. */
export function casesIn(file: string): readonly Case[] {
  const text = readFileSync(file, "utf8");
  const found: readonly unknown[] = file.endsWith(".json")
    ? z.array(z.unknown()).parse(JSON.parse(text))
    : text.split("\n").flatMap((line, at) => (line.trim() === "" ? [] : [parsedLine(line, `${file}:${at + 1}`)]));
  const rows = found.map((row, at) => rowOf(row, `${file}, row ${at + 1}`));
  const ids = new Set<string>();
  for (const { id } of rows) {
    if (ids.has(id)) throw new Error(`${file}: ${id} occurs twice`);
    ids.add(id);
  }
  return rows.map(caseOf);
}

function parsedLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${place}: not JSON`, { cause: error });
  }
}

function rowOf(row: unknown, place: string): SetRow {
  const parsed = Row.safeParse(row);
  if (!parsed.success) throw new Error(`${place}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
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
