/** Where in a namespace new pods can be put, and what there would cut them off or take them for its own. */
import { isProtectedNamespace } from "../../policy/protected.ts";
import { matchesLabels } from "../../repository/label-selector.ts";
import { groupBy, inNamespace } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { isService } from "../../repository/services.ts";
import { fieldsAt, isFields, itemsAt, stringsAt } from "../../repository/values.ts";
import { selects, workloadsIn } from "../../repository/workloads.ts";
import { writableApplication } from "../targets.ts";
import { closedIngress, isolating, type Pods } from "../traffic/pod-traffic.ts";

type Labels = Readonly<Record<string, string>>;

/** The Application that holds most of a namespace's objects among those that can be written to; else why there is none. */
export function homeIn(platform: Platform, namespace: string): RepositoryApplication | string {
  if (isProtectedNamespace(namespace)) return `namespace ${namespace} is off limits`;
  const read = inNamespace(platform, namespace).filter(({ application }) => application !== undefined);
  const byApplication = [...groupBy(read, ({ application }) => application)].sort(
    ([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1),
  );
  const homes = byApplication.map(([, [first]]) => writableApplication(platform, first?.path ?? ""));
  const home = homes.find((one) => typeof one !== "string");
  return home ?? homes.find((one) => typeof one === "string") ?? `no Application puts anything into ${namespace}`;
}

/** Anything of the namespace that would take pods with these labels for its own. */
export function takesThem(platform: Platform, namespace: string, labels: Labels): Resource | undefined {
  return inNamespace(platform, namespace).find((one) => {
    if (isService(one)) return selects(stringsAt(one.object, "spec", "selector"), labels);
    const selector = fieldsAt(one.object, "spec", "selector");
    return one.apiVersion.startsWith("apps/") && matchesLabels(selector, labels);
  });
}

/** The NetworkPolicy that lets no pod of the namespace itself in to these pods. */
export function closedInside(platform: Platform, to: Pods, port: number): Resource | undefined {
  const callers = workloadsIn(platform, to.namespace).map(({ podLabels }) => podLabels);
  const closed = [undefined, ...callers].map((labels) =>
    closedIngress(platform, { namespace: to.namespace, labels }, to, port),
  );
  return closed.every((one) => one !== undefined) ? closed[0] : undefined;
}

/** The NetworkPolicy that lets nobody in from beyond the namespace: whoever carries what comes from outside. */
export function closedOutside(platform: Platform, to: Pods): Resource | undefined {
  const policies = isolating(platform, "Ingress", to);
  const isWide = (peer: unknown) =>
    isFields(peer) && (isFields(peer["namespaceSelector"]) || isFields(peer["ipBlock"]));
  const isOpen = policies.some(({ object }) =>
    itemsAt(object, "spec", "ingress").some((rule) => {
      const peers = itemsAt(rule, "from");
      return peers.length === 0 || peers.some(isWide);
    }),
  );
  return isOpen ? undefined : policies[0];
}

/** The NetworkPolicy that decides whom these pods may call. */
export function heldBack(platform: Platform, pods: Pods): Resource | undefined {
  return isolating(platform, "Egress", pods).find(
    ({ object }) => !itemsAt(object, "spec", "egress").some((rule) => Object.keys(rule).length === 0),
  );
}
