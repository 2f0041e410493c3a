/** What a proposal asks to have running that is not a change of something else: "deploy Falco", "introduce a vector database (Qdrant)". */
import { technologyOf } from "../../shared/knowledge/pairs/technologies.ts";
import { type Word, wordsOf } from "../../shared/knowledge/pairs/words.ts";

export interface Wanted {
  /** As manifests may call it, lower case, hyphens for spaces, the likeliest first: `argo-rollouts`, `argorollouts`. */
  readonly names: readonly string[];
  /** As it was written. */
  readonly spoken: string;
  /** Another one of what may be there: "a second Redis", "a Postgres of its own". */
  readonly isFurther: boolean;
  /** The namespace it is to be in, where that is said. */
  readonly namespace?: string;
  /** What follows "in" or "to": a namespace where there is one called so. */
  readonly within?: string;
}

const MAKES =
  /^(?:deploy(?:s|ed|ing)?|install(?:s|ed|ing)?|introduc(?:e|es|ed|ing)|add(?:s|ed|ing)?|adopt(?:s|ed|ing)?|provision(?:s|ed|ing)?|host(?:s|ing)?|self-host|create|creates|creating|launch|build)$/;
/** "set up", "bring up", "roll out". */
const MAKES_UP =
  /^(?:set(?:s|ting)? up|bring(?:s|ing)? up|spin(?:s|ning)? up|stand(?:s|ing)? up|roll(?:s|ing)? out|put in)$/;
const NOT =
  /^(?:not|never|no|don't|dont|won't|stop|stopped|avoid|without|nobody|didn't|shouldn't|instead|than|before|already|once|when|after)$/;
const LEADS =
  /^(?:a|an|the|our|your|its|their|some|new|shared|central|centralised|centralized|small|simple|proper|open-source|managed|self-hosted|in-cluster|in|cluster|highly|available|internal|local|lightweight|single|real|tool|like|called|named|service|instance|of)$/;
const FURTHER =
  /^(?:second|another|further|additional|third|dedicated|separate|own|extra|more|per|each|every|two|three|several)$/;
/** What a thing is, after its name. */
const NOUN =
  /^(?:servers?|services?|clusters?|instances?|databases?|db|operators?|deployments?|stack|brokers?|stores?|agents?|controllers?|platform|tool|gateway|cache|daemonset|statefulset|app|application|chart|proxy|registry|engine|node|nodes|pod|pods|daemon|runtime|portal|exporter|itself)$/;
/** After these nothing changes what the name names. */
const ENDS =
  /^(?:as|for|to|in|into|on|onto|with|so|and|or|which|that|who|because|since|where|when|at|by|from|of|if|is|are|via|through|per|across|everywhere|there|today|now|next|beside|alongside|inside|within|using|instead|before|after|over|under|behind|again)$/;
/** A capital makes no name of these. */
const PLAIN =
  /^(?:kubernetes|ci|cd|api|dns|tls|https?|gitops|git|i|cpu|gpu|ram|ui|sso|mtls|rbac|cache|alerts?|metrics|logs?|monitoring|tracing)$/;
/** Kinds of objects are looked for by what they are for, by the checks that know them. */
const KIND =
  /(?:Polic(?:y|ies)|Routes?|Monitors?|Budgets?|Quotas?|Ranges?|Class(?:es)?|Claims?|Maps?|Accounts?|Roles?|Bindings?|Jobs?|Sets?|Secrets?|Autoscalers?|Certificates?|Issuers?|Rules?|Objects?|Middlewares?|Namespaces?|Ingress(?:es)?|Services?|Deployments?|Pods?|Volumes?|Applications?|Projects?|Templates?|Definitions?)$/;
const MOST_NAME_WORDS = 3;

/** In the order of the text, each name once. `known`: names that count without a capital or a hyphen. */
export function wantedIn(text: string, known: ReadonlySet<string> = new Set()): readonly Wanted[] {
  const words = wordsOf(text);
  const found = new Map<string, Wanted>();
  for (const i of words.keys()) {
    const start = startAfter(words, i);
    const wanted = start === undefined ? undefined : wantedAt(words, start, known);
    const key = wanted?.names[0];
    if (wanted !== undefined && key !== undefined && !found.has(key)) found.set(key, wanted);
  }
  return [...found.values()];
}

/** Where the object of a verb at `i` begins, when it asks for something to be there. */
function startAfter(words: readonly Word[], i: number): number | undefined {
  const word = words[i];
  if (word === undefined) return undefined;
  const pair = `${word.plain} ${words[i + 1]?.plain ?? ""}`;
  const start = MAKES_UP.test(pair) ? i + 2 : MAKES.test(word.plain) ? i + 1 : undefined;
  const before = words.slice(Math.max(0, i - 3), i).filter(({ clause }) => clause === word.clause);
  return before.some(({ plain }) => NOT.test(plain)) ? undefined : start;
}

