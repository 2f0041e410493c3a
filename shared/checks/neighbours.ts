/**
 * Everything that runs in the namespace is as well as before, and so are those elsewhere that call what is changed. For changes without pods of their own (a NetworkPolicy, a
 * quota, a CronJob) this is the effect that counts: that the object exists proves nothing.
 */
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
import { dependentsLooks } from "./dependents.ts";
import { percent } from "./error-ratio.ts";
import { podLook } from "./pod-look.ts";
import { namespaceErrorRatioQuery } from "./queries.ts";
import { metricLimits } from "./schedule.ts";
import { affectedNamespaces, key } from "./targets.ts";
import { errorRatioLimit, ratioBefore } from "./thresholds.ts";

export const neighbours: Check = {
  name: "neighbours",
  limits: metricLimits,
  async look(world) {
    const namespaces = affectedNamespaces(world.objects);
    const [looks, callers] = await Promise.all([
      Promise.all(namespaces.flatMap((namespace) => [podsIn(namespace, world), requestsIn(namespace, world)])),
      dependentsLooks(world, namespaces),
    ]);
    return worstOf([...looks, ...callers], "nothing in a namespace is changed beside workloads");
  },
};

async function podsIn(namespace: string, { baseline, cluster, signal }: World): Promise<Look> {
  const pods = await cluster.pods(namespace, {}, signal);
  if (pods.length === 0) return notApplicable(`nothing runs in ${namespace}`);
  const looks = pods.map((pod) => podLook(pod, namespace, baseline));
  const worst = worstOf(looks, "");
  return "phase" in worst && worst.phase === "Successful"
    ? successful(`${pods.length} pods in ${namespace} are as well as before`)
    : worst;
}

async function requestsIn(
  namespace: string,
  { baseline, metrics, metricNames, objects, settings, signal }: World,
): Promise<Look> {
  const samples = await metrics.query(namespaceErrorRatioQuery(namespace, metricNames), signal);
  const now = new Map(samples.map(({ labels, value }) => [labels[metricNames.workloadLabel] ?? "", value]));
  // A workload that was taken away on purpose gets no traffic any more.
  const removed = new Set(objects.filter(({ effect }) => effect === "delete").map(({ name }) => key(namespace, name)));
  const before = Object.entries(baseline?.services ?? {}).filter(
    ([id]) => id.startsWith(`${namespace}/`) && !removed.has(id),
  );
  const looks: Look[] = [];
  for (const [workload, ratio] of now) {
    if (!Number.isFinite(ratio)) continue;
    const id = key(namespace, workload);
    const limit = errorRatioLimit(ratioBefore(baseline, id), "neighbours", settings);
    const message = `${percent(ratio)} of the requests to ${id} fail (limit ${percent(limit)})`;
    looks.push(ratio > limit ? failed(message, ratio) : successful(message, ratio));
  }
  for (const [id, { errorRatio }] of before) {
    const ratio = now.get(id.slice(namespace.length + 1));
    // Traffic that stopped is what a policy that blocks too much looks like; it may also just be night.
    if (errorRatio !== undefined && (ratio === undefined || !Number.isFinite(ratio))) {
      looks.push(inconclusive(`${id} had traffic before the change and has none now`));
    }
  }
  return worstOf(looks, `no workload in ${namespace} has request metrics with traffic`);
}
