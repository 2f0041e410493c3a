/** Labelled questions: which file, and which part of it, answers each. */
import { readFileSync } from "node:fs";
import * as z from "zod";

const Query = z.strictObject({
  id: z.string().min(1),
  corpus: z.enum(["documents", "manifests"]),
  /**
   * `lexical`: words of the file; `natural`: as somebody would ask; `paraphrase`: the thing is named, the rest is said in
   * other words; `remote`: as somebody would ask who knows none of the words.
   */
  style: z.enum(["lexical", "natural", "paraphrase", "remote"]),
  split: z.enum(["tune", "held"]),
  query: z.string().min(3),
  /** Files that answer it, any of them. */
  files: z.array(z.string().min(1)).min(1),
  /** A heading of the first file, or an object of it; absent where the whole file answers. */
  section: z.string().min(1).optional(),
});
export type Query = z.infer<typeof Query>;

/** Rows of a JSONL file. Throws with the line that is damaged, or an id that is there twice. */
export function readQueries(file: string): readonly Query[] {
  const rows: Query[] = [];
  const ids = new Set<string>();
  for (const [at, line] of readFileSync(file, "utf8").split("\n").entries()) {
    if (line.trim() === "") continue;
    const parsed = Query.safeParse(parseLine(line, `${file}:${at + 1}`));
    if (!parsed.success) throw new Error(`${file}:${at + 1}: ${z.prettifyError(parsed.error)}`);
    if (ids.has(parsed.data.id)) throw new Error(`${file}:${at + 1}: ${parsed.data.id} is there twice`);
    ids.add(parsed.data.id);
    rows.push(parsed.data);
  }
  return rows;
}

function parseLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${place}: not JSON`, { cause: error });
  }
}
