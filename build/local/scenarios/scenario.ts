/** What a scenario is: which talks are given, what goes wrong when, and how it has to end. */
import type { Phase } from "../../../shared/domain/health.ts";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import type { Status } from "../../../shared/domain/lifecycle.ts";
import type { Fault } from "../sandbox/fault-kinds.ts";
import type { LocalSchool } from "../school.ts";
import type { Repository } from "./repository.ts";

export interface Scenario {
  readonly name: string;
  /** One sentence for people. */
  readonly what: string;
  /** Names of talks; the first is the one the scenario is about. */
  readonly talks: readonly TalkName[];
  /** Seconds of the verification, where the standard ones do not do. */
  readonly seconds?: number;
  /** The change sets are planned and wait for a person. Faults that come with the change are switched on here. */
  readonly before?: (act: Act) => Promise<void> | void;
  /** Runs beside the school from the approval on, until it has done what it does or the improvements rest. */
  readonly meanwhile?: (act: Act) => Promise<void>;
  readonly end: End;
  /** What else has to be true: one sentence per thing that is not. */
  readonly also?: (act: Act) => Promise<readonly string[]>;
}

/** How every improvement of the scenario has to end. */
export interface End {
  /** The statuses after `approved`, in order. */
  readonly path: readonly Status[];
  /** Is the commit taken back in Git? */
  readonly reverted: boolean;
  /** A measurement of this check in this phase must be in the record. */
  readonly measured: { readonly check: string; readonly phase: Phase; readonly message: RegExp };
  /** Whether every workload must be ready and every Application Synced and Healthy. */
  readonly well: boolean;
  /** The verification had to be extended; either may be where it is absent. */
  readonly extended?: boolean;
}

export interface Act {
  readonly school: LocalSchool;
  readonly repository: Repository;
  /** As they were planned, in the order of the talks. */
  readonly improvements: readonly Improvement[];
  /** The workload the first of them changes. */
  readonly target: { readonly namespace: string; readonly workload: string };
  /** Seconds of the verification. */
  readonly seconds: number;
  readonly inject: (fault: Fault) => void;
  /** The record of the first improvement as it is now. */
  readonly record: () => Promise<Improvement>;
  /** Resolves when the first improvement has come to this status, with everything it went through. */
  readonly reaches: (status: Status) => Promise<void>;
  /** Asks again and again until there is an answer; throws with `what` when patience ends. */
  readonly until: <T>(what: string, look: () => Promise<T | undefined> | T | undefined) => Promise<T>;
  /** Aborted when the improvements rest: whoever disturbs them stops then. */
  readonly rests: AbortSignal;
}

export const TALKS = {
  limits: "Set memory limits on every container. You must set memory requests and limits on all pods.",
  probes: "You must add readiness and liveness probes to every workload. Always have a readiness probe.",
  budgets: "Always give replicated workloads a PodDisruptionBudget, so that a drain never takes the last replica.",
} as const;
export type TalkName = keyof typeof TALKS;
