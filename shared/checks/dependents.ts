/** The workloads that call what is changed, wherever they run: when it gets worse for them, the change is why. */
import { failed, inconclusive, type Look, notApplicable, successful, type World } from "./check.ts";
import { percent } from "./error-ratio.ts";
import { podLook } from "./pod-look.ts";
import { errorRatioQuery } from "./queries.ts";
import { describeTarget, key, podsOf, type WorkloadTarget } from "./targets.ts";
import { errorRatioLimit, ratioBefore } from "./thresholds.ts";

/** Those in `seen` namespaces are looked at with everything else that runs there. */
export async function dependentsLooks(world: World, seen: readonly string[]): Promise<readonly Look[]> {
  const targets = (world.dependents ?? []).filter(({ namespace }) => !seen.includes(namespace));
  const looks = await Promise.all(targets.map((target) => lookAt(target, world)));
  return looks.flat();
}

async function lookAt(target: WorkloadTarget, world: World): Promise<readonly Look[]> {
  const { baseline, cluster, metrics, metricNames, settings, signal } = world;
  const { namespace, name } = target;
  const found = await podsOf(target, cluster, signal);
  const pods = found?.pods ?? [];
  const id = key(namespace, name);
  const before = ratioBefore(baseline, id);
  const wasSeen = baseline?.dependents?.includes(id) === true;
  if (!wasSeen) return [notApplicable(`${describeTarget(target)} was not looked at before the change`)];
  if (pods.length === 0) return [inconclusive(`${describeTarget(target)} had pods before the change and has none now`)];
  const looks = pods.map((pod) => podLook(pod, namespace, baseline));
  if (before === undefined) return looks;
  const [sample] = await metrics.query(errorRatioQuery({ namespace, workload: name }, metricNames), signal);
  const limit = errorRatioLimit(before, "neighbours", settings);
  if (sample === undefined || !Number.isFinite(sample.value)) {
    return [...looks, inconclusive(`${id} had traffic before the change and has none now`)];
  }
  const message = `${percent(sample.value)} of the requests to ${id}, which depends on it, fail (limit ${percent(limit)})`;
  return [...looks, sample.value > limit ? failed(message, sample.value) : successful(message, sample.value)];
}
