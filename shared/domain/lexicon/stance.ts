/** For or against: whether a sentence asks for a topic or warns of it, by counting negations inside one clause. */
import type { Mention, TopicMatch } from "../lexicon.ts";
import { phrases } from "./topic.ts";

export interface Stance {
  readonly for: boolean;
  readonly against: boolean;
}

/** Words that look like a negation and are none; they are blanked, so that places in the sentence stay the same. */
const neutral = phrases([
  "not (?:only|just|merely|to mention)|no (?:matter|doubt|wonder|question|problem|surprise)|nothing (?:fancy|special|new|magic)|why not|not (?:hard|difficult|negotiable|optional)",
  "(?:can't|cannot|could not|couldn't) (?:recommend|stress|overstate|say|repeat|emphasi[sz]e)",
  "non negotiable|don't (?:worry|panic|hesitate)|no exceptions?|not that|believe it or not|whether or not",
]);
const purpose = /^(?:so |and |now )*(?:in order )?to (?:avoid|stop|prevent|keep)\b/iu;

/** "You don't need a mesh to pin an image": the mesh is refused, the pinning only named. */
const purposeOfTheUnneeded =
  /\b(?:(?:do|does|did)(?:n't| not)|never|hardly|nobody) (?:really |even )?needs? (?:\S+ ){1,5}to\s+$/iu;

const negators = phrases([
  "(?:do|does|did|is|are|was|were|has|have|had|can|could|would|should|must|will|wo|ca|need|ai)n(?:'|’)t|dont|doesnt|didnt|cant|shouldnt|wouldnt|wont|cannot",
  "not|never|no|nobody|nothing|none|no one|neither|nor|without|unless|until|hardly",
  "avoid(?:s|ed|ing)?|stop(?:s|ped|ping)?|quit|refuse[sd]?|reject(?:s|ed)?|instead of|rather than|lack(?:s|ed|ing)?|missing|forg(?:et|ets|ot|etting|otten)|skip(?:s|ped|ping)?",
  "disabl(?:e|ed|ing)|remov(?:e|ed|ing)|delet(?:e|ed|ing)|turn(?:ed|ing)? off|switch(?:ed|ing)? off|g[eo]t(?:ting)? rid of|rip(?:ped)? out|moved away from|migrated off|regret(?:s|ted)?|against|ditch(?:ed)?|abandon(?:ed)?|stay away from|beware of",
]);
/** Words that say something is absent; what harm follows then speaks for the thing. */
const absence = phrases([
  "without|missing|lack(?:s|ed|ing)?|not (?:having|setting|running|using|adding|testing|taking)|forg(?:et|ets|ot|etting|otten)|skip(?:s|ped|ping)?|if (?:you|we|they) (?:don't|do not|didn't|never)|until|no",
]);
const harm = phrases([
  "kill(?:s|ed)?|t(?:ake|akes|ook)(?: \\p{L}+)? down|crash(?:es|ed)?|hurt(?:s)?|cost (?:us|me|you)|bring(?:s)? .. down|outages?|incidents?|disasters?|starv(?:e|es|ed|ing)|die[sd]?|dead|los[te](?: \\p{L}+)?|burn(?:ed|t|s)?|eat(?:s)?|evict(?:s|ed)?|breach(?:ed|es)?|mistakes?|pain|trouble|regret|fired|game over|wrong|irresponsible|reckless|asking for",
]);
const dismissed =
  /^(?:[\s,]+[\p{L}\p{N}'’-]+){0,5}?[\s,]+(?:a |an |our |my |the |just |simply |really |totally |pretty |mostly )*(?:big |bad |huge |biggest |worst |terrible )*(?:mistake|overrated|overkill|harmful|trap|waste|useless|pointless|bad idea|terrible idea|anti-?pattern|not worth|more trouble|snake oil|a hoax|premature)/iu;
/** "…, and it was a mistake": the verdict follows in a clause of its own. */
const regretted =
  /^[^.!?]{0,60}?\b(?:and|but|which|,)\s+(?:it|that|this|they|which)?\s*(?:was|is|were|turned out)[^.!?]{0,20}\b(?:mistake|overkill|overrated|bad idea|disaster|waste|not worth)\b/iu;
const prohibited = phrases([
  "(?:should|must|may|can|could|would|need|ought)(?:n't| not| never)(?! only)|cannot|no longer|any ?more",
  "(?:is|are|was|were)(?:n't| not| never) (?:needed|necessary|recommended|worth|required|allowed|useful|helpful|for us|the answer|a good)",
  "(?:do|does|did)(?:n't| not) (?:help|work|scale|pay|solve|make sense|matter|belong)|never (?:helped|worked|paid|made sense)",
]);
const lost = phrases([
  "missing|skipped|optional|forgotten|left out|removed|disabled|an afterthought|absent|off|empty|ignored|go without",
]);
const boundary =
  /[;:–—]|\s(?:but|because|so that|although|though|whereas|while|since|by (?=\p{L}+ing\b)|which)\s|,?\s+(?:and|or else|then|so|instead)\s+(?=(?:we|you|they|i|it|he|she|there|this|that|don't|do not|never|always|use|set|put|run|make|give|keep|turn|start|let)\b)|\s+and\s+(?=(?:every|each|all|any)\s(?:\S+\s){1,4}(?:needs?|must|should|has|have|gets?)\b)|,\s*(?=(?:we|you|they|i|it|there|this|that|use|set|add|put|run|do|make|give|start|keep|turn|always|never|please|go|just|let|don't)\b)/giu;

/** Judges every naming of the topic in the sentence. Both may be true: "set memory limits, but no CPU limits". */
export function stanceOn(sentence: string, match: TopicMatch): Stance {
  const text = blank(sentence.replaceAll("’", "'"), neutral);
  const stance = { for: false, against: false };
  for (const mention of governing(match.mentions)) {
    const odd = isNegated(text, mention);
    if (odd === undefined) continue;
    stance[odd ? "against" : "for"] = true;
  }
  return stance;
}

/** Negated, asked for, or undefined where the sentence only describes. */
function isNegated(text: string, { index, phrase, tier }: Mention): boolean | undefined {
  const [start, end] = clauseAt(text, index, index + phrase.length);
  const before = text.slice(start, index).replace(purpose, "");
  const inside = tier === "action" ? text.slice(index, index + phrase.length).replace(/^\S+/u, "") : "";
  const after = text.slice(index + phrase.length, end);
  const whole = text.slice(start, end);

  if (tier === "problem") {
    const wanted = /\b(?:run|use|grant|give|allow|enable|add|set|bind|make|need|want|keep)\s+(?:\S+\s+){0,5}$/iu.test(
      before,
    );
    return wanted && count(before, negators) % 2 === 0 ? true : false;
  }
  if (tier === "warning") return /\b(?:fine|okay|ok|happily|no problem)\b/iu.test(whole) ? undefined : false;

  if (purposeOfTheUnneeded.test(before)) return undefined;
  let turns = count(before, negators) + count(inside, negators);
  if (prohibited.test(after)) {
    prohibited.lastIndex = 0;
    turns += 1;
    if (after.search(lost) >= 0) turns += 1;
  } else if (/^\s*(?:is|are)\s+(?:missing|optional)\b/iu.test(after)) turns += 1;
  prohibited.lastIndex = 0;
  if (dismissed.test(after) || regretted.test(text.slice(index + phrase.length))) turns += 1;
  if (turns % 2 === 0) return false;
  const absent = `${before}${inside}`.search(absence) >= 0;
  return !(absent && text.search(harm) >= 0);
}

/** Actions and warnings decide; names they contain say nothing of their own. Hints count only when nothing else does. */
function governing(mentions: readonly Mention[]): readonly Mention[] {
  const strong = mentions.filter(({ tier }) => tier !== "hint");
  const leading = strong.filter(({ tier }) => tier === "action" || tier === "warning");
  const warned = leading.filter(({ tier }) => tier === "warning");
  const free = strong.filter((mention) => {
    const holders = mention.tier === "action" ? warned : mention.tier === "warning" ? [] : leading;
    return !holders.some((holder) => holder !== mention && overlaps(holder, mention));
  });
  return free.length > 0 ? free : mentions;
}

function overlaps(a: Mention, b: Mention): boolean {
  return a.index < b.index + b.phrase.length && b.index < a.index + a.phrase.length;
}

function clauseAt(text: string, from: number, to: number): [number, number] {
  let start = 0;
  let end = text.length;
  for (const hit of text.matchAll(boundary)) {
    const after = hit.index + hit[0].length;
    if (after <= from) start = after;
    else if (hit.index >= to) {
      end = hit.index;
      break;
    }
  }
  return [start, end];
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

function blank(text: string, pattern: RegExp): string {
  return text.replace(pattern, (found) => " ".repeat(found.length));
}
