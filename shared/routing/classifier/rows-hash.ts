/** Which rows a model was made from. */
import { createHash } from "node:crypto";
import type { LabelledRow } from "../../routing-ports.ts";

/** SHA-256 (hex) of all that a model learns from its rows, in whatever order they come. */
export function rowsHashOf(rows: readonly LabelledRow[]): string {
  const lines = rows.map(({ id, group, text, label, weight, at }) => {
    const { title, description, implementation_notes, type, category } = text;
    const own = at === undefined ? 0 : 1;
    return JSON.stringify([
      id,
      group,
      label,
      weight ?? 1,
      own,
      title,
      description,
      implementation_notes,
      type,
      category ?? null,
    ]);
  });
  const hash = createHash("sha256");
  for (const line of lines.sort()) hash.update(`${line}\n`);
  return hash.digest("hex");
}
