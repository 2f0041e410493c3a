/** The changed workloads log nothing fatal that they did not log before; new errors are reported, never decisive. */
import { restsBy } from "./at-rest.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { troubleIn } from "./fingerprint.ts";
import { metricLimits } from "./schedule.ts";
import { describeTarget, podsOf, type WorkloadTarget, workloadTargets } from "./targets.ts";

/** Pods of one workload whose logs are read; more would only repeat what these say. */
export const LOGGED_PODS = 5;
/** Seconds that are read back at most. */
export const LOG_SECONDS = 600;

export const logs: Check = {
  name: "logs",
  // A panic stays in the log, so a second look would add nothing.
  limits: (schedule) => ({ ...metricLimits(schedule), failureLimit: 0 }),
  async look(world) {
    const targets = workloadTargets(world.objects);
    return worstOf(await Promise.all(targets.map((target) => lookAt(target, world))), "no workload is changed");
  },
};

async function lookAt(target: WorkloadTarget, world: World): Promise<Look> {
  const { baseline, cluster, now, since, signal } = world;
  const name = describeTarget(target);
  const found = await podsOf(target, cluster, signal);
  const running = (found?.pods ?? []).filter(({ phase }) => phase === "Running").slice(0, LOGGED_PODS);
  if (running.length === 0) {
    const scaler = found?.workload.desired === 0 ? await restsBy(target, world) : undefined;
    const message = `no pod of ${name} runs that could log`;
    return scaler === undefined ? inconclusive(message) : successful(`${message}: ${scaler} keeps none`, 0);
  }
  const seconds = Math.min(LOG_SECONDS, Math.ceil((now - since) / 1_000) + 1);
  const read = await Promise.all(running.map((pod) => cluster.logs(target.namespace, pod.name, seconds, signal)));
  const known = new Set(baseline?.logFingerprints ?? []);
  const fresh = troubleIn(read.flat()).filter(({ print }) => !known.has(print));
  const [worst] = fresh;
  if (worst === undefined) return successful(`no new errors in the logs of ${name}`, 0);
  if (worst.severity === "fatal") return failed(`${name} logs: ${worst.line}`, fresh.length);
  return successful(`${fresh.length} new kinds of errors in the logs of ${name}, e.g. ${worst.line}`, fresh.length);
}
