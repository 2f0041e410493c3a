/** Does everything it relies on exist? What is missing has to be deployed first, and in which order is said. */
import type { Citation, Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import { graphOf } from "../../shared/graph/build.ts";
import { placeIn } from "../../shared/graph/draft.ts";
import { type Edge, type Graph, type GraphNode, nameOf, nodeIdOf } from "../../shared/graph/graph.ts";
import { deployOrder } from "../../shared/graph/order.ts";
import { citationOf, placeOf, placeText } from "../../shared/graph/places.ts";
import { dependenciesOf } from "../../shared/graph/walk.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { thingsNamed, workloadsNamed } from "./named-things.ts";

const CHECK = "dependencies";
/** Things told, and places cited. */
const SHOWN = 30;
const CITED = 8;

type Text = Pick<Improvement, "title" | "description" | "implementation_notes" | "quotes">;

/** One thing it relies on, and where that is written. */
interface Reliance {
  readonly node: GraphNode;
  /** The proposal names it itself; else a workload it names does. */
  readonly isNamed: boolean;
  readonly edge?: Edge;
}

/** Services named in the text must be there; what a workload named in the text needs should be. */
export function findMissing(improvement: Text, platform: Platform): ValidationFinding {
  const text = textOf(improvement);
  const graph = graphOf(platform);
  const workloads = workloadsNamed(text, platform).map(({ resource }) => nodeIdOf(resource));
  const all: readonly Reliance[] = [
    ...thingsNamed(text, platform).map((node) => ({ node, isNamed: true })),
    ...impliedBy(workloads, graph),
  ];
  const isMissing = ({ node: { state } }: Reliance) => state === "absent" || state === "zero-replicas";
  const conflict = all.find((one) => one.isNamed && one.node.kind === "Service" && isMissing(one));
  const doubt =
    conflict ??
    all.find(isMissing) ??
    all.find(({ node, isNamed }) => isNamed && (node.state === "unseen" || node.state === "placeholder"));
  const citations = citationsOf(doubt === undefined ? all : [doubt, ...all.filter((one) => one !== doubt)], platform);
  const seen = unique(all.map(({ node }) => `${labelOf(node)}${node.state === "present" ? "" : ` (${node.state})`}`));
  if (doubt === undefined) {
    return { check: CHECK, result: "pass", because: wellOf(all), evidence: seen.slice(0, SHOWN), ...citations };
  }
  const steps = stepsFor(all.filter(isMissing), workloads, graph);
  const first = steps.length === 0 ? "" : `; ${steps.join(", then ")}`;
  const more = all.filter((one) => one !== doubt && isMissing(one)).length;
  const others = more === 0 ? "" : ` (and ${more} more ${more === 1 ? "thing" : "things"} it relies on)`;
  const where = doubt.edge === undefined ? [] : doubt.edge.evidence.map((one) => placeText(placeOf(platform, one)));
  return {
    check: CHECK,
    result: conflict === undefined ? "unknown" : "conflict",
    because: `${kindOfWord(doubt.node)}${labelOf(doubt.node)} ${doubt.node.because}${others}${first}`,
    evidence: unique([
      labelOf(doubt.node),
      ...where,
      ...steps.map((step, index) => `${index + 1}. ${step}`),
      ...seen,
    ]).slice(0, SHOWN),
    ...citations,
  };
}

const NEEDED: ReadonlySet<Edge["type"]> = new Set<Edge["type"]>([
  "calls",
  "mounts",
  "reads-env-from",
  "pulls-with",
  "owns-storage",
  "uses-account",
  "uses-class",
]);

/** What the pods of these workloads need to start and to work, and whom the settings they read name. */
function impliedBy(workloads: readonly string[], graph: Graph): readonly Reliance[] {
  const found = workloads.flatMap((id) =>
    dependenciesOf(graph, id, { depth: 2 }).flatMap(({ node, path }): Reliance[] => {
      const [first, second] = path;
      if (first === undefined || first.from !== id || !NEEDED.has(first.type) || path.some((edge) => edge.optional))
        return [];
      if (second === undefined) return [{ node, isNamed: false, edge: first }];
      const isSetting = graph.nodes.get(first.to)?.kind === "ConfigMap" && second.type === "calls";
      const isClass = second.type === "uses-class";
      return isSetting || isClass ? [{ node, isNamed: false, edge: second }] : [];
    }),
  );
  return [...new Map(found.map((one) => [one.node.id, one])).values()];
}

/** What to do before, in an order in which nothing waits for what comes later. */
function stepsFor(missing: readonly Reliance[], workloads: readonly string[], graph: Graph): readonly string[] {
  const nodes = new Map(missing.map(({ node }) => [node.id, node]));
  return deployOrder(graph, [...nodes.keys(), ...workloads.filter((id) => !nodes.has(id))])
    .flatMap((id) => nodes.get(id) ?? [])
    .map((node) =>
      node.state === "absent" ? `deploy ${nameOf(node)} first` : `scale up ${asleepIn(node, graph)} first`,
    );
}

function asleepIn(node: GraphNode, graph: Graph): string {
  const behind = (graph.from.get(node.id) ?? []).find(({ type }) => type === "selects");
  const workload = behind === undefined ? undefined : graph.nodes.get(behind.to);
  return nameOf(workload ?? node);
}

function citationsOf(all: readonly Reliance[], platform: Platform): { readonly citations?: readonly Citation[] } {
  const graph = graphOf(platform);
  const cited = all.flatMap(({ node, edge }): Citation[] => {
    if (edge !== undefined) {
      const by = graph.nodes.get(edge.from) ?? node;
      return edge.evidence.slice(0, 1).map((one) => citationOf(platform, one, by));
    }
    const { resource } = node;
    return resource === undefined ? [] : [citationOf(platform, placeIn(resource, ["metadata", "name"]), node)];
  });
  return cited.length === 0 ? {} : { citations: cited.slice(0, CITED) };
}

function wellOf(all: readonly Reliance[]): string {
  if (all.length === 0) return "it relies on no Service";
  const services = new Set(all.filter(({ node }) => node.kind === "Service").map(({ node }) => node.id)).size;
  const others = new Set(all.map(({ node }) => node.id)).size - services;
  const counted = [
    ...(services === 0 ? [] : [`${services} Services`]),
    ...(others === 0 ? [] : [`${others} other things`]),
  ];
  return `all ${counted.join(" and ")} it relies on are there, or not this repository's to bring`;
}

/** Services go by the name programs use. */
function labelOf(node: GraphNode): string {
  return node.kind === "Service" ? `${node.name}.${node.namespace ?? ""}.svc` : nameOf(node);
}

function kindOfWord({ kind }: GraphNode): string {
  return kind === "Service" ? "Service " : "";
}

function textOf({ title, description, implementation_notes, quotes }: Text): string {
  return [title, description, implementation_notes, ...quotes.map(({ text }) => text)].join("\n");
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
