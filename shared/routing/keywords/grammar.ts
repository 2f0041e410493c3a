/**
 * The little grammar that tells what is asked for from what it is done to: in "set memory limits on Postgres" the limits
 * are the object and Postgres, behind a preposition, is where they go. English only; in other words all is object.
 */

import { LETTER } from "./notation.ts";

/** What a word of the text is to the phrase it stands in. */
export type Part = "word" | "target" | "means" | "clause" | "break" | "joint";

const words = (text: string): readonly string[] => text.split(/\s+/u).filter((word) => word !== "");

/** Behind these: where something is done. */
const TARGETS = words(`on onto for to in into at of from behind before beside inside within between against across under
  over per around toward towards than like as out off until despite`);
/** Behind these: what it is done with. */
const MEANS = words("with by via through using without");
/** These begin a clause that explains the one before. */
const CLAUSES = words(`when whenever if while that which who because so since unless after although though where whether
  instead rather before once`);
const JOINTS = words("and or plus & + but then");
/** Verbs as they begin a title or a commit: whatever stands before them is no longer part of the object. */
const VERBS = words(`add adds added adding set sets setting use uses using used make makes made enable enables enabled
  enabling disable disables disabled remove removes removed removing drop drops dropped fix fixes fixed update updates
  updated updating upgrade upgrades upgraded bump bumps bumped create creates created creating deploy deploys deployed
  deploying install installs installed introduce introduced implement implements implemented configure configures
  configured move moves moved migrate migrates migrated replace replaces replaced switch switched change changes changed
  increase increases increased raise raises raised lower lowers lowered reduce reduces reduced allow allows allowed
  require requires required put puts give gives gave get gets got let lets run runs running ran turn turned keep keeps
  provide provides support supports supported adjust adjusted adjusting define defines defined expose exposes exposed
  connect connects connected integrate integrated enforce enforced prevent prevents apply applies applied is are was were
  be been has have had should must can could will would do does did need needs want wants tune tuned rename renamed
  refactor refactored improve improves improved enhance enhanced rework reworked correct corrected adopt adopts`);

const PARTS: ReadonlyMap<string, Part> = new Map([
  ...VERBS.map((word) => [word, "break"] as const),
  ...JOINTS.map((word) => [word, "joint"] as const),
  ...TARGETS.map((word) => [word, "target"] as const),
  ...CLAUSES.map((word) => [word, "clause"] as const),
  ...MEANS.map((word) => [word, "means"] as const),
]);
/** "turn on TLS": the preposition belongs to the verb. */
const PARTICLES = new Set(
  words("turn turned turning switch switched sign signed log logged roll rolled back backed single"),
);

const TOKENS = new RegExp(`[${LETTER}'&+]+|[.:;!?()]+(?=\\s|$)|[,\\n()]`, "gu");

export interface Token {
  readonly part: Part;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Words and the punctuation that parts clauses. `text` is in small letters. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const { 0: found, index } of text.matchAll(TOKENS)) {
    const part = partOf(found, tokens.at(-1));
    tokens.push({ part, text: found, start: index, end: index + found.length });
  }
  return tokens;
}

function partOf(found: string, before: Token | undefined): Part {
  if (found === ",") return "joint";
  if (/^[.:;!?()\n]/u.test(found)) return "break";
  const part = PARTS.get(found) ?? "word";
  return part === "target" && before !== undefined && PARTICLES.has(before.text) ? "break" : part;
}

export type Role = "object" | "means" | "target" | "clause";
/** So far back a preposition is looked for. */
const BACK = 8;

/** What the words at `start` are to their clause: what stands before them decides. `tokens` of the whole text. */
export function roleAt(tokens: readonly Token[], start: number): Role {
  let at = lastBefore(tokens, start);
  for (let steps = 0; at >= 0 && steps < BACK; at -= 1, steps += 1) {
    const part = tokens[at]?.part;
    if (part === "break") return "object";
    if (part === "target" || part === "means" || part === "clause") return part;
  }
  return "object";
}

/** Whether both stand in one phrase, as in "backup job alerts": few words between, and none that ends a phrase. */
export function inOnePhrase(tokens: readonly Token[], end: number, start: number): boolean {
  const between = tokens.filter((token) => token.start >= end && token.end <= start);
  return start >= end && between.length <= 2 && between.every(({ part }) => part === "word");
}

/** Index of the last token that ends at or before `start`; tokens are in the order of the text. */
function lastBefore(tokens: readonly Token[], start: number): number {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
