/** Weighs what the rules find: the action that is asked for, before the things it is done to. */
import { EXPERTS, type Expert } from "../../domain/improvement.ts";
import type { RoutableText } from "../../routing-ports.ts";
import { type Concept, conceptsIn } from "./concepts.ts";
import { inOnePhrase, type Role, roleAt, type Token, tokensOf } from "./grammar.ts";
import type { Kind, Rule, Settings } from "./rule.ts";

export interface Score {
  readonly expert: Expert;
  readonly points: number;
  /** Ids of the rules that gave the points, the heaviest first. */
  readonly rules: readonly string[];
  /** Of the heaviest rule. */
  readonly confidence: number;
}

/** Share of a rule's points by what its words are to their clause. */
const ROLES: Readonly<Record<Kind, Readonly<Record<Role, number>>>> = {
  action: { object: 1, means: 0.75, target: 0.38, clause: 0.4 },
  verb: { object: 1, means: 1, target: 0.6, clause: 0.6 },
  warning: { object: 1, means: 0.75, target: 0.5, clause: 0.6 },
  name: { object: 1, means: 0.5, target: 0.35, clause: 0.3 },
  hint: { object: 1, means: 0.6, target: 0.5, clause: 0.4 },
};
/** "Backup" in "backup job alerts": the last noun of a phrase says what is meant. */
const MODIFIER = 0.4;
/** The second thing of a list, the third, …: the first is what it is about. */
const LATER = 0.9;
/** Of what stands behind a verb that already says what is done. */
const BEHIND_VERB = 0.65;
/** Of a name in front of what is said of it: "prometheus: issue a certificate". */
const PREFIX = 0.5;
/** Words that ask for nothing, wherever they stand. */
const FILLERS =
  /(?<![a-z0-9])(?:authors?|please|kindly|simply|just|really|very|also|basically|actually|honestly)(?![a-z0-9])/gu;
/** Signs looked at; what matters stands at the beginning. */
const LOOKED_AT = { title: 300, description: 1_200, notes: 500 };
/** A description speaks of much beside the point: it never says more than this of one expert. */
const MOST_OF_DESCRIPTION = 6;
/** From these points in the title on, the description only adds to it. */
const TITLE_SAYS = 3;

/** Small letters and single spaces; marks of Markdown and code are gone, and `_` parts words. */
export function plain(text: string, length: number): string {
  return text
    .slice(0, length)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/^\s*\[([^\]]{1,60})\]:?/u, "$1: ")
    .replaceAll(/[`"*“”<>[\]{}|\\_]+/gu, " ")
    .replaceAll(FILLERS, " ")
    .replaceAll(/-{2,}/gu, "-")
    .replaceAll(/[^\S\n]+/gu, " ")
    .trim();
}

/** Points per expert, most first; experts without points are left out. */
export function scoresOf(text: RoutableText, rules: readonly Rule[], settings: Settings): readonly Score[] {
  const title = pointsIn(plain(text.title, LOOKED_AT.title), rules, settings);
  const description = pointsIn(plain(text.description, LOOKED_AT.description), rules, settings);
  const notes = pointsIn(plain(text.implementation_notes, LOOKED_AT.notes), rules, settings);
  const titleSays = Math.max(0, ...sums(title).values()) >= TITLE_SAYS;
  const all = new Map<Rule, number>();
  const add = (points: ReadonlyMap<Rule, number>, factor: number, most: number) => {
    const perExpert = sums(points);
    for (const [rule, value] of points) {
      const cut = Math.min(1, most / (perExpert.get(rule.expert) ?? most));
      all.set(rule, (all.get(rule) ?? 0) + value * factor * cut);
    }
  };
  add(title, 2, Number.POSITIVE_INFINITY);
  add(description, titleSays ? 0.4 : 1, MOST_OF_DESCRIPTION);
  add(notes, titleSays ? 0.1 : 0.4, MOST_OF_DESCRIPTION);
  return perExpert(all, settings);
}

function perExpert(all: ReadonlyMap<Rule, number>, settings: Settings): readonly Score[] {
  const heaviest = [...all].sort(([, a], [, b]) => b - a);
  return EXPERTS.map((expert) => {
    const ofExpert = heaviest.filter(([rule]) => rule.expert === expert);
    const points = ofExpert.reduce((sum, [, value]) => sum + value, 0);
    const [first] = ofExpert[0] ?? [];
    const confidence = first === undefined ? 0 : (first.confidence ?? settings.kinds[first.kind].confidence);
    return { expert, points: Math.round(points * 100) / 100, rules: ofExpert.map(([{ id }]) => id), confidence };
  })
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || EXPERTS.indexOf(a.expert) - EXPERTS.indexOf(b.expert));
}

function sums(points: ReadonlyMap<Rule, number>): Map<Expert, number> {
  const perExpert = new Map<Expert, number>();
  for (const [{ expert }, value] of points) perExpert.set(expert, (perExpert.get(expert) ?? 0) + value);
  return perExpert;
}

/** The most each rule gets anywhere in the text: saying it twice does not make it truer. */
function pointsIn(text: string, rules: readonly Rule[], settings: Settings): ReadonlyMap<Rule, number> {
  const best = new Map<Rule, number>();
  if (text === "") return best;
  const concepts = conceptsIn(text, rules);
  if (concepts.length === 0) return best;
  const tokens = tokensOf(text);
  const prefix = prefixOf(text);
  let order = 1;
  for (const [index, concept] of concepts.entries()) {
    const { rule } = concept;
    const before = concept.end <= prefix && rule.kind === "name" ? PREFIX : 1;
    const points = weightOf(concept, concepts[index + 1], tokens, settings) * order * before;
    if (rule.kind === "action" && points >= 1 && !best.has(rule)) order *= LATER;
    if (rule.kind === "verb") order *= BEHIND_VERB;
    best.set(rule, Math.max(points, best.get(rule) ?? 0));
  }
  return best;
}

/** Where the prefix of a commit ("fix(traefik): …", "prometheus: …") ends; 0 without one, or with nothing behind it. */
function prefixOf(text: string): number {
  const [prefix = ""] = /^[^\s:]{1,60}(?:\s[^\s:]{1,30}){0,2}:\s(?=\S+\s\S)/u.exec(text) ?? [];
  return prefix.length;
}

function weightOf(concept: Concept, next: Concept | undefined, tokens: readonly Token[], settings: Settings): number {
  const { rule, start, end } = concept;
  const weight = rule.weight ?? settings.kinds[rule.kind].weight;
  const role = roleAt(tokens, start);
  const modifies =
    next !== undefined &&
    rule.kind !== "verb" &&
    next.rule.expert !== rule.expert &&
    (next.rule.kind === "action" || next.rule.kind === "warning") &&
    roleAt(tokens, next.start) === role &&
    inOnePhrase(tokens, end, next.start);
  return weight * ROLES[rule.kind][role] * (modifies ? MODIFIER : 1);
}
