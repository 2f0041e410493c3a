/** The share of requests the changed workloads answer with 5xx stays near the baseline. */
import type { Baseline } from "../domain/health.ts";
import {
  type Check,
  failed,
  inconclusive,
  type Look,
  notApplicable,
  successful,
  type World,
  worstOf,
} from "./check.ts";
import { errorRatioQuery, seriesQuery } from "./queries.ts";
import { metricLimits } from "./schedule.ts";
import { key, type WorkloadTarget, workloadTargets } from "./targets.ts";

/** 1 % is always tolerated, and half a percentage point over what was normal before. */
const TOLERATED = 0.01;
const TOLERATED_INCREASE = 0.005;

export const errorRatio: Check = {
  name: "error-ratio",
  limits: metricLimits,
  async look(world) {
    const targets = workloadTargets(world.objects);
    return worstOf(await Promise.all(targets.map((target) => lookAt(target, world))), "no workload is changed");
  },
};

/** The highest share of 5xx that is still fine for a workload (`namespace/name`), 0..1. */
export function errorRatioLimit(baseline: Baseline | undefined, workload: string): number {
  return Math.max(TOLERATED, (baseline?.services?.[workload]?.errorRatio ?? 0) + TOLERATED_INCREASE);
}

/** `1.25 %`, for messages. */
export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(2)} %`;
}

async function lookAt({ namespace, name }: WorkloadTarget, world: World): Promise<Look> {
  const { baseline, metrics, metricNames, signal } = world;
  const id = key(namespace, name);
  const [sample] = await metrics.query(errorRatioQuery({ namespace, workload: name }, metricNames), signal);
  if (sample === undefined) {
    if (baseline?.services?.[id] !== undefined) return inconclusive(`the request metrics of ${id} are gone`);
    const [series] = await metrics.query(seriesQuery({ namespace, workload: name }, metricNames), signal);
    // A rate needs two scrapes: a workload that just began to report is no workload without metrics.
    if (series !== undefined && series.value > 0) return inconclusive(`${id} has just begun to report requests`);
    return notApplicable(`${id} has no request metrics`);
  }
  if (!Number.isFinite(sample.value)) return inconclusive(`${id} has no traffic`);
  const limit = errorRatioLimit(baseline, id);
  const message = `${percent(sample.value)} of the requests to ${id} fail (limit ${percent(limit)})`;
  return sample.value > limit ? failed(message, sample.value) : successful(message, sample.value);
}
