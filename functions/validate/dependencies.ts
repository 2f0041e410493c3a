/** Does everything it relies on exist? What is missing has to be deployed first, and in which order is said. */
import type { Citation, Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import { graphOf, knownNamespaces } from "../../shared/graph/build.ts";
import { placeIn } from "../../shared/graph/draft.ts";
import { type Graph, type GraphNode, nameOf, nodeIdOf } from "../../shared/graph/graph.ts";
import { deployOrder } from "../../shared/graph/order.ts";
import { citationOf, placeOf, placeText } from "../../shared/graph/places.ts";
import { statedNamespaces, withoutNamespaces } from "../../shared/graph/stated-namespaces.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { impliedBy, type Reliance } from "./dependencies-implied.ts";
import { elsewhere, isFilled, namesMade, servicesMeant } from "./dependencies-named.ts";
import { thingsNamed, workloadsNamed } from "./named-things.ts";

const CHECK = "dependencies";
/** Things told, places cited, gaps from before listed in a sentence. */
const SHOWN = 30;
const CITED = 8;
const GAPS = 3;

type Text = Pick<Improvement, "title" | "description" | "implementation_notes" | "quotes">;

/**
 * What the text names must be there. What a workload it names calls should be. What else such a workload lacks, it lacked
 * before: that is noted and not charged to the proposal.
 */
export function findMissing(improvement: Text, platform: Platform): ValidationFinding {
  const text = textOf(improvement);
  const graph = graphOf(platform);
  const known = knownNamespaces(platform);
  const stated = statedNamespaces(text, (name) => known.has(name));
  const workloads = workloadsNamed(withoutNamespaces(text, stated), platform);
  const ids = workloads.map(({ resource }) => nodeIdOf(resource));
  const made = namesMade(text);
  const named = [...thingsNamed(text, platform), ...servicesMeant(text, workloads, platform)]
    .filter(({ kind, name, state }) => !(kind === "Service" && state === "absent" && made.has(name)))
    .map((node): Reliance => ({ node, isNamed: true, edges: [] }));
  const all = oncePerThing([...named, ...impliedBy(ids, graph)]);
  const gaps = all.filter(isGap);
  const charged = all.filter((one) => !gaps.includes(one));
  const conflicts = charged.filter((one) => isConflict(one, text));
  const missing = conflicts.length > 0 ? conflicts : charged.filter(isMissing);
  const isVague = ({ node: { state }, isNamed }: Reliance) =>
    isNamed && (state === "unseen" || state === "placeholder");
  const doubt = missing[0] ?? charged.find(isVague);
  // Beside a conflict, what its workloads call in vain is a gap from before as well.
  const before = all.filter((one) => !one.isNamed && isMissing(one) && !missing.includes(one));
  const seen = all.filter((one) => !before.includes(one)).map(seenAs);
  const notes = before.map((one) => `${labelOf(one.node)} (${one.node.state}, was so before)${whereOf(one, platform)}`);
  if (doubt === undefined) {
    return {
      check: CHECK,
      result: "pass",
      because: `${wellOf(charged)}${gapsOf(gaps)}`,
      evidence: unique([...seen, ...notes]).slice(0, SHOWN),
      ...citationsOf(all, platform),
    };
  }
  const steps = stepsFor(missing, ids, graph);
  const more = missing.filter((one) => one !== doubt).length;
  const others = more === 0 ? "" : ` (and ${some(more, "more thing")} it relies on)`;
  const because = [
    `${kindOfWord(doubt.node)}${labelOf(doubt.node)} ${doubt.node.because}${others}${namesakeOf(doubt.node, platform)}`,
    ...(steps.length === 0 ? [] : [steps.join(", then ")]),
  ];
  return {
    check: CHECK,
    result: conflicts.length === 0 ? "unknown" : "conflict",
    because: because.join("; "),
    evidence: unique([
      labelOf(doubt.node),
      ...placesOf(doubt, platform),
      ...steps.map((step, index) => `${index + 1}. ${step}`),
      ...seen,
      ...notes,
    ]).slice(0, SHOWN),
    ...citationsOf(missing.length > 0 ? missing : [doubt], platform),
  };
}

/** Absent by a name that can be no other's: nothing of the proposal works before it is there. */
const MUST_BE: ReadonlySet<string> = new Set(["Service", "StorageClass", "CustomResourceDefinition"]);

function isMissing({ node: { state } }: Reliance): boolean {
  return state === "absent" || state === "zero-replicas";
}

function isConflict(one: Reliance, text: string): boolean {
  const { kind, namespace, name } = one.node;
  if (!one.isNamed || !isMissing(one)) return false;
  return MUST_BE.has(kind) || (kind === "Secret" && namespace !== undefined && !isFilled(text, name));
}

/** Lacked by a workload that is named and runs, or does not, without this proposal, too. */
function isGap(one: Reliance): boolean {
  return !one.isNamed && isMissing(one) && one.edges.every(({ type }) => type !== "calls");
}

/** The same thing named at several places is told once, with all of them. */
function oncePerThing(all: readonly Reliance[]): readonly Reliance[] {
  const found = new Map<string, Reliance>();
  for (const one of all) {
    const before = found.get(one.node.id);
    const edges = [...new Set([...(before?.edges ?? []), ...one.edges])];
    found.set(one.node.id, { node: one.node, isNamed: one.isNamed || before?.isNamed === true, edges });
  }
  return [...found.values()];
}

function placesOf({ edges }: Reliance, platform: Platform): readonly string[] {
  return edges.flatMap(({ evidence }) => evidence.map((one) => placeText(placeOf(platform, one))));
}

function whereOf(one: Reliance, platform: Platform): string {
  const places = unique(placesOf(one, platform));
  return places.length === 0 ? "" : `: ${places.slice(0, CITED).join(", ")}`;
}

function gapsOf(gaps: readonly Reliance[]): string {
  if (gaps.length === 0) return "";
  const told = gaps.slice(0, GAPS).map(({ node }) => `${labelOf(node)} ${node.because}`);
  const more = gaps.length > GAPS ? ` and ${gaps.length - GAPS} more` : "";
  return `; was so before and is not charged to this proposal: ${told.join(", ")}${more}`;
}

/** People mean the Service of another namespace more often than one that is still to come. */
function namesakeOf(node: GraphNode, platform: Platform): string {
  const [namespace] = node.state === "absent" ? elsewhere(node, platform) : [];
  return namespace === undefined ? "" : `; there is ${node.name}.${namespace}.svc`;
}

function seenAs({ node }: Reliance): string {
  return `${labelOf(node)}${node.state === "present" ? "" : ` (${node.state})`}`;
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
  const cited = all.flatMap(({ node, edges }): Citation[] => {
    if (edges.length > 0) {
      return edges.flatMap(({ from, evidence }) =>
        evidence.slice(0, 1).map((one) => citationOf(platform, one, graph.nodes.get(from) ?? node)),
      );
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
    ...(services === 0 ? [] : [some(services, "Service")]),
    ...(others === 0 ? [] : [some(others, services === 0 ? "thing" : "other thing")]),
  ];
  return `what it relies on (${counted.join(", ")}) is there, or not this repository's to bring`;
}

/** `1 thing`, `2 things`. */
function some(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
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
