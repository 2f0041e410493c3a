/** What became of improvements, by the expert who was chosen. */
import { EXPERTS, type Expert } from "../../domain/improvement.ts";
import { shareOfRight } from "./arms.ts";
import { type Share, shareOf } from "./intervals.ts";
import type { ReportRow } from "./judged.ts";

export interface Confusion {
  /** Names of the columns: who was chosen; `none`: nobody, a person had to. */
  readonly chosen: readonly (Expert | "none")[];
  /** One row per right expert. */
  readonly rows: readonly { readonly label: Expert; readonly counts: readonly number[] }[];
}

const COLUMNS = [...EXPERTS, "none"] as const;

export function confusionOf(rows: readonly ReportRow[]): Confusion {
  const counts = new Map<string, number>();
  for (const { label, chosen = "none" } of rows) {
    const cell = `${label} ${chosen}`;
    if (label !== undefined) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return {
    chosen: COLUMNS,
    rows: EXPERTS.map((label) => ({
      label,
      counts: COLUMNS.map((chosen) => counts.get(`${label} ${chosen}`) ?? 0),
    })),
  };
}

export interface ExpertSuccess {
  readonly expert: Expert;
  /** Rows it was chosen for. */
  readonly n: number;
  /** How often it was the right one: of those somebody judged. */
  readonly right: Share;
  /** How often the change held in the cluster: of those that were tried. */
  readonly held: Share;
}

/** The two kinds of success are different questions and stay apart. `judged`: those of `rows` that say who was right. */
export function successOf(rows: readonly ReportRow[], judged: readonly ReportRow[]): ExpertSuccess[] {
  return EXPERTS.map((expert) => {
    const own = rows.filter(({ chosen }) => chosen === expert);
    const tried = own.filter(({ held }) => held !== undefined);
    return {
      expert,
      n: own.length,
      right: shareOfRight(judged.filter(({ chosen }) => chosen === expert)),
      held: shareOf(tried.filter(({ held }) => held === true).length, tried.length),
    };
  });
}
