/** What came of one simulated day. */
import { percentile } from "../rows.ts";
import type { TallyFigures } from "./tally.ts";

export interface StageReport {
  readonly visits: number;
  /** Seconds until work began. */
  readonly waitedP50: number;
  readonly waitedP95: number;
  readonly most: number;
  readonly podHours: number;
  /** Share of the time that the slots of all pods the stage may have were at work. */
  readonly utilisation: number;
  readonly tally: TallyFigures;
}

export interface Gate {
  readonly waitedP50: number;
  readonly waitedP95: number;
  /** Share of what it can give that was taken. */
  readonly utilisation: number;
}

export interface SimulationReport {
  readonly arrived: number;
  readonly ended: number;
  readonly takenBack: number;
  /** Still under way when the simulation ended. */
  readonly inside: number;
  /** Commits of a change that landed, in 24 hours while work arrived. */
  readonly landedPerDay: number;
  /** Seconds from proposal to end. */
  readonly throughP50: number;
  readonly throughP95: number;
  readonly stages: Readonly<Record<string, StageReport>>;
  readonly gates: Readonly<Record<"commit budget" | "lock of the Application" | "branch", Gate>>;
  /** Whatever is closest to all it can give. */
  readonly bottleneck: string;
  readonly mostPods: number;
  readonly podHours: number;
  readonly all: TallyFigures;
  /** When the last came to its end, seconds. */
  readonly lastEnd: number;
}

export const p50 = (values: readonly number[]) => (values.length === 0 ? 0 : percentile(values, 0.5));
export const p95 = (values: readonly number[]) => (values.length === 0 ? 0 : percentile(values, 0.95));

/** The most used of all, by name; what nobody used is no bottleneck. */
export function mostUsed(shares: Readonly<Record<string, number>>): string {
  const [name = "nothing", share = 0] = Object.entries(shares).sort(([, a], [, b]) => b - a)[0] ?? [];
  return share === 0 ? "nothing" : name;
}
