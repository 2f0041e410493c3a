/** Which rows say whether a choice was right, and what they say. */
import type { Expert } from "../../domain/improvement.ts";
import { LABELLERS, type Labeller, type TrainingRow } from "../../routing-ports.ts";

/** A row without its texts: ten thousand of them fit into a small process. */
export type ReportRow = Omit<TrainingRow, "text" | "source">;

/** `said`: by a person, an expert or a second opinion. `all`: by the outcome of what was served, too. */
export const JUDGES = ["said", "all"] as const;
export type Judges = (typeof JUDGES)[number];

/**
 * Rows somebody said something about. That a change held says that the expert who was served was not wrong; it would be
 * counted for the arm that served and never for the other, so it is left out unless asked for.
 */
export function judgedRows(rows: readonly ReportRow[], judges: Judges): ReportRow[] {
  return rows.filter(
    ({ label, right, by }) => (label !== undefined || right !== undefined) && (judges === "all" || by !== "outcome"),
  );
}

/** Whether this expert is the right one; undefined where only somebody else is known to be wrong. */
export function isRight({ label, right, chosen }: ReportRow, expert: Expert): boolean | undefined {
  if (label !== undefined) return label === expert;
  return right === undefined || chosen !== expert ? undefined : right;
}

export interface LabelCounts {
  readonly rows: number;
  readonly labelled: number;
  readonly by: Readonly<Record<Labeller, number>>;
}

export function labelCounts(rows: readonly ReportRow[]): LabelCounts {
  const labelled = judgedRows(rows, "all");
  const counted = LABELLERS.map((name) => [name, labelled.filter(({ by }) => by === name).length] as const);
  return {
    rows: rows.length,
    labelled: labelled.length,
    by: Object.fromEntries(counted) as Record<Labeller, number>,
  };
}
