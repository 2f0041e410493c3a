/** A graph for programs that draw: Graphviz, Mermaid. Names come from outside and are escaped for each of them. */
import type { Edge, GraphNode, NodeState } from "../../shared/graph/graph.ts";
import type { GraphPart } from "../../shared/graph/part.ts";

const COLOURS: Readonly<Partial<Record<NodeState, string>>> = {
  absent: "#d33",
  "zero-replicas": "#c80",
  placeholder: "#c80",
  unseen: "#888",
  external: "#37a",
};

export function asDot({ nodes, edges }: GraphPart): string {
  const lines = nodes.map((node) => {
    const colour = COLOURS[node.state];
    const style = colour === undefined ? "" : `, color="${colour}", fontcolor="${colour}"`;
    return `  ${quoted(node.id)} [label=${quoted(labelOf(node, "\n"))}${style}];`;
  });
  const arrows = edges.map(({ from, to, type }) => `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(type)}];`);
  return ["digraph repository {", "  rankdir=LR;", "  node [shape=box];", ...lines, ...arrows, "}"].join("\n");
}

export function asMermaid({ nodes, edges }: GraphPart): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const lines = nodes.map((node) => `  ${ids.get(node.id)}["${entities(labelOf(node, "<br>"))}"]`);
  const arrows = edges.map(({ from, to, type }: Edge) => `  ${ids.get(from)} -->|${type}| ${ids.get(to)}`);
  const classes = Object.entries(COLOURS).flatMap(([state, colour]) => {
    const own = nodes.filter((node) => node.state === state).map(({ id }) => ids.get(id));
    return own.length === 0
      ? []
      : [`  classDef ${state} stroke:${colour},color:${colour}`, `  class ${own.join(",")} ${state}`];
  });
  return ["flowchart LR", ...lines, ...arrows, ...classes].join("\n");
}

function labelOf({ kind, namespace, name, state }: GraphNode, newline: string): string {
  const place = namespace === undefined ? name : `${namespace}/${name}`;
  return [kind, place, ...(state === "present" ? [] : [`(${state})`])].join(newline);
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

/** Mermaid reads `#name;` as a character; `<br>` of our own stays. */
function entities(text: string): string {
  return text
    .split("<br>")
    .map((part) => part.replace(/[^\w .:/()-]/gu, (sign) => `#${sign.codePointAt(0)};`))
    .join("<br>");
}
