/** Objects a proposal wants to have, looked for by kind, name, namespace and by what they would be for. */
import { topicsIn } from "../../shared/domain/lexicon.ts";
import { graphOf, nodeNamed } from "../../shared/graph/build.ts";
import { type EdgeType, type GraphNode, nameOf, nodeIdOf } from "../../shared/graph/graph.ts";
import { isApplied } from "../../shared/graph/states.ts";
import type { Scope } from "../../shared/intents/named/named-scope.ts";
import { objectsSpoken, type SpokenObject } from "../../shared/intents/named/objects-spoken.ts";
import { type Proposal, proposedIn } from "../../shared/intents/named/proposed-text.ts";
import { ofKind } from "../../shared/repository/lookup.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { isClusterKind } from "../../shared/repository/scope.ts";
import { isWorkloadKind, type RepositoryWorkload, workloadsOf } from "../../shared/repository/workloads.ts";
import { differing } from "./stated-values.ts";

export interface AskedObject {
  readonly spoken: SpokenObject;
  readonly state: "present" | "placeholder" | "zero-replicas" | "other-values" | "unsure" | "absent";
  /** A sentence about it. */
  readonly because: string;
  readonly nodes: readonly GraphNode[];
  /** Where the value stands that differs. */
  readonly keys?: readonly string[];
}

/** Intents that bring workloads. */
export const DEPLOYS: ReadonlySet<string> = new Set([
  "deploy-service",
  "add-mcp-server",
  "add-backup-cronjob",
  "add-migration-job",
  "add-database-exporter",
]);
/** One of them bounds its whole namespace. */
const OF_NAMESPACE: ReadonlySet<string> = new Set(["ResourceQuota", "LimitRange"]);
/** One of them for a workload is all it needs. Of others there may be many, and what they say decides. */
const ONE_EACH: Readonly<Record<string, EdgeType>> = {
  PodDisruptionBudget: "bounds",
  HorizontalPodAutoscaler: "scales",
  ScaledObject: "scales",
  VerticalPodAutoscaler: "scales",
  ServiceMonitor: "selects",
  PodMonitor: "selects",
  Service: "selects",
  ServiceAccount: "uses-account",
};

/** Of each one that can be told apart; of the others the surveys of intents know more. */
export function askedObjects(proposal: Proposal, scope: Scope | undefined, platform: Platform): readonly AskedObject[] {
  const text = proposedIn(proposal);
  const found = new Map<string, AskedObject>();
  for (const spoken of wantedObjects(proposal, text, platform)) {
    const key = `${spoken.kind} ${spoken.name ?? ""}`;
    if (found.has(key)) continue;
    const asked = lookFor(spoken, text, scope, platform);
    if (asked !== undefined) found.set(key, asked);
  }
  // "With a ResourceQuota. A ResourceQuota named shop-quota": the second says which.
  const named = new Set(
    [...found.values()].filter(({ spoken }) => spoken.name !== undefined).map(({ spoken }) => spoken.kind),
  );
  return [...found.values()].filter(({ spoken }) => spoken.name !== undefined || !named.has(spoken.kind));
}

/**
 * What is told of another platform is wanted here only where somebody says so; and where the title says what is to be done,
 * other kinds of objects are only what it is done with.
 */
function wantedObjects(proposal: Proposal, text: string, platform: Platform): readonly SpokenObject[] {
  const wanted = objectsSpoken(text, platform).filter(
    ({ isWanted, isOrdered }) => isWanted && (isOrdered || proposal.quotes.length === 0),
  );
  const topic = topicsIn(proposal.title)[0];
  if (topic?.intent === undefined) return wanted;
  const { intent, technologies } = topic;
  const inTitle = new Set(objectsSpoken(proposal.title, platform).map(({ kind }) => kind));
  return wanted.filter(({ kind }) =>
    isWorkloadKind(kind) ? DEPLOYS.has(intent) : technologies.includes(kind) || inTitle.has(kind),
  );
}

function lookFor(
  spoken: SpokenObject,
  text: string,
  scope: Scope | undefined,
  platform: Platform,
): AskedObject | undefined {
  const { kind, name, isSubject } = spoken;
  const byName = name === undefined ? [] : calledSo(spoken, scope, platform);
  if (byName.length > 0) return judged(spoken, byName, text);
  if (OF_NAMESPACE.has(kind)) return inNamespaces(spoken, text, scope, platform);
  const bySubject = forSubject(kind, scope, platform);
  if (bySubject.length > 0) return judged(spoken, bySubject, text);
  if (name === undefined || isSubject === true) return undefined;
  const namespace = isClusterKind(kind) ? undefined : (spoken.namespace ?? scope?.namespaces[0]);
  const node = nodeNamed(platform, { kind, namespace, name });
  if (node.state === "built-in")
    return { spoken, state: "present", because: `${nameOf(node)} ${node.because}`, nodes: [] };
  return {
    spoken,
    state: "absent",
    because: `${nameOf({ kind, namespace, name })} is in no manifest that is applied`,
    nodes: [],
  };
}

