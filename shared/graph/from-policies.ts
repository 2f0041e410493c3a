/** What NetworkPolicies let through and block (kubernetes.io/docs/concepts/services-networking/network-policies). */
import { isEmptySelector, matchesLabels } from "../repository/label-selector.ts";
import type { Resource } from "../repository/platform.ts";
import { at, type Fields, itemsAt, listAt } from "../repository/values.ts";
import { connect, type Draft, placeIn } from "./draft.ts";
import type { Neighbourhood } from "./from-selectors.ts";
import { kindOf } from "./graph.ts";

type Direction = "ingress" | "egress";

export function isNetworkPolicy({ apiVersion, kind }: Resource): boolean {
  return kind === "NetworkPolicy" && apiVersion.startsWith("networking.k8s.io/");
}

/** `denies` where it blocks a direction altogether, else `allows` with what it says. */
export function addPolicy(draft: Draft, policy: Resource, around: Neighbourhood): void {
  if (!isNetworkPolicy(policy)) return;
  const selector = at(policy.object, "spec", "podSelector") ?? {};
  const selected = around.workloads.picked(policy.namespace ?? "", selector);
  const directions = directionsOf(policy);
  const blocked = directions.filter((direction) => itemsAt(policy.object, "spec", direction).length === 0);
  const open = directions.filter((direction) => !blocked.includes(direction));
  for (const { resource } of selected) {
    const to = { kind: kindOf(resource), namespace: resource.namespace, name: resource.name };
    const place = placeIn(policy, ["spec", "podSelector"]);
    if (blocked.length > 0) connect(draft, policy, "denies", to, place, { detail: `all ${blocked.join(" and ")}` });
    if (open.length > 0) connect(draft, policy, "allows", to, place, { detail: open.join(" and ") });
  }
}

/** `policyTypes`, or what the rules imply: Ingress always, Egress where there are egress rules. */
export function directionsOf({ object }: Resource): readonly Direction[] {
  const types = listAt(object, "spec", "policyTypes").map((type) => String(type).toLowerCase());
  const all: readonly Direction[] = ["ingress", "egress"];
  if (types.length > 0) return all.filter((direction) => types.includes(direction));
  return all.filter((direction) => direction === "ingress" || at(object, "spec", "egress") !== undefined);
}

export interface Pods {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether policies of the repository keep `from` from reaching `to`, and which; undefined when they do not. Ports are not
 * looked at, and addresses (`ipBlock`) count as let through.
 */
export function blockedBy(
  policies: ReadonlyMap<string, readonly Resource[]>,
  from: Pods,
  to: Pods,
  { namespaceLabels }: Pick<Neighbourhood, "namespaceLabels">,
): Resource | undefined {
  return (
    shut(policies.get(to.namespace) ?? [], to, "ingress", "from", from, namespaceLabels) ??
    shut(policies.get(from.namespace) ?? [], from, "egress", "to", to, namespaceLabels)
  );
}

function shut(
  policies: readonly Resource[],
  own: Pods,
  direction: Direction,
  side: "from" | "to",
  peer: Pods,
  namespaceLabels: Neighbourhood["namespaceLabels"],
): Resource | undefined {
  const here = policies.filter(
    (policy) =>
      directionsOf(policy).includes(direction) &&
      matchesLabels(at(policy.object, "spec", "podSelector") ?? {}, own.labels),
  );
  const isOpen = here.some(({ object, namespace = "" }) =>
    itemsAt(object, "spec", direction).some((rule) => admits(rule, side, namespace, peer, namespaceLabels)),
  );
  return isOpen ? undefined : here[0];
}

/** No peers at all means everybody. */
function admits(
  rule: Fields,
  side: "from" | "to",
  home: string,
  peer: Pods,
  namespaceLabels: Neighbourhood["namespaceLabels"],
): boolean {
  const peers = itemsAt(rule, side);
  if (peers.length === 0) return true;
  return peers.some((one) => {
    if (one["ipBlock"] !== undefined) return true;
    const [spaces, pods] = [one["namespaceSelector"], one["podSelector"]];
    const labels = {
      ...namespaceLabels.get(peer.namespace),
      // Every namespace has it (kubernetes.io, well-known labels).
      "kubernetes.io/metadata.name": peer.namespace,
    };
    const isThere = spaces === undefined ? peer.namespace === home : matchesLabels(spaces, labels);
    // Labels of a Namespace that is not written here are not known: then nobody can say that it is shut out.
    const isUnsure = spaces !== undefined && !isEmptySelector(spaces) && !namespaceLabels.has(peer.namespace);
    return (isThere || (isUnsure && !onlyByName(spaces))) && (pods === undefined || matchesLabels(pods, peer.labels));
  });
}

function onlyByName(selector: unknown): boolean {
  const keys = [
    ...Object.keys(Object(at(selector, "matchLabels")) as object),
    ...itemsAt(selector, "matchExpressions").map(({ key }) => String(key)),
  ];
  return keys.every((key) => key === "kubernetes.io/metadata.name");
}
