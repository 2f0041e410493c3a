/** The verdict on an improvement: every fact held against every claim, and kinship where nothing could be read. */
import { clausesOf, cuesIn, termsIn } from "./clauses.ts";
import { type Comparison, compare } from "./compare.ts";
import type { ReadDocuments } from "./documents.ts";
import type { Source } from "./fact.ts";
import { properNamesOf } from "./names.ts";
import { carriersOf } from "./practices.ts";
import { type Proposed, readClaims, type Wanted } from "./read-claims.ts";
import type { ReadStatement } from "./read-facts.ts";
import { covers, isExcepted, scopeOf } from "./scope.ts";
import { marksIn } from "./terms.ts";
import { wordsOf } from "./words.ts";

/** One governing statement and what it means for the improvement. */
export interface Judged {
  readonly result: "compatible" | "conflict" | "unknown";
  readonly because: string;
  readonly source: Source;
  /** The words of the improvement it was held against. */
  readonly claim: string;
}

/**
 * Weightiest first: conflicts, then what a person has to look at, then what agrees. Only statements that are `near` (found by
 * the search itself) count without a typed comparison.
 */
export function judge(
  improvement: Proposed,
  { facts, statements, names }: ReadDocuments,
  near: (source: Source) => boolean = () => true,
): readonly Judged[] {
  const wanted = readClaims(improvement, names);
  const all = facts.flatMap((fact) => wanted.claims.flatMap((claim) => compare(fact, claim, wanted) ?? []));
  const compared = all.filter((one) => !isOnlyMentioned(one, wanted));
  const typed = withoutSettled(compared).map(
    ({ result, because, fact, claim }): Judged => ({ result, because, source: fact.source, claim: claim.quote }),
  );
  const read = new Set(typed.map(({ source }) => source));
  const practices = facts.flatMap((fact) => ofPractice(fact, wanted) ?? []);
  const kin = statements
    .filter(({ source }) => !read.has(source) && near(source))
    .flatMap((one) => ofKin(one, wanted) ?? []);
  const found = [...typed, ...practices, ...kin];
  const weight = { conflict: 0, unknown: 1, compatible: 2 } as const;
  const sorted = found.toSorted((a, b) => weight[a.result] - weight[b.result]);
  return sorted.filter((one, index) => sorted.findIndex((other) => other.source === one.source) === index);
}

/** A statement that allows it by an exception or by name outweighs doubts the same file raises about the same subject. */
function withoutSettled(compared: readonly Comparison[]): readonly Comparison[] {
  return compared.filter(({ result, fact, claim }) => {
    if (result !== "unknown" || fact.source.standing === "proposed" || fact.source.standing === "refused") return true;
    return !compared.some(
      (other) =>
        other.result === "compatible" &&
        other.claim === claim &&
        (other.fact.strength === "rule" || fact.strength !== "rule") &&
        (other.fact.relation.kind === "uses" || other.fact.relation.kind === "allows"),
    );
  });
}

/** Whoever brings in what was chosen may name what stands there today: "on Longhorn; its local-path volume ties it to a node". */
function isOnlyMentioned({ result, fact, claim }: Comparison, { claims }: Wanted): boolean {
  if (result === "compatible" || fact.subject.kind !== "technology" || claim.introduces) return false;
  if (claim.subject.id === fact.subject.id || fact.relation.kind === "forbids") return false;
  return claims.some(({ subject, sign, introduces }) => subject.id === fact.subject.id && sign === 1 && introduces);
}

/** Stems from which a rule without types is held to be the same deed. */
const ENOUGH = 3;

function ofPractice(fact: ReadDocuments["facts"][number], wanted: Wanted): Judged | undefined {
  const { subject, source } = fact;
  if (subject.kind !== "practice" || (source.standing !== "in-force" && source.standing !== "unstated"))
    return undefined;
  const scope = scopeOf(wanted.words);
  if (isExcepted(fact.exceptions, scope, wanted.words) || covers(fact.scope, scope, wanted.words) === "outside")
    return undefined;
  const sentence = wanted.sentences.find((one) => {
    const carriers = carriersOf(one);
    return subject.stems.every((stem) => carriers.has(stem)) && !DENIES.test(one);
  });
  if (sentence === undefined) return undefined;
  const isSure = subject.stems.length >= ENOUGH && fact.strength === "rule" && fact.condition === undefined;
  return {
    result: isSure ? "conflict" : "unknown",
    because: "it is what the rule forbids, in the same words",
    source,
    claim: sentence,
  };
}

const DENIES = /\b(?:not|never|no|without|avoid|prevent|stop|forbid|remove|instead of|no longer)\b/iu;

/** "Longhorn for all stateful workloads" has nothing against whoever brings in Longhorn. */
function keepsToNamed(text: string, { claims }: Wanted): boolean {
  const clauses = clausesOf(text);
  const named = clauses.flatMap((clause) => termsIn(clause, "technology").map(({ term }) => term.technology.id));
  const denies = clauses.some((clause) => cuesIn(clause, "not", "contrast", "except").length > 0);
  if (named.length === 0 || denies) return false;
  return named.every((id) => claims.some(({ subject, sign }) => subject.id === id && sign === 1));
}

/** Shared words from which a statement nobody could read is held to govern the improvement. */
const SHARED = 3;

/** A decision that speaks of the same things in words that no fact was read from: a person has to read it. */
function ofKin({ statement, source, facts, isNormative }: ReadStatement, wanted: Wanted): Judged | undefined {
  if (!isNormative || source.authority === "none" || source.standing === "replaced") return undefined;
  if (facts.some(({ subject }) => subject.kind !== "practice")) return undefined;
  if (keepsToNamed(statement.text, wanted)) return undefined;
  const theirs = carriersOf(statement.text);
  const ours = carriersOf(wanted.words);
  const shared = [...theirs].filter((stem) => ours.has(stem));
  const ourNames = properNamesOf(wanted.sentences.join(" . "));
  const named = [...properNamesOf(statement.text)].some(
    (name) => ourNames.has(name) && marksIn(wordsOf(name)).length === 0,
  );
  const isKin = named || (shared.length >= SHARED && shared.length * 5 >= theirs.size * 2);
  if (!isKin) return undefined;
  return {
    result: "unknown",
    because: "it speaks of the same things, and its words could not be compared",
    source,
    claim: wanted.sentences[0] ?? "",
  };
}
