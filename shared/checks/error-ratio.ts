/** The share of requests the changed workloads answer with 5xx stays near the baseline. */
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
import { seriesQuery } from "./queries.ts";
import { requestMetric } from "./request-metrics.ts";
import { metricLimits } from "./schedule.ts";
import { key, type WorkloadTarget, workloadTargets } from "./targets.ts";
import { errorRatioLimit } from "./thresholds.ts";

export const errorRatio: Check = {
  name: "error-ratio",
  limits: metricLimits,
  async look(world) {
    const targets = workloadTargets(world.objects);
    return worstOf(await Promise.all(targets.map((target) => lookAt(target, world))), "no workload is changed");
  },
};

/** `1.25 %`, for messages. */
export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(2)} %`;
}

async function lookAt(target: WorkloadTarget, world: World): Promise<Look> {
  const { metrics, metricNames, settings, signal } = world;
  const { namespace, name } = target;
  const id = key(namespace, name);
  const { query, wasThere, before, isOwn } = requestMetric("error-ratio", target, world);
  const [sample] = await metrics.query(query, signal);
  if (sample === undefined) {
    if (wasThere) return inconclusive(`the request metrics of ${id} are gone`);
    if (isOwn) return notApplicable(`the repository's query finds no requests of ${id}`);
    const [series] = await metrics.query(seriesQuery({ namespace, workload: name }, metricNames), signal);
    // A rate needs two scrapes: a workload that just began to report is no workload without metrics.
    if (series !== undefined && series.value > 0) return inconclusive(`${id} has just begun to report requests`);
    return notApplicable(`${id} has no request metrics`);
  }
  if (!Number.isFinite(sample.value)) return inconclusive(`${id} has no traffic`);
  const limit = errorRatioLimit(before, "error-ratio", settings);
  const message = `${percent(sample.value)} of the requests to ${id} fail (limit ${percent(limit)})`;
  return sample.value > limit ? failed(message, sample.value) : successful(message, sample.value);
}
