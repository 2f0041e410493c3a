/** What a health check is, and what it may look at. One check, one file; round.ts runs them and judges. */
import type { ObjectRef } from "../domain/change-set.ts";
import type { CheckSettings } from "../domain/check-settings.ts";
import type { Baseline, CheckLimits, Phase } from "../domain/health.ts";
import type { ArgoCd, ClusterReader, Metrics } from "../ports.ts";
import type { MetricNames } from "./queries.ts";
import type { Schedule } from "./schedule.ts";
import type { WorkloadTarget } from "./targets.ts";

/** Everything one measurement may use. */
export interface World {
  readonly objects: readonly ObjectRef[];
  /** Name of the Argo CD Application. */
  readonly application: string;
  /** Workloads that depend on what is changed, as the manifests showed it when it was planned. */
  readonly dependents?: readonly WorkloadTarget[];
  /** Undefined when nobody measured before the push: then nothing is compared. */
  readonly baseline: Baseline | undefined;
  readonly cluster: ClusterReader;
  readonly metrics: Metrics;
  readonly argoCd: ArgoCd;
  readonly metricNames: MetricNames;
  /** What the repository says about its checks itself. */
  readonly settings?: CheckSettings | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When this verification began. */
  readonly since: number;
  /** No measurement follows: what is not ready now never was in all the time it had. */
  readonly lastLook: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** One result. `applies: false` says why there is nothing to measure; missing data is Inconclusive instead. */
export type Look =
  | { readonly phase: Exclude<Phase, "Error">; readonly message: string; readonly value?: number }
  | { readonly applies: false; readonly because: string };

export interface Check {
  readonly name: string;
  readonly limits: (schedule: Schedule) => CheckLimits;
  /** Measured and reported, but without a say in the verdict. */
  readonly dryRun?: true;
  /** It looks at what is around the change: when nothing else could be measured, it proves nothing. */
  readonly surroundings?: true;
  /** Measures once. An error of a port is thrown and becomes a measurement of phase Error. */
  look(world: World): Promise<Look>;
}

export function successful(message: string, value?: number): Look {
  return { phase: "Successful", message, ...(value === undefined ? {} : { value }) };
}
export function failed(message: string, value?: number): Look {
  return { phase: "Failed", message, ...(value === undefined ? {} : { value }) };
}
export function inconclusive(message: string): Look {
  return { phase: "Inconclusive", message };
}
export function notApplicable(because: string): Look {
  return { applies: false, because };
}

/** Several targets, one result: the worst decides; those that do not apply count only when none does. */
export function worstOf(looks: readonly Look[], nothing: string): Look {
  const measured = looks.filter((look) => "phase" in look);
  for (const phase of ["Failed", "Inconclusive"] as const) {
    const worst = measured.filter((look) => look.phase === phase);
    if (worst[0] !== undefined) return { ...worst[0], message: messages(worst) };
  }
  if (measured.length > 0) {
    const values = measured.flatMap(({ value }) => value ?? []);
    return successful(messages(measured), values.length > 0 ? Math.max(...values) : undefined);
  }
  const reasons = looks.flatMap((look) => ("phase" in look ? [] : [look.because]));
  return notApplicable(reasons.length > 0 ? [...new Set(reasons)].join("; ") : nothing);
}

function messages(looks: readonly { readonly message: string }[]): string {
  return [...new Set(looks.map(({ message }) => message))].join("; ").slice(0, 500);
}
