/** What a model learns from, and what it is judged by: the school's own rows, and frozen ones that nobody learns from. */
import { EXPERTS } from "../../domain/improvement.ts";
import type { LabelledRow, TrainingRow } from "../../routing-ports.ts";
import { labelledRows } from "../classifier/seed-rows.ts";

/** Fewer judges say nothing: then all rows teach, and the frozen ones judge alone. */
export const LEAST_OWN = 10;
/** Own rows that are held out: this share of all, and enough judges, but never more than the other share. */
const HELD_OUT = 0.2;
const MOST_HELD_OUT = 0.4;

export interface FrozenRow extends LabelledRow {
  /** It claims the field of another expert. */
  readonly adversarial: boolean;
}

/** Those that claim another expert's field are the adversarial part. Loaded when they are asked for. */
export async function frozenRows(): Promise<readonly FrozenRow[]> {
  const { default: rows } = await import("../frozen/rows.json", { with: { type: "json" } });
  return labelledRows(rows).map((row) => ({ ...row, adversarial: claimsAnother(row) }));
}

function claimsAnother({ text: { category }, label }: LabelledRow): boolean {
  return category !== label && EXPERTS.some((expert) => expert === category);
}

/** Those somebody labelled, as a classifier takes them. All that came from one source is one group. */
export function ownRows(rows: readonly TrainingRow[]): LabelledRow[] {
  return rows.flatMap(({ id, source, at, text, label, weight = 1 }) => {
    const isKnown = EXPERTS.some((expert) => expert === label) && weight > 0;
    return label === undefined || !isKnown
      ? []
      : [{ id: `own:${id}`, group: `own:${source}`, text, label, weight, at }];
  });
}

/** A label that an outcome gave says that whoever served was not wrong: it teaches, and compares nobody. */
export function mayJudge({ label, by }: TrainingRow): boolean {
  return label !== undefined && by !== "outcome";
}

export interface Split {
  readonly training: readonly LabelledRow[];
  readonly judging: readonly LabelledRow[];
}

/**
 * The newest groups, whole, are held out to judge by. A group is as old as its first row, so that what an earlier model has
 * learned from does not come back to judge it. `isJudge`: rows that may; the others of these groups are left out of both.
 */
export function heldOut(rows: readonly LabelledRow[], isJudge: (row: LabelledRow) => boolean): Split {
  const out = new Set<string>();
  const held = { rows: 0, judges: 0 };
  for (const { group, members } of newestGroups(rows)) {
    if (held.rows >= rows.length * HELD_OUT && held.judges >= LEAST_OWN) break;
    // A group that is too large is learned from.
    if (held.rows + members.length > rows.length * MOST_HELD_OUT) continue;
    out.add(group);
    held.rows += members.length;
    held.judges += members.filter(isJudge).length;
  }
  const judging = rows.filter((row) => out.has(row.group) && isJudge(row));
  if (judging.length < LEAST_OWN) return { training: rows, judging: [] };
  return { training: rows.filter(({ group }) => !out.has(group)), judging };
}

function newestGroups(rows: readonly LabelledRow[]): { readonly group: string; readonly members: LabelledRow[] }[] {
  const groups = new Map<string, { first: string; members: LabelledRow[] }>();
  for (const row of rows) {
    const { group, at = "" } = row;
    const known = groups.get(group) ?? { first: at, members: [] };
    known.members.push(row);
    groups.set(group, { first: at < known.first ? at : known.first, members: known.members });
  }
  return [...groups]
    .sort(([a, one], [b, other]) => (one.first === other.first ? (a < b ? -1 : 1) : one.first < other.first ? 1 : -1))
    .map(([group, { members }]) => ({ group, members }));
}
