/** Finds numbers that are set in a sentence, with the name of what they set: "Min Pool Size: 5 workers", "a timeout of 30s". */
import type { Dimension } from "./aspects.ts";
import type { Bound } from "./fact.ts";
import { isWord, type NumberToken, type Token, tokensOf } from "./setting-tokens.ts";
import { type SettingName, settingName } from "./setting-words.ts";
import { stemOf } from "./words.ts";

export interface Setting {
  readonly name: SettingName;
  /** Words of what it belongs to, as written. */
  readonly owner: readonly string[];
  /** Of the number, if it counts something: "5 workers". */
  readonly counted: readonly string[];
  readonly op: Bound["op"];
  readonly dimension: Dimension;
  readonly amount: number;
  readonly written: string;
  readonly isEvery: boolean;
  readonly isAbout: boolean;
  /** The name stands before the number. */
  readonly isNamed: boolean;
}

/** Words that may stand between a name and its number. */
const LINK = new Set(
  (
    "of to is are be been becomes become at least most must shall should may can will would cannot not no never more less fewer longer shorter larger smaller higher lower greater than below above over under up exceed " +
    "exceeds exceeding set sets raised increased lowered reduced cut limited capped fixed goes go down stays stay remains remain kept equal equals exactly only always now changed bumped rises falls drops shrinks grows " +
    "have has had run runs get gets keep keeps hold holds contain contains take takes start starts use uses with allow allows need needs require requires accept accepts serve serves open opens want wants spawn spawns a an"
  ).split(" "),
);
/** The number then counts what follows, and what stands before owns it. */
const POSSESSES =
  /^(?:have|has|had|run|runs|get|gets|keep|keeps|hold|holds|contain|contains|take|takes|start|starts|use|uses|with|allow|allows|need|needs|require|requires|accept|accepts|serve|serves|open|opens|want|wants|spawn|spawns)$/u;
const PARTS = new Set(["of", "in", "for", "on", "per", "inside", "within"]);
const ARTICLES = new Set(["the", "a", "an", "each", "every", "all", "any", "our", "its", "their"]);
const STOPS = new Set(
  (
    "raise increase lower reduce cut drop make change move scale grow bump shorten extend add configure define let put and or but that which so then when if while we it they this these those as by than from via through " +
    "because since give gives giving set setting decrease double halve leave leaves where who must should shall may can will is are was were be do does not never also both until unless saves save to at with into " +
    "implement run runs use uses keep keeps have has get gets allow allows start starts"
  ).split(" "),
);
/** "Limit the pool to 8", but "the rate limit". */
const VERB_OR_NOUN = /^(?:limits?|caps?)$/u;
const MOST_WORDS = 5;

export function settingsIn(text: string): readonly Setting[] {
  const tokens = tokensOf(text);
  return tokens.flatMap((token, at) => (token.kind === "number" ? (settingAt(tokens, at, token) ?? []) : []));
}

function settingAt(tokens: readonly Token[], at: number, number: NumberToken): Setting | undefined {
  const link = linkBefore(tokens, at);
  if (link === undefined) return undefined;
  const before = nameBefore(tokens, link.from);
  const { counted, owner: after } = countedAfter(tokens, number);
  const owns = link.words.some((word) => POSSESSES.test(word)) && counted.length > 0;
  const isNamed = !owns && settingName(before.name).words.length > 0;
  const [name, owner] = isNamed ? [before.name, [...before.owner, ...after]] : [counted, [...before.all, ...after]];
  const found = settingName(name);
  if (found.words.length === 0) return undefined;
  const value = valueOf(number, found);
  const op = opOf(link, tokens, number, found);
  return {
    name: found,
    owner: owner.filter((word) => !name.includes(word)),
    counted: isNamed ? counted : [],
    op: before.isDenied ? denied(op) : op,
    ...value,
    written: number.written,
    isEvery: before.isEvery || (!link.words.some((word) => /^[:=]/u.test(word)) && isPlural(name.at(-1) ?? "")),
    isAbout: link.isAbout,
    isNamed,
  };
}

