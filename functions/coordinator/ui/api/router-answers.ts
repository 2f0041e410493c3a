/** What the API answers about the router, as far as the dashboard shows it. */
import type { Arm, ModelEntry, RouterEvent } from "../../../../shared/routing-ports.ts";

/** With its 95 % interval; a share of null is of nothing. */
export interface Share {
  readonly share: number | null;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly n: number;
  readonly confidence: number | null;
  readonly right: number | null;
}

/** By tier, one number for each step, the present one last. */
export interface OverTime {
  readonly from: string;
  readonly stepSeconds: number;
  readonly served: Readonly<Record<string, readonly number[]>>;
}

export interface RouterAnswer {
  readonly rollout: {
    readonly configured: number;
    readonly share: number;
    readonly override: { readonly by: string; readonly because: string; readonly at: string } | null;
  };
  readonly traffic: { readonly rules: number; readonly learned: number };
  readonly labels: { readonly rows: number; readonly labelled: number; readonly by: { readonly outcome: number } };
  readonly comparison: {
    readonly n: number;
    readonly bothRight: number;
    readonly onlyRules: number;
    readonly onlyLearned: number;
    readonly bothWrong: number;
    readonly p: number;
    readonly accuracy: Readonly<Record<Arm, Share>>;
  };
  readonly accuracy: { readonly all: Share };
  readonly meanConfidence: number | null;
  readonly tiers: readonly {
    readonly tier: string;
    readonly votes: { readonly decided: number; readonly abstained: number; readonly unknown: number };
    readonly served: number;
    readonly precision: Share;
    readonly meanConfidence: number | null;
    readonly p50: number | null;
    readonly p95: number | null;
  }[];
  readonly overTime: { readonly hours: OverTime; readonly days: OverTime };
  readonly confusion: {
    readonly chosen: readonly string[];
    readonly rows: readonly { readonly label: string; readonly counts: readonly number[] }[];
  };
  readonly calibration: {
    readonly n: number;
    readonly bins: readonly Bin[];
    readonly ece: number | null;
    readonly brier: number | null;
  };
  readonly experts: readonly {
    readonly expert: string;
    readonly n: number;
    readonly right: Share;
    readonly held: Share;
  }[];
  readonly models: {
    readonly serving: string;
    readonly current: ModelEntry | null;
    readonly previous: ModelEntry | null;
    readonly staging: ModelEntry | null;
    readonly archive: readonly ModelEntry[];
  };
  readonly training: { readonly newLabels: number; readonly last: string | null };
  readonly memory: {
    readonly kept: boolean;
    readonly hit: number;
    readonly miss: number;
    readonly error: number;
    readonly hitRate: number | null;
  };
  readonly events: readonly RouterEvent[];
}

/** What an operator does to it. */
export type RouterMove =
  | { readonly move: "rollout"; readonly share: number | null }
  | { readonly move: "promote"; readonly version: string }
  | { readonly move: "step-back" | "retrain" };
