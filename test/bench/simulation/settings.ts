/** What the simulation is told: how much comes, what there is of everything, and how long each step takes. */
import type { StageName } from "../../../shared/stages.ts";

/** Seconds: the half of all take no longer than `median`, 95 of 100 no longer than `p95` (log-normal). */
export interface Duration {
  readonly median: number;
  readonly p95: number;
}

/** Stages an improvement passes on its way to Git and to its end, with `learn` beside it. */
export const WALK = [
  "route",
  "evaluate",
  "validate",
  "plan",
  "approve",
  "implement",
  "sync",
  "verify",
  "rollback",
  "learn",
] as const;
export type Walked = (typeof WALK)[number] & StageName;

export interface SimulationSettings {
  readonly seed: number;
  /** Proposals that arrive, on average, in 24 hours; they come `perSource` at a time, sources by chance. */
  readonly perDay: number;
  readonly perSource: number;
  /** Seconds in which they arrive. Afterwards the school works on until nothing is left, at most `drain` seconds. */
  readonly horizon: number;
  readonly drain: number;
  /** One round of work. */
  readonly work: Readonly<Record<Walked, Duration>>;
  /** Part of `implement` during which nobody else writes to the same branch. */
  readonly push: Duration;
  /** Pods and events a pod works on; without `pods` KEDA and the HPA decide. */
  readonly perPod: Readonly<Record<Walked, number>>;
  readonly pods?: number;
  /** Seconds until a pod that is wanted takes work. */
  readonly podStart: number;
  readonly wakes: boolean;
  /** Argo CD Applications, chosen by chance; each takes one improvement at a time. */
  readonly applications: number;
  /** GitOps repositories the Applications are spread over: one branch each. */
  readonly repositories: number;
  /** Commits that are allowed in an hour and in a day. */
  readonly commitsPerHour: number;
  readonly commitsPerDay: number;
  /** Until Argo CD has seen and applied a commit; then what `sync` does between its looks. */
  readonly reconcile: Duration;
  readonly syncInterval: number;
  readonly watched: number;
  readonly verifyInterval: number;
  /** Share of those that are measured and turn out bad, and are taken back. */
  readonly bad: number;
  /** Share that a person decides; after how long. Persons are not simulated as a queue: they are as many as are needed. */
  readonly asked: number;
  readonly person: Duration;
}
