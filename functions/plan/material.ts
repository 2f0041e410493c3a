/** Gathers what a model is shown: candidates of the rules, the survey, names in use, documents and manifests. */
import { matchTopics } from "../../shared/domain/lexicon.ts";
import type { Candidate } from "../../shared/intents/intent.ts";
import { surveyWithin } from "../../shared/intents/named/within-scope.ts";
import { intents, type RegisteredIntent } from "../../shared/intents/registry.ts";
import type { Documents, Excerpt } from "../../shared/model-ports.ts";
import { inventoryOf, nearbyManifests } from "../../shared/repository/nearby.ts";
import { rankingOf } from "../../shared/repository/ranking.ts";
import type { Material } from "./prompt.ts";
import { type Places, placesFor, type Situation } from "./situation.ts";

/** Candidates offered of the topic's own intent, and of each other one that may be meant. */
const OF_THE_TOPIC = 15;
const OF_OTHERS = 4;
/** Other intents whose places are looked for. */
const OTHERS = 4;
/** Characters. */
const DOCUMENTS = 9_000;
const MANIFESTS = 12_000;
const INVENTORY = 7_000;

export async function gather(
  situation: Situation,
  places: Places,
  documents: Documents | undefined,
): Promise<Omit<Material, "earlier">> {
  const { improvement, platform } = situation;
  const spoken = spokenOf(situation);
  const others = alsoMeant(situation, spoken).flatMap((definition) =>
    placesFor(definition, situation).free.slice(0, OF_OTHERS),
  );
  const offered = [...places.free.slice(0, OF_THE_TOPIC), ...others];
  const written = (await documents?.find({ commit: platform.commit, about: spoken, characters: DOCUMENTS })) ?? [];
  const manifests = nearbyManifests(platform, offered.slice(0, 5), spoken, MANIFESTS);
  return {
    improvement,
    offered,
    survey: surveyOf(situation, places),
    inventory: inventoryOf(platform, namespacesOf(offered, situation), INVENTORY),
    excerpts: [...written, ...manifests] satisfies readonly Excerpt[],
  };
}

function spokenOf({ improvement }: Situation): string {
  const { title, description, implementation_notes: notes, quotes } = improvement;
  return [title, description, notes, ...quotes.slice(0, 5).map(({ text }) => text)].join("\n").slice(0, 6_000);
}

/** Intents of every topic that is spoken of, and those whose purpose has words in common with what was said. */
function alsoMeant({ definition }: Situation, spoken: string): readonly RegisteredIntent[] {
  const topics = matchTopics(spoken).flatMap(({ topic }) => (topic.intent === undefined ? [] : [topic.intent]));
  const byPurpose = rankingOf(
    [...intents.values()],
    ({ kind }) => kind.replaceAll("-", " "),
    ({ purpose }) => purpose,
  );
  const related = byPurpose(spoken).map(({ item }) => item.kind);
  return [...new Set([...topics, ...related])]
    .filter((kind) => kind !== definition?.kind)
    .slice(0, OTHERS)
    .flatMap((kind) => intents.get(kind) ?? []);
}

function surveyOf({ definition, platform, about, scope }: Situation, { all, free }: Places): string {
  const named = scope === undefined ? [] : [`It names ${scope.label}: a change elsewhere is not what it asks for.`];
  if (definition === undefined) {
    return ["The rules know no intent for what this seems to be about.", ...named].join("\n");
  }
  const everywhere = definition.survey(platform, about);
  const { done, open, exempt = [] } = scope === undefined ? everywhere : surveyWithin(everywhere, scope, platform);
  const listed = [...open, ...exempt].slice(0, 8).map(({ target, because }) => `- ${target}: ${because}`);
  return [
    `By its words this is about ${definition.kind}: in place ${done.length} times, ${all.length} candidates, ${
      all.length - free.length
    } of them taken by other improvements.`,
    ...named,
    ...listed,
  ].join("\n");
}

function namespacesOf(candidates: readonly Candidate[], { scope }: Situation): readonly string[] {
  const named = scope?.workloads.flatMap(({ namespace }) => namespace ?? []) ?? [];
  return [...new Set([...named, ...(scope?.namespaces ?? []), ...candidates.map(({ namespace }) => namespace)])];
}
