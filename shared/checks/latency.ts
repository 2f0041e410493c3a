/** The 95th percentile of the request duration stays near the baseline of the same workload. */
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
import { requestMetric } from "./request-metrics.ts";
import { metricLimits } from "./schedule.ts";
import { key, type WorkloadTarget, workloadTargets } from "./targets.ts";
import { isSlower } from "./thresholds.ts";

export const latency: Check = {
  name: "latency",
  limits: metricLimits,
  async look(world) {
    const targets = workloadTargets(world.objects);
    return worstOf(await Promise.all(targets.map((target) => lookAt(target, world))), "no workload is changed");
  },
};

async function lookAt(target: WorkloadTarget, world: World): Promise<Look> {
  const { metrics, settings, signal } = world;
  const id = key(target.namespace, target.name);
  const { query, before } = requestMetric("latency", target, world);
  if (before === undefined) return notApplicable(`no latency of ${id} is known from before the change`);
  const [sample] = await metrics.query(query, signal);
  if (sample === undefined) return inconclusive(`the latency metrics of ${id} are gone`);
  if (Number.isNaN(sample.value)) return inconclusive(`${id} has no traffic`);
  const message = `95 % of the requests to ${id} take up to ${milliseconds(sample.value)} (before: ${milliseconds(before)})`;
  return isSlower(before, sample.value, settings) ? failed(message, sample.value) : successful(message, sample.value);
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1_000)} ms`;
}
