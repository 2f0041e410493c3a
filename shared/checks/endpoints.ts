/**
 * Services lead to pods that are ready: those that were changed, and those of the namespaces the change touches that did
 * so before. A label, a selector or a policy that went wrong shows here first.
 */
import type { ObjectRef } from "../domain/change-set.ts";
import { at, textAt } from "../repository/values.ts";
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
import { type Addresses, addressesIn, selectorOf } from "./endpoints-read.ts";
import { templateOf } from "./pod-spec.ts";
import { metricLimits } from "./schedule.ts";
import { allNamespaces, key, workloadTargets } from "./targets.ts";

export const endpoints: Check = {
  name: "endpoints",
  // Two are tolerated, as for metrics: where pods are replaced one for one there is a moment without any.
  limits: metricLimits,
  async look(world) {
    const namespaces = await Promise.all(allNamespaces(world.objects).map((namespace) => lookIn(namespace, world)));
    return worstOf(namespaces.flat(), "no Service had ready addresses before, and none is changed");
  },
};

async function lookIn(namespace: string, world: World): Promise<readonly Look[]> {
  const now = await addressesIn(namespace, world.cluster, world.signal);
  const changed = world.objects.filter((object) => isService(object) && object.namespace === namespace);
  const before = Object.entries(world.baseline?.endpoints ?? {}).flatMap(([id, count]) =>
    id.startsWith(`${namespace}/`) && count > 0 ? [id.slice(namespace.length + 1)] : [],
  );
  const gone = new Set(changed.filter(({ effect }) => effect === "delete").map(({ name }) => name));
  const asked = [...new Set([...changed.map(({ name }) => name), ...before])].filter((name) => !gone.has(name));
  const isChanged = new Set(changed.map(({ name }) => name));
  return Promise.all(
    asked.map((name) =>
      lookAt({ namespace, name, isChanged: isChanged.has(name) }, now.get(key(namespace, name)), world),
    ),
  );
}

async function lookAt(
  service: { readonly namespace: string; readonly name: string; readonly isChanged: boolean },
  now: Addresses | undefined,
  world: World,
): Promise<Look> {
  const { baseline, cluster, lastLook, objects, signal } = world;
  const id = key(service.namespace, service.name);
  const before = baseline?.endpoints?.[id] ?? 0;
  if (now !== undefined && now.ready > 0)
    return successful(`Service ${id} has ${now.ready} ready addresses`, now.ready);
  const selector = await selectorOf(service, cluster, signal);
  const lost = before > 0 ? `, and had ${before} before the change` : "";
  if (selector === undefined) {
    return before > 0 ? failed(`Service ${id} is gone${lost}`) : inconclusive(`Service ${id} does not exist`);
  }
  if (Object.keys(selector).length === 0) return notApplicable(await filledByOthers(id, service, world));
  const resting = await restingBehind(selector, service.namespace, world);
  if (resting !== undefined) return successful(`Service ${id} leads to nobody: ${resting} keeps no pods`, 0);
  // Its pods are there and have checks of their own, which know how long a start may take.
  if (now !== undefined && now.waiting > 0 && !lastLook) {
    return inconclusive(`none of the ${now.waiting} pods behind Service ${id} is ready${lost}`);
  }
  const message = `Service ${id} leads to no pod that is ready${lost}`;
  // Whoever takes a workload away may mean the Service in front of it, too.
  const isTaken = objects.some(({ apiVersion, effect, namespace }) => {
    return effect === "delete" && apiVersion.startsWith("apps/") && namespace === service.namespace;
  });
  if (isTaken && !service.isChanged) return inconclusive(message);
  return before > 0 || lastLook ? failed(message, 0) : inconclusive(message);
}

async function filledByOthers(
  id: string,
  service: { readonly namespace: string; readonly name: string },
  { cluster, signal }: World,
): Promise<string> {
  const found = await cluster.object("v1", "Service", service.namespace, service.name, signal);
  const outside = textAt(found, "spec", "externalName");
  const known = at(found, "spec", "type") === "ExternalName" && outside !== undefined;
  return known
    ? `Service ${id} stands for ${outside.slice(0, 253)}`
    : `the addresses of Service ${id} are written by hand`;
}

/** The autoscaler of this change that keeps the workload behind a Service at none. */
async function restingBehind(
  selector: Readonly<Record<string, string>>,
  namespace: string,
  world: World,
): Promise<string | undefined> {
  const scaled = world.objects.filter((one) => one.kind === "ScaledObject" && one.namespace === namespace);
  if (scaled.length === 0) return undefined;
  const owners = [...workloadTargets(world.objects), ...(await scaledTargets(scaled, namespace, world))];
  for (const target of owners.filter((one) => one.namespace === namespace)) {
    const template = await templateOf(target, world.cluster, world.signal);
    if (template === undefined || !selects(selector, template.labels)) continue;
    const scaler = await restsBy(target, world);
    if (scaler !== undefined) return scaler;
  }
  return undefined;
}

async function scaledTargets(scaled: readonly ObjectRef[], namespace: string, { cluster, signal }: World) {
  const found = await Promise.all(
    scaled.map(({ apiVersion, kind, name }) => cluster.object(apiVersion, kind, namespace, name, signal)),
  );
  return found.flatMap((scaler) => {
    const name = textAt(scaler, "spec", "scaleTargetRef", "name");
    const kind = textAt(scaler, "spec", "scaleTargetRef", "kind") ?? "Deployment";
    return name === undefined ? [] : [{ kind, namespace, name }];
  });
}

function isService({ apiVersion, kind }: ObjectRef): boolean {
  return apiVersion === "v1" && kind === "Service";
}
