/** What NetworkPolicies let through and block (kubernetes.io/docs/concepts/services-networking/network-policies). */
import type { Resource } from "../repository/platform.ts";
import { at, itemsAt, listAt } from "../repository/values.ts";
import { connect, type Draft, placeIn } from "./draft.ts";
import type { Neighbourhood } from "./from-selectors.ts";
import { kindOf } from "./graph.ts";

type Direction = "ingress" | "egress";

function isNetworkPolicy({ apiVersion, kind }: Resource): boolean {
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
function directionsOf({ object }: Resource): readonly Direction[] {
  const types = listAt(object, "spec", "policyTypes").map((type) => String(type).toLowerCase());
  const all: readonly Direction[] = ["ingress", "egress"];
  if (types.length > 0) return all.filter((direction) => types.includes(direction));
  return all.filter((direction) => direction === "ingress" || at(object, "spec", "egress") !== undefined);
}