function wantedAt(words: readonly Word[], start: number, known: ReadonlySet<string>): Wanted | undefined {
  const clause = words[start - 1]?.clause;
  let at = start;
  let isFurther = false;
  while (at < words.length && words[at]?.clause === clause && leads(words[at])) {
    isFurther ||= FURTHER.test(words[at]?.plain ?? "");
    at += 1;
  }
  const name = nameAt(words, at, known);
  if (name.length === 0) return undefined;
  let end = at + name.length;
  while (words[end]?.clause === clause && NOUN.test(words[end]?.plain ?? "")) end += 1;
  const next = words[end];
  // "Redis caching", "Falco rules": something of it, not itself.
  if (next !== undefined && next.clause === clause && !ENDS.test(next.plain)) return undefined;
  const nouns = words.slice(at + name.length, end).map(({ plain }) => plain);
  const rest = words.slice(end).filter(({ clause: one }) => one === clause);
  const namespace = namespaceIn(rest);
  const within = /^(?:in|into|to)$/.test(rest[0]?.plain ?? "") ? rest[1]?.plain : undefined;
  return {
    names: spellings(name, nouns),
    spoken: name.map(({ raw }) => raw).join(" "),
    isFurther: isFurther || rest.some(({ plain }, j) => FURTHER.test(plain) && j < 3),
    ...(namespace === undefined ? {} : { namespace }),
    ...(within === undefined ? {} : { within }),
  };
}

function leads(word: Word | undefined): boolean {
  if (word === undefined || technologyOf(word.plain) !== undefined) return false;
  return LEADS.test(word.plain) || FURTHER.test(word.plain);
}

/** The words of a name: a technology, a name with a hyphen, or words with capitals. */
function nameAt(words: readonly Word[], at: number, known: ReadonlySet<string>): readonly Word[] {
  const first = words[at];
  const clause = words[at - 1]?.clause;
  if (first === undefined || first.clause !== clause) return [];
  const run = knownRun(words, at, known);
  if (run.length > 0) return run;
  const isNamed = ({ raw, plain }: Word) =>
    /^\p{Lu}|^\p{Ll}+\p{Lu}/u.test(raw) && !PLAIN.test(plain) && !KIND.test(raw);
  let length = 0;
  while (length < MOST_NAME_WORDS) {
    const word = words[at + length];
    if (word === undefined || word.clause !== clause || !isNamed(word) || (length > 0 && NOUN.test(word.plain))) break;
    length += 1;
  }
  if (length > 0) return words.slice(at, at + length);
  const isName =
    technologyOf(first.plain) !== undefined ||
    (known.has(first.plain) && !NOUN.test(first.plain)) ||
    /^\p{Ll}[\p{L}\p{N}]*(?:-[\p{L}\p{N}]+)+$/u.test(first.raw);
  return isName ? [first] : [];
}

/** "A stock sync daemon" where something is called stock-sync-daemon. */
function knownRun(words: readonly Word[], at: number, known: ReadonlySet<string>): readonly Word[] {
  const clause = words[at]?.clause;
  for (let length = MOST_NAME_WORDS + 1; length > 1; length -= 1) {
    const run = words.slice(at, at + length);
    const isOne = run.length === length && run.every((word) => word.clause === clause);
    if (isOne && known.has(run.map(({ plain }) => plain).join("-"))) return run;
  }
  return [];
}

function spellings(name: readonly Word[], nouns: readonly string[]): readonly string[] {
  const parts = name.map(({ plain }) => plain);
  const known = parts.length === 1 ? technologyOf(parts[0] ?? "")?.name : undefined;
  const noun = nouns[0] === undefined ? [] : [`${parts.join("-")}-${nouns[0]}`];
  return [...new Set([parts.join("-"), parts.join(""), ...(known === undefined ? [] : [known]), ...noun])];
}

function namespaceIn(words: readonly Word[]): string | undefined {
  const at = words.findIndex(({ plain }) => plain === "namespace");
  if (at < 0) return undefined;
  const [before, after] = [words[at - 1]?.plain, words[at + 1]?.plain];
  const name =
    before === undefined || /^(?:the|a|its|own|their|in|into|new|every|each|one)$/.test(before) ? after : before;
  return name !== undefined && !ENDS.test(name) && !/^(?:a|its|own|called|named)$/.test(name) ? name : undefined;
}
