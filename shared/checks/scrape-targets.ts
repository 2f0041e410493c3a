/**
 * A ServiceMonitor leads Prometheus to pods that answer: `up` says so. The school names a monitor like its Service, and
 * the operator labels every target with the Service it was found by.
 */
import type { ObjectRef } from "../domain/change-set.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { targetsQuery } from "./queries.ts";
import { clusterLimits } from "./schedule.ts";

export const scrapeTargets: Check = {
  name: "scrape-targets",
  // Nothing counts against it before the last look: reloading takes minutes, and a target nobody asks hurts nobody.
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const monitors = world.objects.filter(isMonitor);
    return worstOf(await Promise.all(monitors.map((one) => lookAt(one, world))), "no monitor is changed");
  },
};

function isMonitor({ apiVersion, kind, effect }: ObjectRef): boolean {
  return kind === "ServiceMonitor" && apiVersion.startsWith("monitoring.coreos.com/") && effect !== "delete";
}

async function lookAt({ namespace = "", name }: ObjectRef, { metrics, lastLook, signal }: World): Promise<Look> {
  const notYet = (message: string) => (lastLook ? failed(message) : inconclusive(message));
  const samples = await metrics.query(targetsQuery({ namespace, service: name }), signal);
  if (samples.length === 0) return notYet(`Prometheus knows no target of Service ${namespace}/${name}`);
  const down = samples.filter(({ value }) => value !== 1).length;
  if (down > 0) return notYet(`${down} of ${samples.length} targets of Service ${namespace}/${name} do not answer`);
  return successful(`${samples.length} targets of Service ${namespace}/${name} answer`, samples.length);
}
