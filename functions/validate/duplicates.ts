/** Was this proposed before, in these words or in others? A rolled-back one is never proposed again. */
import type { Citation, ValidationFinding } from "../../shared/domain/improvement.ts";
import { spokenIn, topicOf } from "../../shared/domain/lexicon.ts";
import { END_STATUSES } from "../../shared/domain/lifecycle.ts";
import { intents } from "../../shared/intents/registry.ts";
import { type Judgement, judgePair, readable } from "../../shared/knowledge/pairs/judge.ts";
import type { Found, Knowledge } from "../../shared/knowledge-ports.ts";
import { type Earlier, earlierFrom, earlierIn, fateOf, isOlder, type Known, substanceOf } from "./earlier.ts";

const CHECK = "duplicate";
/** Of the index: what is found later than this shares little with it. */
const CANDIDATES = 20;
/** Characters of a question. */
const QUERY = 2_000;
const CITED = 3;
const QUOTE = 400;

/**
 * `past` is what the school remembers of its improvements, newest first; the index knows those that ended before. Throws
 * the signal's reason, and what asking for the state of the index throws.
 */
export async function findDuplicate(
  improvement: Known,
  past: readonly Known[],
  knowledge: Knowledge,
  signal?: AbortSignal,
): Promise<ValidationFinding> {
  const text = substanceOf(improvement).slice(0, QUERY);
  const found = await knowledge.search({ text, corpora: ["improvements"], limit: CANDIDATES }, signal);
  if (found.kind === "unknown" && (await isUnwritten(knowledge))) {
    return judgeDuplicates(improvement, past, { kind: "found", hits: [], states: found.states, notes: [] });
  }
  return judgeDuplicates(improvement, past, found);
}

/** Nothing has ended yet, so that nothing was ever kept: a new school has no past to ask for. */
async function isUnwritten(knowledge: Knowledge): Promise<boolean> {
  const states = (await knowledge.states()).filter(({ corpus }) => corpus === "improvements");
  return states.every(
    ({ state, collection, chunks }) =>
      (state === "absent" && collection === undefined) || (state === "ready" && chunks === 0),
  );
}

/** The same with what the index has answered. An index that cannot be asked takes nothing from what `past` shows. */
export function judgeDuplicates(improvement: Known, past: readonly Known[], found: Found): ValidationFinding {
  const remembered = earlierIn(past, improvement);
  const exact = remembered.find((other) => readable(other.whole).normal === readable(wholeOf(improvement)).normal);
  if (exact !== undefined) return conflict(exact, "says exactly the same");
  const open = past.find((other) => isAhead(other, improvement) && isOpen(other) && wantsTheSame(other, improvement));
  if (open !== undefined) {
    const because = `“${open.title}” wants the same kind of change and is not decided yet; it ${fateOf(open)}`;
    return { check: CHECK, result: "conflict", because, evidence: [open.id] };
  }
  const known = new Set(past.map(({ id }) => id).concat(improvement.id));
  const earlier = [...remembered, ...(found.kind === "found" ? earlierFrom(found.hits, known) : [])];
  const ours = readable(substanceOf(improvement));
  const ranked = earlier
    .map((other) => ({ other, ...judgePair(ours, other.substance) }))
    .sort((a, b) => b.probability - a.probability);
  const same = ranked.find(({ verdict }) => verdict === "duplicate");
  if (same !== undefined) return conflict(same.other, "says the same", same);
  const doubt = ranked.find(({ unsure }) => unsure);
  if (doubt !== undefined) {
    const because = `may say the same as “${doubt.other.title}”, which ${doubt.other.fate}: ${doubt.because}`;
    return { check: CHECK, result: "unknown", because, evidence: [doubt.other.id], ...citing([doubt.other]) };
  }
  if (found.kind === "unknown") {
    const here = earlier.length === 0 ? "" : `none of ${earlier.length} remembered improvements says the same, but `;
    const because = `${here}the index of past ones could not be asked: ${found.because}`;
    return { check: CHECK, result: "unknown", because, evidence: [] };
  }
  return pass(earlier.length, ranked);
}

type Ranked = Judgement & { readonly other: Earlier };

function pass(compared: number, ranked: readonly Ranked[]): ValidationFinding {
  const related = ranked.filter(({ verdict }) => verdict === "related").slice(0, CITED);
  const [closest] = related;
  const next = closest === undefined ? "" : `; the closest is “${closest.other.title}”: ${closest.because}`;
  return {
    check: CHECK,
    result: "pass",
    because: `none of ${compared} earlier improvements says the same${next}`,
    evidence: related.map(({ other }) => other.id),
    ...citing(related.map(({ other }) => other)),
  };
}

function conflict(other: Earlier, how: string, judgement?: Judgement): ValidationFinding {
  const why = judgement === undefined ? "" : `: ${judgement.because}`;
  return {
    check: CHECK,
    result: "conflict",
    because: `“${other.title}” ${how}; it ${other.fate}${why}`,
    evidence: [other.id],
    ...citing([other]),
  };
}

function citing(others: readonly Earlier[]): { readonly citations?: readonly Citation[] } {
  const citations = others.map(({ id, title, substance, lines }) => ({
    corpus: "improvements",
    path: id,
    place: title,
    from: 1,
    to: lines,
    quote: substance.replaceAll(/\s+/g, " ").trim().slice(0, QUOTE),
  }));
  return citations.length === 0 ? {} : { citations };
}

function wholeOf(improvement: Known): string {
  return improvement.quotes.length > 0 ? `${improvement.title}\n${substanceOf(improvement)}` : substanceOf(improvement);
}

/** Of two that want the same the better founded one goes first, so that a passing remark cannot block real advice. */
function isAhead(other: Known, improvement: Known): boolean {
  if (other.id === improvement.id || other.relevance < improvement.relevance) return false;
  return other.relevance > improvement.relevance || isOlder(other, improvement);
}

/** Under way or waiting for a person. Once it is done the same advice may be for the next place in the repository. */
function isOpen({ status }: Known): boolean {
  return status !== "dead" && !(END_STATUSES as readonly string[]).includes(status);
}

function wantsTheSame(one: Known, other: Known): boolean {
  const intent = topicOf(one)?.intent;
  if (intent === undefined || intent !== topicOf(other)?.intent) return false;
  // Alerts on errors and alerts on disks are two things, although both are alerts.
  const form = (known: Known) => intents.get(intent)?.forms(spokenIn(known))[0];
  return form(one) === form(other);
}
