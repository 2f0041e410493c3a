/** evaluate: the chosen expert judges feasibility, impact, effort, priority and risks, each with its evidence. */
import { type Evaluation, EXPERTS, type Expert, type Improvement } from "../../shared/domain/improvement.ts";
import { technologiesNamed } from "../../shared/domain/lexicon/presence.ts";
import { stanceOn } from "../../shared/domain/lexicon/stance.ts";
import { matchTopics, type Topic, topicOf } from "../../shared/domain/lexicon.ts";
import { intents } from "../../shared/intents/registry.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { askPerson, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";
import { architecture } from "./experts/architecture.ts";
import { database } from "./experts/database.ts";
import { integration } from "./experts/integration.ts";
import { monitoring } from "./experts/monitoring.ts";
import { networking } from "./experts/networking.ts";
import { security } from "./experts/security.ts";
import { type Facts, type Rubric, SCOPE } from "./rubric.ts";

export interface EvaluatePorts {
  /** The user's repository as it stands now. Throws RetryLater when it is out of reach. */
  readonly platform: (signal: AbortSignal) => Promise<Platform>;
}

const rubrics: Readonly<Record<Expert, Rubric>> = {
  architecture,
  integration,
  security,
  database,
  networking,
  monitoring,
};

export async function evaluate(
  { improvement }: InputOf<"evaluate">,
  { platform }: EvaluatePorts,
  { signal }: Pick<Context, "signal">,
): Promise<OutcomeOf<"evaluate">> {
  const expert = improvement.expert ?? EXPERTS.find((name) => name === improvement.category);
  if (expert === undefined) return askPerson("evaluate", `no expert was chosen and ${improvement.category} names none`);
  if (!SCOPE[expert].includes(improvement.category)) {
    const reason = `out of scope: the ${expert} expert does not judge the category ${improvement.category}`;
    return askPerson("evaluate", reason);
  }
  const topic = topicOf(improvement);
  if (topic === undefined) {
    const reason = `the ${expert} expert has no rules for this: the text names nothing of the lexicon`;
    return askPerson("evaluate", reason, { expert, expert_evaluation: unknown(expert, reason) });
  }
  if (topic.expert !== expert) {
    const reason = `out of scope: ${topic.id} is for the ${topic.expert} expert, not for ${expert}`;
    return askPerson("evaluate", reason);
  }

  const judged = rubrics[expert](factsOf(improvement, topic, await platform(signal)));
  const evaluation: Evaluation = { expert, by: "rules", ...judged };
  const { feasibility, impact, effort, priority, risks } = judged;
  const because = `feasibility ${feasibility.value}, impact ${impact.value}, effort ${effort.value}, priority ${priority.value}, ${risks.filter(({ mitigated }) => !mitigated).length} open risks`;
  return moveTo("categorized", { expert, expert_evaluation: evaluation }, because);
}

function factsOf(improvement: Improvement, topic: Topic, platform: Platform): Facts {
  const intent = topic.intent === undefined ? undefined : intents.get(topic.intent);
  return {
    improvement,
    topic,
    targets: intent?.candidates(platform).map(({ target, because }) => ({ target, because })),
    technologies: technologiesNamed(topic, platform.files),
    quote: improvement.quotes[0],
    objections: objectionsTo(topic, improvement),
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

function unknown(expert: Expert, evidence: string): Evaluation {
  const judgement = { value: "unknown", evidence } as const;
  return {
    expert,
    by: "rules",
    feasibility: judgement,
    impact: judgement,
    effort: judgement,
    priority: judgement,
    risks: [],
  };
}
