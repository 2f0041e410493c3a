/**
 * The Services a changed workload is told to talk to still have somebody who answers: those with ready addresses before the
 * change have them afterwards. Whether the workload may connect is what its own readiness, errors and logs say.
 */
import type { ClusterReader } from "../ports.ts";
import { fieldsAt, stringsAt } from "../repository/values.ts";
import { selects } from "../repository/workloads.ts";
import { restsBy } from "./at-rest.ts";
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
import { addressesOf, selectorOf } from "./endpoints-read.ts";
import { configMapsOf, type Told, templateOf, toldDirectly } from "./pod-spec.ts";
import { metricLimits } from "./schedule.ts";
import { type NamedService, servicesNamed } from "./service-names.ts";
import { describeTarget, key, type WorkloadTarget, workloadTargets } from "./targets.ts";

/** More names than these are not followed; those that are written out come first. */
const MOST_SERVICES = 20;
const MOST_CONFIGS = 10;

export const dependencies: Check = {
  name: "dependencies",
  // Two are tolerated, as for metrics: a dependency may be rolled out itself.
  limits: metricLimits,
  async look(world) {
    const targets = workloadTargets(world.objects);
    return worstOf(await Promise.all(targets.map((target) => lookAt(target, world))), "no workload is changed");
  },
};

/** What the workload is told to talk to, as it stands in the cluster: variables, arguments, ConfigMaps. Secrets are not read. */
export async function dependenciesOf(
  target: WorkloadTarget,
  cluster: Pick<ClusterReader, "object">,
  signal?: AbortSignal,
): Promise<readonly NamedService[]> {
  const template = await templateOf(target, cluster, signal);
  if (template === undefined) return [];
  const names = [...new Set(configMapsOf(template.spec).map(({ name }) => name))].slice(0, MOST_CONFIGS);
  const configs = await Promise.all(
    names.map((name) => cluster.object("v1", "ConfigMap", target.namespace, name, signal)),
  );
  const told = configs.flatMap((config) =>
    Object.entries(stringsAt(fieldsAt(config), "data")).map(([variable, text]): Told => ({ variable, text })),
  );
  return servicesNamed([...toldDirectly(template.spec), ...told], target.namespace).slice(0, MOST_SERVICES);
}

async function lookAt(target: WorkloadTarget, world: World): Promise<Look> {
  const named = await dependenciesOf(target, world.cluster, world.signal);
  const looks = await Promise.all(named.map((service) => lookAtService(service, target, world)));
  return worstOf(looks, `${describeTarget(target)} names no Service`);
}

async function lookAtService(service: NamedService, target: WorkloadTarget, world: World): Promise<Look> {
  const { baseline, cluster, signal } = world;
  const id = key(service.namespace, service.name);
  const before = baseline?.endpoints?.[id];
  const now = await addressesOf(service, cluster, signal);
  if (now !== undefined && now.ready > 0)
    return successful(`Service ${id} has ${now.ready} ready addresses`, now.ready);
  if (before === 0) return notApplicable(`Service ${id} had no ready address before the change either`);
  const selector = await selectorOf(service, cluster, signal);
  if (before === undefined && selector === undefined && !service.isFull) return notApplicable(`${id} is no Service`);
  const aside = selector === undefined ? undefined : await standsAside(selector, service.namespace, world);
  if (aside !== undefined) return notApplicable(`Service ${id} ${aside}`);
  const because = `${describeTarget(target)} depends on Service ${id}, which ${selector === undefined ? "does not exist" : "has no ready address"}`;
  // Never seen with an address: nobody can tell whether it is on its way, or was never needed.
  if (before === undefined) return inconclusive(because);
  return failed(`${because} (${before} before the change)`, 0);
}

/** Why a Service without addresses is no lost dependency; undefined when it may be one. */
async function standsAside(
  selector: Readonly<Record<string, string>>,
  namespace: string,
  world: World,
): Promise<string | undefined> {
  if (Object.keys(selector).length === 0) return "is filled by nobody in the cluster";
  for (const own of workloadTargets(world.objects).filter((one) => one.namespace === namespace)) {
    const template = await templateOf(own, world.cluster, world.signal);
    if (template === undefined || !selects(selector, template.labels)) continue;
    const scaler = await restsBy(own, world);
    return scaler === undefined
      ? `leads to ${describeTarget(own)}, which is changed itself`
      : `is at rest: ${scaler} keeps no pods`;
  }
  return undefined;
}
