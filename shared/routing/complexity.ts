/**
 * How much thinking a text needs, 0 to 100: the founding platform's weights, on whole words. It chooses who is asked, never
 * the expert.
 */

export interface Complexity {
  readonly score: number;
  /** What added to it, or took from it. */
  readonly parts: Readonly<Record<string, number>>;
}

/** From here on a text is for the larger model, and not for the classifier where there is a model. */
export const COMPLEX = 50;

const WORDS: readonly (readonly [name: string, pattern: RegExp, points: number])[] = [
  ["investigate", /\binvestigat(?:e|es|ed|ing|ions?)\b/i, 20],
  ["analyze", /\banaly[sz](?:e|es|ed|ing)\b|\banalys[ei]s\b/i, 18],
  ["troubleshoot", /\btroubleshoot(?:s|ing)?\b|\btroubleshot\b/i, 22],
];
/** MAC and IP addresses, and VLANs. */
const ENTITIES = /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b|\b(?:\d{1,3}\.){3}\d{1,3}\b|\bvlans?\b(?:[ -]?\d{1,4}\b)?/gi;
const LONG = 500;
/** What comes beside the text itself: notes and quotes. */
const LARGE_CONTEXT = 2_000;
/** Characters looked at, so that no text costs more than a moment. */
const LOOKED_AT = 10_000;

/** `text`: title and description. `context`: characters of everything else that is known of it. */
export function complexityOf(text: string, context = 0): Complexity {
  const looked = text.slice(0, LOOKED_AT);
  const parts: Record<string, number> = {};
  for (const [name, pattern, points] of WORDS) if (pattern.test(looked)) parts[name] = points;
  if (/^\s*(?:list|show|get)\b/i.test(looked)) parts["simple verb"] = -5;
  if (text.length > LONG) parts["length"] = 15;
  const questions = looked.split("?").length - 1;
  if (questions > 0) parts["questions"] = questions * 8;
  const entities = looked.match(ENTITIES)?.length ?? 0;
  if (entities > 0) parts["addresses"] = entities * 3;
  if (context > LARGE_CONTEXT) parts["context"] = 10;
  const sum = Object.values(parts).reduce((all, points) => all + points, 0);
  return { score: Math.min(100, Math.max(0, sum)), parts };
}
