/** What a model is shown, every piece under the label it can be cited by. */
import type { ShownSource } from "../../shared/domain/evaluation.ts";
import type { Expert, Improvement } from "../../shared/domain/improvement.ts";
import type { Digest } from "./digest.ts";
import { RUBRICS } from "./experts/registry.ts";
import type { Memory } from "./memory.ts";
import {
  architecturePrompt,
  databasePrompt,
  integrationPrompt,
  monitoringPrompt,
  networkingPrompt,
  securityPrompt,
} from "./prompts/generated.ts";
import type { Facts, Judged } from "./rubric.ts";

const PROMPTS = {
  architecture: architecturePrompt,
  integration: integrationPrompt,
  security: securityPrompt,
  database: databasePrompt,
  networking: networkingPrompt,
  monitoring: monitoringPrompt,
} as const satisfies Record<Expert, unknown>;

export interface Material {
  readonly improvement: Improvement;
  readonly commit: string;
  /** Undefined: the text is about nothing the rules know. */
  readonly facts: Facts | undefined;
  readonly rules: Judged;
  readonly memory: Memory;
  readonly digest: Digest;
}

/** Facts shown: places, and of all of them. */
const PLACES = 8;
const FACTS = 20;
const QUOTES = 5;

export function questionOf(expert: Expert, material: Material) {
  const { improvement, memory, digest } = material;
  const { title, category, type, description, implementation_notes: notes } = improvement;
  return PROMPTS[expert].render({
    inventory: digest.inventory,
    decisions: digest.decisions.map(({ path, place, text }, index) => ({ label: `A${index + 1}`, path, place, text })),
    criteria: RUBRICS[expert].criteria.map(({ concern, asks }) => `- ${concern}: ${asks}?`).join("\n"),
    title,
    category,
    kind: type,
    description,
    notes,
    quotes: quotesOf(improvement).map(({ text }, index) => ({ label: `Q${index + 1}`, text })),
    facts: factLines(material).map((text, index) => ({ label: `F${index + 1}`, text })),
    sources: memory.parts.map(({ label, corpus, path, place, outcome = "", text }) => {
      return { label, corpus, path, place, outcome, text };
    }),
  });
}

/** Everything a model can cite. */
export function shownIn(material: Material): readonly ShownSource[] {
  const { improvement, commit, memory, digest } = material;
  return [
    ...memory.parts.map(({ text: _, ...source }) => source),
    ...quotesOf(improvement).map(({ at }, index) => ({
      label: `Q${index + 1}`,
      corpus: "quotes",
      path: improvement.source_title,
      place: at ?? "",
    })),
    ...factLines(material).map((text, index) => ({
      label: `F${index + 1}`,
      corpus: "facts",
      path: "rules",
      place: text.slice(0, 200),
    })),
    ...digest.decisions.map(({ path, place, from, to }, index) => ({
      label: `A${index + 1}`,
      corpus: "decisions",
      path,
      place,
      from,
      to,
    })),
    { label: "P", corpus: "platform", path: "inventory", place: `commit ${commit.slice(0, 12)}` },
  ];
}

function quotesOf({ quotes }: Improvement): Improvement["quotes"] {
  return quotes.slice(0, QUOTES);
}

function factLines({ facts, rules }: Material): readonly string[] {
  if (facts === undefined) return ["the rules know nothing of what this is about"];
  const { topic, targets, technologies, surroundings, takenBack } = facts;
  const places =
    targets === undefined
      ? ["no known kind of change carries it out; a person has to design it"]
      : targets.length === 0
        ? [`nothing in the repository needs it (${topic.intent})`]
        : [
            `${targets.length} places in the repository need it (${topic.intent}), these first`,
            ...targets.slice(0, PLACES).map(({ target, because }) => `${target}: ${because}`),
          ];
  const named = technologies.length === 0 ? "none of its technologies" : technologies.join(", ");
  return [
    ...places,
    `the repository names ${named}`,
    ...surroundings.needs.map(({ text, evidence }) => `${targets?.[0]?.target ?? "it"} needs ${text} (${evidence})`),
    ...takenBack.map(({ id, title, because }) => `improvement ${id} “${title}” was rolled back: ${because}`),
    ...rules.risks.map(
      ({ risk, mitigated, evidence }) => `known risk, ${mitigated ? "taken care of" : "open"}: ${risk} (${evidence})`,
    ),
  ].slice(0, FACTS);
}
