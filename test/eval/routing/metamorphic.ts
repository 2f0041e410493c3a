/** Variations of a text that leave who is right as it was: another answer to one of them is a mistake whatever the label is. */
import { EXPERTS, type Expert } from "../../../shared/domain/improvement.ts";
import type { RoutableText } from "../../../shared/routing-ports.ts";

export const VARIATIONS = ["author", "noun", "spelling", "writing", "claim", "polite", "typo"] as const;
export type Variation = (typeof VARIATIONS)[number];

/** Undefined: it does not apply to the text. `label` is who is right; `at` makes neighbouring rows vary differently. */
export function variationOf(kind: Variation, text: RoutableText, label: Expert, at: number): RoutableText | undefined {
  const varied = WAYS[kind](text, label, at);
  return varied === undefined || isSame(varied, text) ? undefined : varied;
}

type Way = (text: RoutableText, label: Expert, at: number) => RoutableText | undefined;

const AUTHORS = [
  "The author of the talk showed it live.",
  "Two of the authors have used it for a year.",
  "The page that says so is authoritative.",
  "It was written by the same author as the last one.",
];
const POLITE = [
  ["Hello everybody,", "Thank you very much in advance!"],
  ["Good morning team,", "Many thanks, and have a nice day."],
  ["Hi all,", "It would be great if somebody found the time."],
] as const;

/** Names of the same kind of thing: what is asked for stays the same. */
const KINDS: readonly (readonly [string, string])[] = [
  ["Postgres", "MySQL"],
  ["PostgreSQL", "MariaDB"],
  ["Grafana", "Perses"],
  ["Keycloak", "Authentik"],
  ["Slack", "Mattermost"],
  ["Jira", "YouTrack"],
  ["GitLab", "Gitea"],
  ["GitHub", "Forgejo"],
  ["Vault", "OpenBao"],
  ["Kyverno", "Gatekeeper"],
  ["Cilium", "Calico"],
  ["MetalLB", "kube-vip"],
  ["Kafka", "Pulsar"],
  ["MongoDB", "Couchbase"],
  ["Redis", "Valkey"],
  ["Qdrant", "Weaviate"],
  ["Elasticsearch", "OpenSearch"],
  ["Loki", "VictoriaLogs"],
  ["Prometheus", "VictoriaMetrics"],
  ["nginx", "Traefik"],
  ["Argo CD", "Flux"],
  ["Talos", "k3s"],
];
const SPELLINGS: readonly (readonly [string, string])[] = [
  ["behaviour", "behavior"],
  ["catalogue", "catalog"],
  ["centre", "center"],
  ["colour", "color"],
  ["licence", "license"],
  ["organise", "organize"],
  ["optimise", "optimize"],
  ["analyse", "analyze"],
  ["authorise", "authorize"],
  ["authorisation", "authorization"],
  ["quantisation", "quantization"],
  ["quantise", "quantize"],
  ["minimise", "minimize"],
  ["favour", "favor"],
  ["harbour", "harbor"],
  ["metre", "meter"],
  ["programme", "program"],
  ["practise", "practice"],
];
/** Words that say nothing about who is asked. */
const FILLERS = [
  "because",
  "before",
  "after",
  "every",
  "without",
  "instead",
  "nobody",
  "their",
  "which",
  "should",
  "when",
  "that",
  "with",
  "from",
  "into",
];

const WAYS: Readonly<Record<Variation, Way>> = {
  author: (text, _label, at) => ({
    ...text,
    description: joined(text.description, AUTHORS[at % AUTHORS.length] ?? ""),
  }),
  noun: (text) => every(text, (words) => swapped(words, KINDS)),
  spelling: (text) => every(text, (words) => swapped(words, SPELLINGS)),
  writing: (text, _label, at) => {
    const changed = at % 2 === 0 ? text.title.toLowerCase() : text.title.toUpperCase();
    return {
      ...text,
      title: `${changed.replace(/[.!]+$/, "")}!`,
      description: text.description.replaceAll(", ", " , "),
    };
  },
  claim: (text, label, at) => {
    const others = EXPERTS.filter((expert) => expert !== label && expert !== text.category);
    return { ...text, category: others[at % others.length] };
  },
  polite: (text, _label, at) => {
    const [before = "", after = ""] = POLITE[at % POLITE.length] ?? [];
    return { ...text, description: joined(before, text.description, after) };
  },
  typo: (text) => {
    const filler = FILLERS.find((word) => new RegExp(`\\b${word}\\b`).test(`${text.title} ${text.description}`));
    return filler === undefined
      ? undefined
      : every(text, (words) => words.replace(new RegExp(`\\b${filler}\\b`), misspelt));
  },
};

function every(text: RoutableText, change: (words: string) => string): RoutableText {
  const { title, description, implementation_notes } = text;
  return {
    ...text,
    title: change(title),
    description: change(description),
    implementation_notes: change(implementation_notes),
  };
}

/** Each pair in both directions at once, so that nothing is swapped back. */
function swapped(words: string, pairs: readonly (readonly [string, string])[]): string {
  const other = new Map(pairs.flatMap(([a, b]) => [[a.toLowerCase(), b] as const, [b.toLowerCase(), a] as const]));
  const names = [...other.keys()].sort((a, b) => b.length - a.length).join("|");
  return words.replace(new RegExp(`(?<![\\w-])(?:${names})(?![\\w-])`, "gi"), (found) => {
    const name = other.get(found.toLowerCase()) ?? found;
    return found === found.toLowerCase() ? name.toLowerCase() : name;
  });
}

function misspelt(word: string): string {
  return `${word[0]}${word[2]}${word[1]}${word.slice(3)}`;
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}

function isSame(a: RoutableText, b: RoutableText): boolean {
  return (
    a.title === b.title &&
    a.description === b.description &&
    a.implementation_notes === b.implementation_notes &&
    a.category === b.category
  );
}
