/** What GET /api/pipeline answers, as far as the dashboard shows it. */
import type { Status } from "../../../../shared/domain/lifecycle.ts";
import type { StageName } from "../../../../shared/stages.ts";
import type { StageLoad, StatusAnswer } from "./answers.ts";

export interface StageFigures extends StageLoad {
  readonly workers: number;
  readonly maxWorkers: number;
  readonly retried: number;
  readonly coldStarts: number;
  /** Of the last sixty minutes, the present one last. */
  readonly perMinute: readonly number[];
}

export interface DropOffs {
  readonly totals: Readonly<Record<string, number>>;
  readonly reasons: readonly {
    readonly status: string;
    readonly stage: StageName | null;
    readonly reason: string;
    readonly count: number;
  }[];
  readonly others: number;
}

export interface PipelineAnswer
  extends Pick<StatusAnswer, "time" | "counts" | "flags" | "breaker" | "freeze" | "budgets"> {
  readonly stages: Readonly<Record<StageName, StageFigures>>;
  /** Moves before then are not counted. */
  readonly since: string;
  readonly dropOffs: { readonly day: DropOffs; readonly week: DropOffs };
  readonly oldest: Readonly<Record<Status, { readonly id: string; readonly since: string } | null>>;
}
