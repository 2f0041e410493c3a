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
import { p95Query } from "./queries.ts";
import { metricLimits } from "./schedule.ts";
import { key, type WorkloadTarget, workloadTargets } from "./targets.ts";

/** Slower by more than this factor and by more than this many seconds: a fast service may double unnoticed. */
const FACTOR = 2;
const NOTICEABLE_SECONDS = 0.05;

export const latency: Check = {
  name: "latency",
  limits: metricLimits,
  async look(world) {
    const targets = workloadTargets(world.objects);
    return worstOf(await Promise.all(targets.map((target) => lookAt(target, world))), "no workload is changed");
  },
};

async function lookAt({ namespace, name }: WorkloadTarget, world: World): Promise<Look> {
  const { baseline, metrics, metricNames, signal } = world;
  const id = key(namespace, name);
  const before = baseline?.services?.[id]?.p95Seconds;
  if (before === undefined) return notApplicable(`no latency of ${id} is known from before the change`);
  const [sample] = await metrics.query(p95Query({ namespace, workload: name }, metricNames), signal);
  if (sample === undefined) return inconclusive(`the latency metrics of ${id} are gone`);
  if (Number.isNaN(sample.value)) return inconclusive(`${id} has no traffic`);
  const message = `95 % of the requests to ${id} take up to ${milliseconds(sample.value)} (before: ${milliseconds(before)})`;
  const slower = sample.value > before * FACTOR && sample.value - before > NOTICEABLE_SECONDS;
  return slower ? failed(message, sample.value) : successful(message, sample.value);
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1_000)} ms`;
}