function calledSo(
  { kind, name, namespace }: SpokenObject,
  scope: Scope | undefined,
  platform: Platform,
): readonly GraphNode[] {
  const homes = namespace === undefined ? (scope?.namespaces ?? []) : [namespace];
  return nodesOf(kind, platform).filter(
    (node) =>
      node.name === name && (node.namespace === undefined || homes.length === 0 || homes.includes(node.namespace)),
  );
}

function nodesOf(kind: string, platform: Platform): readonly GraphNode[] {
  const { nodes } = graphOf(platform);
  return [...new Set(ofKind(platform, kind).flatMap((one) => nodes.get(nodeIdOf(one)) ?? []))];
}

/** A name it has, or none: one that is not applied, or sleeps, is less than one that runs. */
function judged(spoken: SpokenObject, nodes: readonly GraphNode[], text: string): AskedObject {
  const node = nodes.find(({ state }) => state === "present") ?? nodes[0];
  if (node === undefined) return { spoken, state: "absent", because: `${spoken.kind} is not there`, nodes };
  const first = [node, ...nodes.filter((one) => one !== node)];
  const { state, because } = node;
  const label = nameOf(node);
  if (state === "absent") return { spoken, state, because: `${label} ${because}`, nodes: first };
  if (state === "placeholder") {
    return { spoken, state, because: `${label} is not implemented: it ${because}`, nodes: first };
  }
  if (state === "zero-replicas") {
    return { spoken, state, because: `${label} exists but ${because}: wake it, or deploy it anew?`, nodes: first };
  }
  const other = node.resource === undefined ? undefined : differing(text, node.resource);
  if (other === undefined) return { spoken, state: "present", because: `${label} is there already`, nodes: first };
  const { key, has, asked, keys } = other;
  const values = `${label} is there with ${key} ${has}, and ${asked} is asked for`;
  return { spoken, state: "other-values", because: values, nodes: first, keys };
}

/** The named ones, or every one that runs something. */
function inNamespaces(
  spoken: SpokenObject,
  text: string,
  scope: Scope | undefined,
  platform: Platform,
): AskedObject | undefined {
  const { kind } = spoken;
  const homes = homesOf(spoken, scope, platform);
  const all = nodesOf(kind, platform).filter(({ state }) => state === "present");
  const lacking = homes.filter((home) => !all.some(({ namespace }) => namespace === home));
  const there = all.filter(({ namespace }) => namespace !== undefined && homes.includes(namespace));
  if (homes.length === 0) return undefined;
  const [first] = lacking;
  if (first !== undefined) {
    const loose = nodesOf(kind, platform).find(({ namespace, state }) => namespace === first && state === "absent");
    const more = lacking.length > 1 ? ` and ${lacking.length - 1} more` : "";
    const why = loose === undefined ? "" : `: ${nameOf(loose)} ${loose.because}`;
    const nodes = loose === undefined ? there : [loose, ...there];
    return { spoken, state: "absent", because: `namespace ${first}${more} has no ${kind}${why}`, nodes };
  }
  const answers = there.map((node) => judged(spoken, [node], text));
  const [one] = answers;
  const other = answers.find(({ state }) => state !== "present") ?? one;
  if (other === undefined) return undefined;
  if (homes.length > 1 && other.state === "present") {
    return { ...other, because: `every one of ${homes.length} namespaces has a ${kind} already`, nodes: there };
  }
  return { ...other, nodes: [...other.nodes, ...there.filter((node) => !other.nodes.includes(node))] };
}

function homesOf({ namespace }: SpokenObject, scope: Scope | undefined, platform: Platform): readonly string[] {
  if (namespace !== undefined) return [namespace];
  if (scope !== undefined && scope.namespaces.length > 0) return scope.namespaces;
  const running = scope === undefined || scope.workloads.length === 0 ? workloadsOf(platform) : scope.workloads;
  return [
    ...new Set(
      running
        .filter(({ resource }) => isApplied(platform, resource))
        .flatMap((one: RepositoryWorkload) => one.namespace ?? []),
    ),
  ].sort();
}

/** Objects of the kind that serve every workload that is named. */
function forSubject(kind: string, scope: Scope | undefined, platform: Platform): readonly GraphNode[] {
  const type = ONE_EACH[kind];
  if (type === undefined || scope === undefined || scope.workloads.length === 0) return [];
  const graph = graphOf(platform);
  const linked = (id: string) =>
    type === "uses-account"
      ? (graph.from.get(id) ?? []).filter((edge) => edge.type === type).map(({ to }) => to)
      : (graph.to.get(id) ?? []).filter((edge) => edge.type === type).map(({ from }) => from);
  const isSought = (node: GraphNode | undefined): node is GraphNode =>
    node?.kind === kind && node.resource !== undefined && isApplied(platform, node.resource);
  const each = scope.workloads.map(({ resource }) => {
    const near = linked(nodeIdOf(resource));
    const far = kind === "ServiceMonitor" ? near.flatMap(linked) : [];
    return [...near, ...far].map((id) => graph.nodes.get(id)).filter(isSought);
  });
  return each.every((nodes) => nodes.length > 0) ? [...new Set(each.flat())] : [];
}
