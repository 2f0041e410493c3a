/** Whether the NetworkPolicies of a repository let one pod open a connection to another (networking.k8s.io/v1). */
import { isEmptySelector, matchesLabels } from "../../repository/label-selector.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { at, type Fields, itemsAt, listAt, stringsAt } from "../../repository/values.ts";

type Labels = Readonly<Record<string, string>>;

/** Pods as policies see them; `labels` undefined: some pod of the namespace, which one is not known. */
export interface Pods {
  readonly namespace: string;
  readonly labels: Labels | undefined;
}

type Direction = "Ingress" | "Egress";

/** The policy that lets no such connection into `to`; undefined when one may be opened, as far as `to` is asked. */
export function closedIngress(platform: Platform, from: Pods, to: Pods, port: number): Resource | undefined {
  return closed(platform, "Ingress", to, (rule) => admits(platform, rule, "from", from, to, port));
}

/** The policy that lets no such connection out of `from`. */
export function closedEgress(platform: Platform, from: Pods, to: Pods, port: number): Resource | undefined {
  return closed(platform, "Egress", from, (rule) => admits(platform, rule, "to", to, from, port));
}

/** The policy that keeps `from` from asking for names. */
export function closedNames(platform: Platform, from: Pods): Resource | undefined {
  return closed(platform, "Egress", from, (rule) => opens(rule, 53, "UDP"));
}

/** Policies in words nobody here understands (Cilium, Calico), which may restrict the pods of `namespace`. */
export function foreignPolicy(platform: Platform, namespace: string): Resource | undefined {
  return platform.resources.find(
    (one) =>
      /NetworkPolic(?:y|ies)$/.test(one.kind) &&
      !one.apiVersion.startsWith("networking.k8s.io/") &&
      (one.namespace === namespace || one.namespace === undefined),
  );
}

/** The policies that isolate `pods` in a direction. */
export function isolating(platform: Platform, direction: Direction, { namespace, labels }: Pods): readonly Resource[] {
  return inNamespace(platform, namespace).filter(({ kind, apiVersion, object }) => {
    if (kind !== "NetworkPolicy" || !apiVersion.startsWith("networking.k8s.io/")) return false;
    if (!directionsOf(object).includes(direction)) return false;
    return matchesLabels(at(object, "spec", "podSelector") ?? {}, labels ?? {});
  });
}

function closed(
  platform: Platform,
  direction: Direction,
  pods: Pods,
  isOpen: (rule: Fields) => boolean,
): Resource | undefined {
  const policies = isolating(platform, direction, pods);
  const open = policies.some(({ object }) => itemsAt(object, "spec", direction.toLowerCase()).some(isOpen));
  return open ? undefined : policies[0];
}

/** Without `policyTypes` a policy is about ingress, and about egress only when it says something of it. */
function directionsOf(object: Fields): readonly unknown[] {
  const said = listAt(object, "spec", "policyTypes");
  if (said.length > 0) return said;
  return at(object, "spec", "egress") === undefined ? ["Ingress"] : ["Ingress", "Egress"];
}

function admits(platform: Platform, rule: Fields, field: "from" | "to", peer: Pods, own: Pods, port: number): boolean {
  const peers = listAt(rule, field);
  return opens(rule, port, "TCP") && (peers.length === 0 || peers.some((one) => isMeant(platform, one, peer, own)));
}

/** Names of ports are not looked up: a rule by name counts as one that opens the port. */
function opens(rule: Fields, port: number, protocol: string): boolean {
  const ports = itemsAt(rule, "ports");
  if (ports.length === 0) return true;
  return ports.some((one) => {
    if ((one["protocol"] ?? "TCP") !== protocol) return false;
    const [first, last] = [one["port"], one["endPort"]];
    if (typeof first !== "number") return true;
    return first === port || (typeof last === "number" && first <= port && port <= last);
  });
}

function isMeant(platform: Platform, entry: unknown, { namespace, labels }: Pods, own: Pods): boolean {
  const [spaces, pods] = [at(entry, "namespaceSelector"), at(entry, "podSelector")];
  if (spaces === undefined && pods === undefined) return false;
  const inReach =
    spaces === undefined ? namespace === own.namespace : matchesLabels(spaces, labelsOf(platform, namespace));
  if (!inReach || pods === undefined) return inReach;
  return labels === undefined ? matchesLabels(pods, {}) : matchesLabels(pods, labels);
}

function labelsOf(platform: Platform, namespace: string): Labels {
  const known = ofKind(platform, "Namespace").find(({ name }) => name === namespace);
  return { ...stringsAt(known?.object, "metadata", "labels"), "kubernetes.io/metadata.name": namespace };
}

/**
 * Why pods with the labels `after` could reach less than pods labelled `before`: a policy lets only those in, or lets
 * them out by their labels. Undefined when nothing does.
 */
export function losesAccess(platform: Platform, namespace: string, before: Labels, after: Labels): string | undefined {
  const foreign = foreignPolicy(platform, namespace);
  if (foreign !== undefined) return `what ${foreign.kind} ${foreign.name} lets through cannot be told`;
  const [was, is] = [before, after].map((labels) => isolating(platform, "Egress", { namespace, labels }));
  const [closed] = is ?? [];
  const missed = was?.find((policy) => is?.includes(policy) !== true);
  if (closed !== undefined && (was?.length === 0 || missed !== undefined)) {
    return `NetworkPolicy ${closed.name} restricts what new pods may call`;
  }
  const policies = ofKind(platform, "NetworkPolicy");
  const lets = (policy: Resource, labels: Labels) => {
    const own: Pods = { namespace: policy.namespace ?? "", labels: undefined };
    return itemsAt(policy.object, "spec", "ingress").some((rule) => {
      const peers = listAt(rule, "from");
      return peers.length === 0 || peers.some((one) => isMeant(platform, one, { namespace, labels }, own));
    });
  };
  const guard = policies.find((policy) => {
    if (!lets(policy, before) || lets(policy, after)) return false;
    return !policies.some((other) => guardsAll(other, policy) && lets(other, after));
  });
  return guard === undefined
    ? undefined
    : `NetworkPolicy ${guard.name} lets in the pods of the Deployment, and would not let in the Job`;
}

/** True when every pod `policy` guards is guarded by `other` as well, as far as that can be told without the pods. */
function guardsAll(other: Resource, policy: Resource): boolean {
  if (other === policy || other.namespace !== policy.namespace) return false;
  const [one, two] = [at(other.object, "spec", "podSelector"), at(policy.object, "spec", "podSelector")];
  return isEmptySelector(one) || JSON.stringify(one) === JSON.stringify(two);
}
