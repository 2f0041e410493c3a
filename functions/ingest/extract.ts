/** Finds what a talk recommends: sentences of advice, tied to topics of the lexicon, gathered per topic. */

import { type Advice, adviceIn, isReported } from "../../shared/domain/lexicon/advice.ts";
import { type Stance, stanceOn } from "../../shared/domain/lexicon/stance.ts";
import { type Mention, matchTopics, type Topic, type TopicMatch } from "../../shared/domain/lexicon.ts";
import type { Sentence } from "./sentences.ts";

/** One place where the talk speaks for or against a topic. `text` stands word for word in the transcript. */
export interface Support {
  readonly text: string;
  readonly start?: number;
  readonly advice: Advice;
  readonly match: TopicMatch;
  /** An objection to one way of doing it: "never a budget of one on a single replica". */
  readonly qualified?: true;
}

export interface Finding {
  readonly topic: Topic;
  /** Best first. */
  readonly supports: readonly Support[];
  readonly objections: readonly Support[];
}

/** Quotes longer than this are no evidence, they are the talk. */
const LONGEST_QUOTE = 600;

/** Sentences after which other work gets its turn. */
const TURN = 500;

/** Everything the talk speaks for, best supported first; topics it mostly warns against are in `refused`. */
export async function findAdvice(sentences: readonly Sentence[]): Promise<{ found: Finding[]; refused: Finding[] }> {
  const byTopic = new Map<string, { topic: Topic; supports: Support[]; objections: Support[] }>();
  for (const [i, sentence] of sentences.entries()) {
    // A book of a transcript takes seconds; the lease's heartbeat must get its turn.
    if (i % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    for (const { support, against } of adviceAt(sentences, i, sentence)) {
      const { topic } = support.match;
      const finding = byTopic.get(topic.id) ?? { topic, supports: [], objections: [] };
      byTopic.set(topic.id, finding);
      const list = against ? finding.objections : finding.supports;
      if (!list.some(({ text }) => text === support.text)) list.push(support);
    }
  }
  const findings = [...byTopic.values()].map((finding) => ({ ...finding, supports: finding.supports.sort(better) }));
  const found = findings.filter(({ supports, objections }) => weightOf(supports) > weightOf(objections));
  const refused = findings.filter((finding) => !found.includes(finding));
  return { found: found.sort((a, b) => weightOf(b.supports) - weightOf(a.supports)), refused };
}

/** Sum of explicitness: how much the talk puts behind it. What is refused only in a certain case weighs half. */
export function weightOf(supports: readonly Support[]): number {
  return supports.reduce((sum, { advice, qualified }) => sum + advice.explicitness * (qualified ? 0.5 : 1), 0);
}

function adviceAt(
  sentences: readonly Sentence[],
  i: number,
  sentence: Sentence,
): { support: Support; against: boolean }[] {
  if (sentence.order !== undefined || sentence.text.length > LONGEST_QUOTE) return [];
  const advice = adviceIn(sentence.meant);
  if (advice === undefined) return [];
  const before = speech(sentences[i - 1]);
  const after = speech(sentences[i + 1]);
  const around = `${sentences[i - 1]?.meant ?? ""} ${sentences[i + 1]?.meant ?? ""}`;
  const own = meant(sentence.meant, matchTopics(sentence.meant, around));
  if (own.length > 0) return judged(sentence.text, sentence.meant, sentence.start, advice, own);
  const pronouns = pointingBack(sentence.meant);
  if (
    before !== undefined &&
    pronouns.length > 0 &&
    !isQuestion(before.meant) &&
    adviceIn(before.meant) === undefined
  ) {
    // The sentence before must only name the thing: its own stance, and a second topic, would be guesses.
    const [match] = meant(before.meant, matchTopics(before.meant, around));
    if (match === undefined || isReported(before.meant)) return [];
    const weaker = { ...advice, explicitness: advice.explicitness * 0.9 };
    const quote = `${before.text} ${sentence.text}`;
    const text = `${before.meant} ${sentence.meant}`;
    return judged(quote, text, before.start, weaker, [match], stanceOnPronoun(sentence.meant, match, pronouns));
  }
  if (
    after !== undefined &&
    announces(sentence.meant) &&
    !isReported(after.meant) &&
    adviceIn(after.meant) === undefined
  ) {
    const matches = meant(after.meant, matchTopics(after.meant, sentence.meant)).slice(0, 1);
    return judged(`${sentence.text} ${after.text}`, after.meant, sentence.start, advice, matches);
  }
  return [];
}

function speech(sentence: Sentence | undefined): Sentence | undefined {
  return sentence?.order === undefined ? sentence : undefined;
}

function isQuestion(text: string): boolean {
  return /\?\s*$/u.test(text);
}

/** What is said of "it" is said of what was named before: the pronoun stands where the name would. */
function stanceOnPronoun(text: string, match: TopicMatch, pronouns: readonly Mention[]): Stance {
  const stance = stanceOn(text, { ...match, index: pronouns[0]?.index ?? 0, mentions: pronouns });
  // "We had one, and then we removed it": the last word counts, and it is the one against.
  return stance.against ? { for: false, against: true } : stance;
}

function judged(
  quote: string,
  judgedText: string,
  start: number | undefined,
  advice: Advice,
  matches: readonly TopicMatch[],
  known?: Stance,
): { support: Support; against: boolean }[] {
  if (quote.length > LONGEST_QUOTE) return [];
  return matches.flatMap((match) => {
    const stance = known ?? stanceOn(judgedText, match);
    // A word that needs its surroundings to mean anything is weak evidence, however plainly it is said.
    const onlyHints = match.mentions.every(({ tier }) => tier === "hint");
    const heard = onlyHints ? { ...advice, explicitness: advice.explicitness * 0.6 } : advice;
    const support = { text: quote, ...(start === undefined ? {} : { start }), advice: heard, match };
    // "Set memory limits, but no CPU limits" is for the topic first.
    const objection = {
      ...support,
      ...(stance.for ? { advice: { ...heard, explicitness: heard.explicitness / 2 } } : {}),
      ...(isQualified(judgedText, match) ? { qualified: true as const } : {}),
    };
    // "We had no backups" describes; only a plain rejection or prohibition counts against.
    const objects = stance.against && advice.form !== "practice" && advice.form !== "consequence";
    return [
      ...(stance.for ? [{ support, against: false }] : []),
      ...(objects ? [{ support: objection, against: true }] : []),
    ];
  });
}

/** The topics a sentence asks for: actions before names, names before hints, and never what only gives the reason. */
function meant(text: string, matches: readonly TopicMatch[]): readonly TopicMatch[] {
  const has = (match: TopicMatch, ...tiers: string[]): boolean =>
    match.mentions.some(({ tier }) => tiers.includes(tier));
  const actions = matches.filter((match) => has(match, "action", "warning"));
  if (actions.length > 0) return actions.filter((match) => !isInside(match, actions));
  const names = matches.filter((match) => has(match, "name", "problem"));
  if (names.length === 0) return matches.slice(0, 1);
  const reason = text.search(/\b(?:because|since|so that|otherwise|until)\b/iu);
  const asked = reason < 0 ? names : names.filter(({ index }) => index < reason);
  return (asked.length > 0 ? asked : names).slice(0, 2);
}

/** "… with a single replica", "… on services that answer people": the thing is refused there, not altogether. */
function isQualified(text: string, { mentions }: TopicMatch): boolean {
  return mentions.some(({ index, phrase }) =>
    /^\s+(?:with|on|for|that|which|when|if|in|unless|depend|from|to)\b/iu.test(text.slice(index + phrase.length)),
  );
}

/** True when a stronger topic names the very same object: a DNS cache is about DNS, not about caching. */
function isInside(match: TopicMatch, matches: readonly TopicMatch[]): boolean {
  const stronger = matches.filter(({ score }) => score > match.score);
  const objects = new Set(
    stronger.flatMap(({ mentions }) => mentions.map(({ index, phrase }) => index + phrase.length)),
  );
  return match.mentions.every(({ index, phrase }) => objects.has(index + phrase.length));
}

/** "You really must have them everywhere": the thing was named in the sentence before. Where it is pointed at. */
function pointingBack(text: string): Mention[] {
  if (text.split(" ").length > 25) return [];
  const pronouns = text.matchAll(/\b(?:it|them|that|this|those|these|one|ones)\b/giu);
  return [...pronouns].map(({ index, 0: phrase }) => ({ tier: "name", index, phrase }));
}

/** "What saved us was simple:" announces the thing that the next sentence names. */
function announces(text: string): boolean {
  return (
    text.split(" ").length <= 12 &&
    /\b(?:saved|fix|fixed|helped|worked|lesson|takeaway|rule|advice|recommend|trick|answer|solution)\b/iu.test(text) &&
    !/\b(?:not|never|no|nobody|nothing)\b|n['’]t\b/iu.test(text)
  );
}

function better(a: Support, b: Support): number {
  return (
    b.advice.explicitness - a.advice.explicitness ||
    b.match.score - a.match.score ||
    a.text.length - b.text.length ||
    (a.start ?? 0) - (b.start ?? 0)
  );
}
