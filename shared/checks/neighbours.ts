/**
 * Everything that runs in the namespace is as well as before. For changes without pods of their own (a NetworkPolicy, a
 * quota, a CronJob) this is the effect that counts: that the object exists proves nothing.
 */
import type { PodState } from "../ports.ts";
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
import { percent } from "./error-ratio.ts";
import { namespaceErrorRatioQuery } from "./queries.ts";
import { metricLimits } from "./schedule.ts";
import { affectedNamespaces, fatalReason, key } from "./targets.ts";
import { errorRatioLimit, ratioBefore } from "./thresholds.ts";

export const neighbours: Check = {
  name: "neighbours",
  limits: metricLimits,
  async look(world) {
    const looks = await Promise.all(
      affectedNamespaces(world.objects).flatMap((namespace) => [
        podsIn(namespace, world),
        requestsIn(namespace, world),
      ]),
    );
    return worstOf(looks, "nothing in a namespace is changed beside workloads");
  },
};

/** What is wrong with a pod, undefined when nothing is. A finished pod is well when it succeeded. */
export function podTrouble(pod: PodState): string | undefined {
  if (pod.phase === "Succeeded") return undefined;
  if (pod.phase === "Failed") return pod.reason ?? "Failed";
  return fatalReason(pod) ?? (pod.ready ? undefined : "not ready");
}

async function podsIn(namespace: string, { baseline, cluster, signal }: World): Promise<Look> {
  const pods = await cluster.pods(namespace, {}, signal);
  if (pods.length === 0) return notApplicable(`nothing runs in ${namespace}`);
  const looks = pods.map((pod): Look => {
    const id = key(namespace, pod.name);
    const before = baseline?.restarts[id];
    const trouble = podTrouble(pod);
    if (before !== undefined && pod.restarts - before > 1) {
      return failed(`pod ${id} restarted ${pod.restarts - before} times since the change`);
    }
    if (trouble === undefined || baseline?.troubledPods?.[id] !== undefined)
      return successful(`pod ${id} is as before`);
    // OOMKilled stays in the status of a pod that recovered; without a new restart it is old news.
    if (trouble === "OOMKilled" && before === pod.restarts && pod.ready) return successful(`pod ${id} is as before`);
    // A new pod may just be starting; one that was well before the change and is not any more tells against it.
    return trouble === "not ready" && before === undefined
      ? inconclusive(`pod ${id} is not ready yet`)
      : failed(`pod ${id}: ${trouble}`);
  });
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
