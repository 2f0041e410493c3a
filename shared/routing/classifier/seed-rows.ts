/** The rows the project ships, in the form training and judging take them. */
import * as z from "zod";
import { CATEGORIES, EXPERTS } from "../../domain/improvement.ts";
import type { LabelledRow } from "../../routing-ports.ts";

const Row = z.object({
  id: z.string().min(1),
  group: z.string().min(1),
  label: z.enum(EXPERTS),
  category: z.enum(CATEGORIES).nullable(),
  type: z.string(),
  title: z.string().min(1),
  description: z.string(),
  notes: z.string(),
});

/** Rows of a file like seed/rows.json. Throws ZodError for a row of another form. */
export function labelledRows(rows: readonly unknown[]): readonly LabelledRow[] {
  return rows.map((row) => {
    const { id, group, label, category, type, title, description, notes } = Row.parse(row);
    const text = { title, description, implementation_notes: notes, type, category: category ?? undefined };
    return { id, group, label, text };
  });
}

/** What every router learns from, whatever a school adds. Loaded when it is asked for. */
export async function seedRows(): Promise<readonly LabelledRow[]> {
  const { default: rows } = await import("../seed/rows.json", { with: { type: "json" } });
  return labelledRows(rows);
}
