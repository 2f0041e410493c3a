/**
 * The technology lexicon: what a text is about, on word boundaries. The action asked for outweighs the things it is
 * done to, so "set memory limits on Postgres" is about limits and "alert on replication lag" is about alerts.
 */
import { architecture } from "./lexicon/architecture.ts";
import { credentials } from "./lexicon/credentials.ts";
import { database } from "./lexicon/database.ts";
import { identity } from "./lexicon/identity.ts";
import { integration } from "./lexicon/integration.ts";
import { monitoring } from "./lexicon/monitoring.ts";
import { namespaces } from "./lexicon/namespaces.ts";
import { networking } from "./lexicon/networking.ts";
import { security } from "./lexicon/security.ts";
import { phrases, type Topic } from "./lexicon/topic.ts";
import { workloads } from "./lexicon/workloads.ts";

export type { ProposalType, Topic } from "./lexicon/topic.ts";

export const TOPICS: readonly Topic[] = [
  ...security,
  ...credentials,
  ...namespaces,
  ...identity,
  ...database,
  ...workloads,
  ...architecture,
  ...monitoring,
  ...networking,
  ...integration,
];

export interface TopicMatch {
  readonly topic: Topic;
  /** Sum over distinct phrases: an action or warning 4, a name or problem 2, a hint among words of the field 1. */
  readonly score: number;
  /** Where in the text the topic is first named. */
  readonly index: number;
  /** Every distinct phrase found, in the order of the text. */
  readonly mentions: readonly Mention[];
}

export interface Mention {
  readonly tier: "action" | "warning" | "name" | "problem" | "hint";
  readonly index: number;
  readonly phrase: string;
}

const weights: Readonly<Record<Mention["tier"], number>> = { action: 4, warning: 4, name: 2, problem: 2, hint: 1 };
/** However often a text repeats itself, one topic counts for no more than this. */
const MOST = 12;

/** Words that show a text speaks of running software at all; a hint counts only beside one of them. */
const FIELD = [
  "k8s|k3s|kubernetes|kubectl|clusters?|namespaces?|pods?|containers?|docker|deployments?|stateful ?sets?|daemon ?sets?",
  "workloads?|nodes?|services?|micro ?services?|manifests?|helm|yaml|production|staging|cpu|memory|ram|servers?|replicas?",
  "databases?|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|etcd|kafka|prometheus|grafana|argo ?cd|gitops",
  "dns|tls|https|vpn|latency|sql|cron ?jobs?|volumes?|registry|kubelet|apis?|infrastructure|platform team",
];

/** Compiled with the first text: hundreds of patterns cost a third of a cold start, and many a process matches none. */
let compiled: ReturnType<typeof compile> | undefined;

function compile() {
  const topics = TOPICS.map((topic) => ({
    topic,
    tiers: tiersOf(topic)
      .filter(({ list }) => list.length > 0)
      .map(({ tier, list }) => ({ tier, pattern: phrases(list) })),
  }));
  return { topics, field: phrases(FIELD) };
}

function tiersOf(topic: Topic): { tier: Mention["tier"]; list: readonly string[] }[] {
  return [
    { tier: "action", list: topic.cues },
    { tier: "warning", list: topic.warnings ?? [] },
    { tier: "name", list: topic.patterns },
    { tier: "problem", list: topic.problems ?? [] },
    { tier: "hint", list: topic.hints ?? [] },
  ];
}

/** Every topic the text is about, strongest first; a tie goes to the one named first. */
export function topicsIn(text: string): readonly Topic[] {
  return matchTopics(text).map(({ topic }) => topic);
}

/**
 * Like `topicsIn`, with scores and places. `around` is more text that may show the words of the field (neighbouring
 * sentences); topics are never taken from it.
 */
export function matchTopics(text: string, around = ""): readonly TopicMatch[] {
  compiled ??= compile();
  const { topics, field } = compiled;
  const inField = text.search(field) >= 0 || around.search(field) >= 0;
  const matches: TopicMatch[] = [];
  for (const { topic, tiers } of topics) {
    const mentions = new Map<string, Mention>();
    for (const { tier, pattern } of tiers) {
      if (tier === "hint" && !inField) continue;
      for (const hit of text.matchAll(pattern)) {
        const phrase = hit[0].toLowerCase();
        if (!mentions.has(phrase)) mentions.set(phrase, { tier, index: hit.index, phrase });
      }
    }
    if (mentions.size === 0) continue;
    const ordered = [...mentions.values()].sort((a, b) => a.index - b.index);
    const score = ordered.reduce((sum, { tier }) => sum + weights[tier], 0);
    matches.push({ topic, score: Math.min(score, MOST), index: ordered[0]?.index ?? 0, mentions: ordered });
  }
  return matches.sort((a, b) => b.score - a.score || a.index - b.index);
}

/** What a proposal asks for: its title decides, its description only where the title names nothing. */
export function topicOf(proposal: { readonly title: string; readonly description: string }): Topic | undefined {
  return topicsIn(proposal.title)[0] ?? topicsIn(proposal.description)[0];
}

/** What a source said about it: its quotes, and what is not our own wording of the topic in title and description. */
export function spokenIn(proposal: {
  readonly title: string;
  readonly description: string;
  readonly quotes: readonly { readonly text: string }[];
}): string {
  const { title, description, quotes } = proposal;
  const ours = new Set(TOPICS.flatMap((topic) => [topic.title, topic.advice]));
  const said = quotes.map(({ text }) => text);
  const written = [title, ...(said.length > 0 ? [] : [description])].filter((text) => !ours.has(text));
  return [...written, ...said].join("\n");
}

/** The topic with this id. */
export function topicById(id: string): Topic | undefined {
  return TOPICS.find((topic) => topic.id === id);
}
