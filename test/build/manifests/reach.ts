/**
 * Who may talk to whom by a set of NetworkPolicies, as the API defines it: a pod that no policy selects may do anything, one that
 * some select may do what any of them allows, and both ends have to allow it (kubernetes.io/docs/concepts/services-networking).
 */
import { BlockList } from "node:net";
import * as z from "zod";
import { type KubeObject, KubeObject as KubeObjectForm, ofKind } from "./rendered.ts";

const Selector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(z.strictObject({ key: z.string(), operator: z.literal("In"), values: z.array(z.string()) }))
    .default([]),
});
const Peer = z.strictObject({
  podSelector: Selector.optional(),
  namespaceSelector: Selector.optional(),
  ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
});
/** By number only: a name is looked up in the pods, which not every implementation does for pods that are just coming. */
const Port = z.strictObject({ protocol: z.enum(["TCP", "UDP"]), port: z.number() });
const Policy = KubeObjectForm.extend({
  spec: z.strictObject({
    podSelector: Selector,
    policyTypes: z.array(z.enum(["Ingress", "Egress"])),
    ingress: z.array(z.strictObject({ from: z.array(Peer), ports: z.array(Port) })).default([]),
    egress: z.array(z.strictObject({ to: z.array(Peer), ports: z.array(Port) })).default([]),
  }),
});
type Policy = z.infer<typeof Policy>;
type Labels = Readonly<Record<string, string>>;

/** A pod, by its labels and its namespace's; or an address outside of all namespaces. */
export type End = { readonly labels: Labels; readonly namespace: Labels } | { readonly address: string };

export interface Call {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol?: "TCP" | "UDP";
}

const HOME = "cortex-school";

export function policiesIn(objects: readonly KubeObject[]): readonly Policy[] {
  return ofKind(objects, "NetworkPolicy", Policy);
}

/** Whether the policies of the school's namespace let it through. */
export function mayCall(policies: readonly Policy[], call: Call): boolean {
  return mayLeave(policies, call) && mayEnter(policies, call);
}

function mayLeave(policies: readonly Policy[], { from, to, port, protocol = "TCP" }: Call): boolean {
  const own = policies.filter((policy) => policy.spec.policyTypes.includes("Egress") && selects(policy, from));
  if (own.length === 0) return true;
  return own.some(({ spec }) =>
    spec.egress.some((rule) => rule.to.some((peer) => isPeer(peer, to)) && hasPort(rule.ports, port, protocol)),
  );
}

function mayEnter(policies: readonly Policy[], { from, to, port, protocol = "TCP" }: Call): boolean {
  const own = policies.filter((policy) => policy.spec.policyTypes.includes("Ingress") && selects(policy, to));
  if (own.length === 0) return true;
  return own.some(({ spec }) =>
    spec.ingress.some((rule) => rule.from.some((peer) => isPeer(peer, from)) && hasPort(rule.ports, port, protocol)),
  );
}

function selects({ spec }: Policy, end: End): boolean {
  return "labels" in end && isHome(end) && fits(spec.podSelector, end.labels);
}

function isHome(end: { readonly namespace: Labels }): boolean {
  return end.namespace["kubernetes.io/metadata.name"] === HOME;
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: z.infer<typeof Peer>, end: End): boolean {
  if (ipBlock !== undefined)
    return (
      "address" in end && inBlock(ipBlock.cidr, end.address) && !ipBlock.except.some((one) => inBlock(one, end.address))
    );
  if ("address" in end) return false;
  const there = namespaceSelector === undefined ? isHome(end) : fits(namespaceSelector, end.namespace);
  return there && (podSelector === undefined || fits(podSelector, end.labels));
}

function fits({ matchLabels, matchExpressions }: z.infer<typeof Selector>, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ""))
  );
}

function hasPort(ports: z.infer<typeof Port>[], port: number, protocol: string): boolean {
  return ports.some((one) => one.protocol === protocol && one.port === port);
}

function inBlock(cidr: string, address: string): boolean {
  const [network = "", bits] = cidr.split("/");
  const family = (text: string) => (text.includes(":") ? "ipv6" : "ipv4");
  if (family(network) !== family(address)) return false;
  const block = new BlockList();
  block.addSubnet(network, Number(bits), family(network));
  return block.check(address, family(address));
}