function denied(op: Bound["op"]): Bound["op"] {
  return op === ">" ? "<=" : op === "<" ? ">=" : op;
}

function isPlural(word: string): boolean {
  return stemOf(word) !== word.toLowerCase();
}

interface Link {
  /** The first token of it. */
  readonly from: number;
  readonly words: readonly string[];
  readonly isAbout: boolean;
}

const OLD = /\b(?:instead of|rather than|as opposed to|not the)(?: an?| the)?$/u;

/** Undefined: the number is what was before, or no number of a setting. */
function linkBefore(tokens: readonly Token[], at: number): Link | undefined {
  const words: string[] = [];
  let isAbout = false;
  let from = at;
  for (let one = tokens[from - 1]; one !== undefined; one = tokens[from - 1]) {
    if (one.kind === "number") {
      const start = tokens[from - 2];
      if (words[0] !== "to" || !isWord(start, "from")) break;
      from -= 2;
      continue;
    }
    if (one.kind === "sign" ? !/^(?:[:=<>≥≤~≈]|>=|<=|==)$/u.test(one.text) : !isLink(tokens, from - 1)) break;
    if (one.text === "~" || one.text === "≈") isAbout = true;
    words.unshift(one.text.toLowerCase());
    from -= 1;
  }
  const earlier = tokens
    .slice(Math.max(0, from - 3), at)
    .map(({ text }) => text.toLowerCase())
    .join(" ");
  if (OLD.test(earlier) || isWord(tokens[from - 1], "from") || isWord(tokens[from - 1], "by")) return undefined;
  if (/\b(?:about|around|roughly|approximately|circa)\b/u.test(earlier)) isAbout = true;
  return { from, words, isAbout };
}

/** "Is extended to 7 days" links as "is 7 days" does, whatever the verb. */
function isLink(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.text.toLowerCase() ?? "";
  const before = tokens[at - 1];
  if (LINK.has(word)) return true;
  return word.endsWith("ed") && before?.kind === "word" && /^(?:is|are|be|been|gets?)$/iu.test(before.text);
}

function nameBefore(tokens: readonly Token[], end: number): Named {
  const segments: string[][] = [[]];
  let isEvery = false;
  let isDenied = false;
  let at = end - 1;
  for (let count = 0; at >= 0 && count < 2 * MOST_WORDS; at--, count++) {
    const token = tokens[at];
    if (token === undefined || token.kind === "number") break;
    const word = token.text.toLowerCase();
    if (token.kind === "sign") {
      // What a colon introduces belongs to what stands before it.
      if (token.text !== ":" || (segments.at(-1)?.length ?? 0) === 0) break;
      return named(segments, isEvery, isDenied, tokens.slice(Math.max(0, at - MOST_WORDS), at));
    }
    if (ARTICLES.has(word) || word === "no") {
      isDenied ||= word === "no";
      isEvery ||= /^(?:each|every|all|any)$/u.test(word);
      const previous = tokens[at - 1];
      if (previous?.kind === "word" && PARTS.has(previous.text.toLowerCase())) continue;
      break;
    }
    if (PARTS.has(word)) {
      if (segments.length > 2 || (segments.at(-1)?.length ?? 0) === 0) break;
      segments.push([]);
      continue;
    }
    if (STOPS.has(word) || (VERB_OR_NOUN.test(word) && (segments.at(-1)?.length ?? 0) > 0)) break;
    if ((segments.at(-1)?.length ?? 0) >= MOST_WORDS) break;
    segments.at(-1)?.unshift(token.text);
  }
  return named(segments, isEvery, isDenied);
}

interface Named {
  readonly name: readonly string[];
  readonly owner: readonly string[];
  readonly all: readonly string[];
  readonly isEvery: boolean;
  /** "No queue has more than …". */
  readonly isDenied: boolean;
}

