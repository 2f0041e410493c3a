/** The deterministic facts about an improvement: what the repository shows, and what its own source says against it. */
import type { Advice } from "../../shared/domain/evaluation.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { technologiesNamed } from "../../shared/domain/lexicon/presence.ts";
import { stanceOn } from "../../shared/domain/lexicon/stance.ts";
import { matchTopics, type Topic } from "../../shared/domain/lexicon.ts";
import { graphOf } from "../../shared/graph/build.ts";
import { type Edge, type Graph, type GraphNode, nameOf } from "../../shared/graph/graph.ts";
import { dependenciesOf, dependentsOf } from "../../shared/graph/walk.ts";
import { intents } from "../../shared/intents/registry.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import type { Facts } from "./rubric.ts";

/** Listed of what a place needs. */
const NEEDS = 6;

export function factsOf(
  improvement: Improvement,
  topic: Topic,
  platform: Platform,
  takenBack: Facts["takenBack"],
): Facts {
  const intent = topic.intent === undefined ? undefined : intents.get(topic.intent);
  const targets = intent?.candidates(platform).map(({ target, because }) => ({ target, because }));
  return {
    improvement,
    topic,
    targets,
    technologies: technologiesNamed(topic, platform.files),
    quote: improvement.quotes[0],
    objections: objectionsTo(topic, improvement),
    surroundings: surroundingsOf(targets?.[0]?.target, platform),
    takenBack,
  };
}

/** Sentences of the untrusted fields that speak against the topic. They can only add a risk, never take one away. */
function objectionsTo(topic: Topic, { implementation_notes, quotes }: Improvement): string[] {
  const sentences = [implementation_notes, ...quotes.map(({ text }) => text)]
    .flatMap((text) => text.split(/(?<=[.!?])\s+|\n/u))
    .map((text) => text.trim().slice(0, 400))
    .filter((text) => text !== "");
  const against = sentences.filter((text) => {
    const match = matchTopics(text).find((one) => one.topic.id === topic.id);
    return match !== undefined && stanceOn(text, match).against;
  });
  return [...new Set(against)].slice(0, 3);
}

function surroundingsOf(target: string | undefined, platform: Platform): Facts["surroundings"] {
  if (target === undefined) return { needs: [], dependents: 0 };
  const graph = graphOf(platform);
  const node = nodeOf(target, graph);
  if (node === undefined) return { needs: [], dependents: 0 };
  const needs = dependenciesOf(graph, node.id, { depth: 1 })
    .slice(0, NEEDS)
    .map((reached): Advice => ({ text: nameOf(reached.node), evidence: evidenceOf(reached.path) }));
  return { needs, dependents: dependentsOf(graph, node.id, { depth: 1 }).length };
}

/** A target is the object's name, with words behind it where only a part of it is meant. */
function nodeOf(target: string, graph: Graph): GraphNode | undefined {
  let best: GraphNode | undefined;
  for (const node of graph.nodes.values()) {
    const name = nameOf(node);
    if (!target.startsWith(name) || /^[\w.-]/.test(target.slice(name.length))) continue;
    if (best === undefined || name.length > nameOf(best).length) best = node;
  }
  return best;
}

function evidenceOf(path: readonly Edge[]): string {
  const edge = path[0];
  const [written] = edge?.evidence ?? [];
  const where = written === undefined ? "" : ` (${written.path})`;
  return `${edge?.type ?? "needed"}${edge?.detail === undefined ? "" : `: ${edge.detail}`}${where}`;
}
