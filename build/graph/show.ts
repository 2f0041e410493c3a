/** The graph as text for people: who talks to whom, what is missing, and where each of it is written. */
import { type Edge, type Graph, type GraphNode, type NodeState, nameOf } from "../../shared/graph/graph.ts";
import { placeOf, placeText } from "../../shared/graph/places.ts";
import { dependenciesOf, dependentsOf, type Reached } from "../../shared/graph/walk.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import type { Style, Terminal } from "../cli/terminal.ts";
import { harmless } from "../cli/terminal.ts";

const STYLES: Readonly<Partial<Record<NodeState, Style>>> = {
  absent: "red",
  "zero-replicas": "yellow",
  placeholder: "yellow",
  unseen: "dim",
};
/** What is missing or does not run, in the order people want to hear of it. */
const WORTH_A_WORD: readonly NodeState[] = ["absent", "zero-replicas", "placeholder", "unseen"];

export function showAll(terminal: Terminal, platform: Platform, graph: Graph): void {
  terminal.line(terminal.paint("bold", "Who talks to whom"));
  showTalks(terminal, platform, graph);
  for (const state of WORTH_A_WORD) showState(terminal, platform, graph, state);
  const all = [...graph.nodes.values()];
  const counts = ["present", ...WORTH_A_WORD, "external", "built-in"].flatMap((state) => {
    const count = all.filter((node) => node.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  terminal.line("");
  terminal.line(`${all.length} things (${counts.join(", ")}), ${graph.edges.length} edges between them`);
}

function showTalks(terminal: Terminal, platform: Platform, graph: Graph): void {
  let namespace: string | undefined;
  const talking = [...graph.nodes.values()]
    .map((node) => ({ node, talks: (graph.from.get(node.id) ?? []).filter(isTalk) }))
    .filter(({ node, talks }) => talks.length > 0 && node.kind !== "Host")
    .sort((a, b) => compare(homeOf(a.node), homeOf(b.node)) || compare(a.node.id, b.node.id));
  if (talking.length === 0) terminal.line("  nothing names anything else");
  for (const { node, talks } of talking) {
    if (namespace !== homeOf(node)) {
      namespace = homeOf(node);
      terminal.line(`  ${terminal.paint("cyan", harmless(namespace))}`);
    }
    terminal.line(`    ${harmless(`${node.kind} ${node.name}`)}`);
    for (const edge of talks) terminal.line(`      ${edgeLine(terminal, platform, graph, edge)}`);
  }
}

/** Built-in things everybody talks to tell nothing. */
function isTalk({ type, to }: Edge): boolean {
  return (type === "calls" || type === "exposes") && to !== "Service/default/kubernetes";
}

function edgeLine(terminal: Terminal, platform: Platform, graph: Graph, edge: Edge): string {
  const target = graph.nodes.get(edge.to);
  const name = target === undefined ? edge.to : nameOf(target);
  return `${edge.type} ${harmless(name)}${stateOf(terminal, target)}  ${terminal.paint("dim", whereOf(platform, edge))}`;
}

function stateOf(terminal: Terminal, node: GraphNode | undefined): string {
  if (node === undefined || node.state === "present" || node.state === "built-in") return "";
  return ` ${terminal.paint(STYLES[node.state] ?? "cyan", `[${node.state}]`)}`;
}

function whereOf(platform: Platform, { evidence }: Edge): string {
  const places = evidence.map((one) => placeText(placeOf(platform, one)));
  return harmless([...new Set(places)].join(", "));
}

/** Of what is only unseen those count that somebody needs; a namespace or a class is nobody's loss. */
function showState(terminal: Terminal, platform: Platform, graph: Graph, state: NodeState): void {
  const named = [...graph.nodes.values()].filter(
    (node) => node.state === state && !/^(?:Namespace|File)$/.test(node.kind),
  );
  const told = named
    .map((node) => ({ node, by: (graph.to.get(node.id) ?? []).filter(({ type }) => needs(type)) }))
    .filter(
      ({ node, by }) => by.length > 0 || (state !== "unseen" && node.resource !== undefined && state !== "absent"),
    );
  if (told.length === 0) return;
  terminal.line("");
  terminal.line(terminal.paint("bold", `${state[0]?.toUpperCase()}${state.slice(1)} (${told.length})`));
  for (const { node, by } of told) {
    terminal.line(`  ${terminal.paint(STYLES[state] ?? "cyan", harmless(nameOf(node)))} ${harmless(node.because)}`);
    for (const edge of by) {
      const source = graph.nodes.get(edge.from);
      const who = source === undefined ? edge.from : nameOf(source);
      terminal.line(`    ${harmless(who)} ${edge.type} it  ${terminal.paint("dim", whereOf(platform, edge))}`);
    }
  }
}

function needs(type: Edge["type"]): boolean {
  return !/^(?:belongs-to|bounds|allows|denies|grants|instance-of)$/.test(type);
}

/** One thing: what it needs and what needs it, with the way that explains it. */
export function showOne(terminal: Terminal, platform: Platform, graph: Graph, node: GraphNode, depth: number): void {
  const place = node.resource === undefined ? "" : `  ${terminal.paint("dim", node.resource.path)}`;
  terminal.line(
    `${terminal.paint("bold", harmless(nameOf(node)))}${stateOf(terminal, node)} ${harmless(node.because)}${place}`,
  );
  const parts: readonly (readonly [string, readonly Reached[]])[] = [
    ["Needs", dependenciesOf(graph, node.id, { depth })],
    ["Needed by", dependentsOf(graph, node.id, { depth })],
  ];
  for (const [title, reached] of parts) {
    terminal.line("");
    terminal.line(terminal.paint("bold", `${title} (${reached.length})`));
    for (const one of reached) {
      const last = one.path.at(-1);
      if (last === undefined) continue;
      const other = graph.nodes.get(last.from === one.node.id ? last.to : last.from);
      const way =
        last.from === one.node.id
          ? `${last.type} ${other === undefined ? "" : nameOf(other)}`
          : `${other === undefined ? "" : nameOf(other)} ${last.type} it`;
      const detail = last.detail === undefined ? "" : ` (${last.detail})`;
      terminal.line(
        `${"  ".repeat(Math.min(one.distance, 12))}${harmless(nameOf(one.node))}${stateOf(terminal, one.node)}: ${harmless(way + detail)}  ${terminal.paint("dim", whereOf(platform, last))}`,
      );
    }
  }
}

function homeOf({ namespace }: GraphNode): string {
  return namespace ?? "(no namespace)";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