/** The outermost segment that says something is the name: "the timeout of the gateway"; `before` a colon stands the owner. */
function named(
  segments: readonly string[][],
  isEvery: boolean,
  isDenied: boolean,
  before: readonly Token[] = [],
): Named {
  const above = before.flatMap(({ kind, text }) => (kind === "word" ? [text] : []));
  const all = [...above, ...segments.flat()];
  const name = segments.findLast((words) => settingName(words).words.length > 0) ?? [];
  const owner = [...above, ...segments.filter((words) => words !== name).flat()];
  return { name, owner, all, isEvery: isEvery || isDenied, isDenied };
}

function countedAfter(
  tokens: readonly Token[],
  { to, counts }: NumberToken,
): { readonly counted: readonly string[]; readonly owner: readonly string[] } {
  const counted: string[] = [...counts];
  const owner: string[] = [];
  let into = counted;
  for (let at = to; at < tokens.length && at < to + 2 * MOST_WORDS; at++) {
    const token = tokens[at];
    if (token?.kind !== "word") break;
    const word = token.text.toLowerCase();
    if (PARTS.has(word)) into = owner;
    else if (ARTICLES.has(word)) continue;
    else if (STOPS.has(word) || LINK.has(word) || into.length >= MOST_WORDS) break;
    else into.push(token.text);
  }
  return { counted: counted.slice(0, 3), owner: isPlace(owner) ? [] : owner };
}

/** Where it holds is read with the scope. */
function isPlace(words: readonly string[]): boolean {
  return words.some((word) => /^(?:namespaces?|clusters?|environments?)$/iu.test(word));
}

const RELATIONS: readonly (readonly [RegExp, Bound["op"]])[] = [
  [
    /\b(?:at least|(?:no|not|never)(?: be| go| fall| drop)? (?:(?:less|fewer|lower|shorter|smaller) than|below|under))\b|>=|≥/u,
    ">=",
  ],
  [
    /\b(?:at most|up to|capped at|limited to|(?:no|not|never)(?: be| go)? (?:(?:more|longer|larger|greater|higher) than|above|over|exceed\w*)|cannot exceed)\b|<=|≤/u,
    "<=",
  ],
  [/\b(?:(?:more|longer|larger|greater|higher) than|above|over|exceed\w*)\b|>/u, ">"],
  [/\b(?:(?:less|fewer|lower|shorter|smaller) than|below|under)\b|</u, "<"],
];

function opOf(
  { words }: Link,
  tokens: readonly Token[],
  { to }: NumberToken,
  { bounded, words: name }: SettingName,
): Bound["op"] {
  const said = words.join(" ");
  const own = RELATIONS.find(([pattern]) => pattern.test(said))?.[1];
  if (own !== undefined) return own;
  const behind = tokens
    .slice(to, to + 4)
    .map(({ text }) => text.toLowerCase())
    .join(" ");
  if (/^(?:\p{L}+ )?(?:or (?:more|higher|longer|above|later)|minimum|at minimum|at least)\b/u.test(behind)) return ">=";
  if (/^(?:\p{L}+ )?(?:or (?:less|fewer|lower|shorter|below)|maximum|at maximum|at most)\b/u.test(behind)) return "<=";
  if (bounded !== undefined) return bounded === "min" ? ">=" : "<=";
  return /^(?:limit|quota)$/u.test(name.at(-1) ?? "") ? "<=" : "=";
}

function valueOf(
  { amount, values }: NumberToken,
  { words, unit }: SettingName,
): { readonly dimension: Dimension; readonly amount: number } {
  const { cpu, duration } = values;
  if (cpu !== undefined && duration !== undefined)
    return words.includes("cpu") ? { dimension: "cpu", amount: cpu } : { dimension: "duration", amount: duration };
  const [known] = (["bytes", "cpu", "duration", "percent", "rate"] as const).flatMap((dimension) => {
    const value = values[dimension];
    return value === undefined ? [] : [{ dimension, amount: value }];
  });
  if (known !== undefined) return known;
  if (unit !== undefined) return { dimension: "duration", amount: amount * unit };
  return words.includes("percent") ? { dimension: "percent", amount } : { dimension: "count", amount };
}
