/** Finds what a talk recommends: sentences of advice, tied to topics of the lexicon, gathered per topic. */

import { type Advice, adviceIn } from "../../shared/domain/lexicon/advice.ts";
import { stanceOn } from "../../shared/domain/lexicon/stance.ts";
import { matchTopics, type Topic, type TopicMatch } from "../../shared/domain/lexicon.ts";
import type { Sentence } from "./sentences.ts";

/** One place where the talk speaks for or against a topic. `text` stands word for word in the transcript. */
export interface Support {
  readonly text: string;
  readonly start?: number;
  readonly advice: Advice;
  readonly match: TopicMatch;
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

/** Sum of explicitness: how much the talk puts behind it. */
export function weightOf(supports: readonly Support[]): number {
  return supports.reduce((sum, { advice }) => sum + advice.explicitness, 0);
}

function adviceAt(
  sentences: readonly Sentence[],
  i: number,
  sentence: Sentence,
): { support: Support; against: boolean }[] {
  if (sentence.order !== undefined) return [];
  const advice = adviceIn(sentence.text);
  if (advice === undefined) return [];
  const before = sentences[i - 1];
  const after = sentences[i + 1];
  const around = `${before?.text ?? ""} ${after?.text ?? ""}`;
  const own = meant(matchTopics(sentence.text, around));
  if (own.length > 0) return judged(sentence.text, sentence.text, sentence.start, advice, own);
  if (
    before !== undefined &&
    before.order === undefined &&
    pointsBack(sentence.text) &&
    adviceIn(before.text) === undefined
  ) {
    const matches = meant(matchTopics(before.text, around)).slice(0, 1);
    // The sentence before must only name the thing: its own stance, and a second topic, would be guesses.
    const weaker = { ...advice, explicitness: advice.explicitness * 0.9 };
    const text = `${before.text} ${sentence.text}`;
    if (!/\?\s*$/u.test(before.text)) return judged(text, text, before.start, weaker, matches);
  }
  if (
    after !== undefined &&
    after.order === undefined &&
    announces(sentence.text) &&
    adviceIn(after.text) === undefined
  ) {
    const matches = meant(matchTopics(after.text, sentence.text)).slice(0, 1);
    return judged(`${sentence.text} ${after.text}`, after.text, sentence.start, advice, matches);
  }
  return [];
}

function judged(
  quote: string,
  judgedText: string,
  start: number | undefined,
  advice: Advice,
  matches: readonly TopicMatch[],
): { support: Support; against: boolean }[] {
  if (quote.length > LONGEST_QUOTE) return [];
  return matches.flatMap((match) => {
    const stance = stanceOn(judgedText, match);
    // A word that needs its surroundings to mean anything is weak evidence, however plainly it is said.
    const onlyHints = match.mentions.every(({ tier }) => tier === "hint");
    const heard = onlyHints ? { ...advice, explicitness: advice.explicitness * 0.6 } : advice;
    const support = { text: quote, ...(start === undefined ? {} : { start }), advice: heard, match };
    // "Set memory limits, but no CPU limits" is for the topic first.
    const objection = stance.for ? { ...support, advice: { ...heard, explicitness: heard.explicitness / 2 } } : support;
    // "We had no backups" describes; only a plain rejection or prohibition counts against.
    const objects = stance.against && advice.form !== "practice" && advice.form !== "consequence";
    return [
      ...(stance.for ? [{ support, against: false }] : []),
      ...(objects ? [{ support: objection, against: true }] : []),
    ];
  });
}

/** The topics a sentence asks for: actions before names, names before hints. */
function meant(matches: readonly TopicMatch[]): readonly TopicMatch[] {
  const has = (match: TopicMatch, ...tiers: string[]): boolean =>
    match.mentions.some(({ tier }) => tiers.includes(tier));
  const actions = matches.filter((match) => has(match, "action", "warning"));
  if (actions.length > 0) return actions.filter((match) => !isInside(match, actions));
  const names = matches.filter((match) => has(match, "name", "problem"));
  return names.length > 0 ? names.slice(0, 2) : matches.slice(0, 1);
}

/** True when a stronger topic names the very same object: a DNS cache is about DNS, not about caching. */
function isInside(match: TopicMatch, matches: readonly TopicMatch[]): boolean {
  const stronger = matches.filter(({ score }) => score > match.score);
  const objects = new Set(
    stronger.flatMap(({ mentions }) => mentions.map(({ index, phrase }) => index + phrase.length)),
  );
  return match.mentions.every(({ index, phrase }) => objects.has(index + phrase.length));
}

/** "You really must have them everywhere": the thing was named in the sentence before. */
function pointsBack(text: string): boolean {
  return /\b(?:it|them|that|this|those|these|one|ones)\b/iu.test(text) && text.split(" ").length <= 25;
}

/** "What saved us was simple:" announces the thing that the next sentence names. */
function announces(text: string): boolean {
  return (
    text.split(" ").length <= 12 &&
    /\b(?:saved|fix|fixed|helped|worked|lesson|takeaway|rule|advice|recommend|trick|answer|solution)\b/iu.test(text)
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
