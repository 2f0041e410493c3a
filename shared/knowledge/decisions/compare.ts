/** Compares what a decision says with what an improvement wants: only of the same subject, scope and kind of value. */
import { keepsTo } from "./bounds.ts";
import { ofSetting } from "./compare-settings.ts";
import type { Claim, Fact } from "./fact.ts";
import type { Wanted } from "./read-claims.ts";
import { covers, isExcepted } from "./scope.ts";
import { ownWords } from "./setting-words.ts";

export interface Comparison {
  readonly result: "compatible" | "conflict" | "unknown";
  readonly because: string;
  readonly fact: Fact;
  readonly claim: Claim;
}

/** Undefined: the fact says nothing of the claim. */
export function compare(fact: Fact, claim: Claim, wanted: Pick<Wanted, "words" | "sentences">): Comparison | undefined {
  const standing = fact.source.standing;
  if (standing === "replaced") return undefined;
  const raw = rawComparison(fact, claim, wanted);
  if (raw === undefined) return undefined;
  const comparison = { ...raw, fact, claim };
  if (standing === "proposed" || standing === "refused") return undecided(comparison);
  if (isExcepted(fact.exceptions, claim.scope, wanted.words)) {
    return { ...comparison, result: "compatible", because: "it is what the decision excepts" };
  }
  const scope = covers(fact.scope, claim.scope, wanted.words);
  if (scope === "outside") return undefined;
  if (comparison.result !== "conflict") return comparison;
  const doubt = doubtOf(fact, claim, scope);
  return doubt === undefined
    ? comparison
    : { ...comparison, result: "unknown", because: `${comparison.because}, ${doubt}` };
}

/** Why a person decides although the words disagree. */
function doubtOf(
  { strength, condition, about, scope: rule }: Fact,
  claim: Claim,
  scope: "inside" | "unsure",
): string | undefined {
  if (scope === "unsure") {
    const where = [...rule.environments, ...rule.namespaces].join(", ");
    return `but only in ${where}, and the proposal does not say where`;
  }
  if (about.length > 0 && claim.about.length === 0)
    return `but it is about ${about.join(", ")}, and the proposal does not say of what`;
  if (condition !== undefined) return `but on a condition (“${condition.slice(0, 120)}”)`;
  if (strength === "soft") return "but it only recommends";
  if (strength === "plain") return "but it only tells how things are";
  return undefined;
}

/** What is not decided yet, or was refused, says only that somebody is to be asked before it is brought in. */
function undecided({ fact, claim, result }: Comparison): Comparison | undefined {
  const { subject, relation, source } = fact;
  if (!claim.introduces || claim.sign === -1) return undefined;
  const isSame = subject.id === claim.subject.id;
  if (source.standing === "refused" && !(isSame && relation.kind !== "forbids")) return undefined;
  if (relation.kind === "forbids" || relation.kind === "allows") return undefined;
  if (!isSame && result !== "conflict" && result !== "unknown") return undefined;
  const because =
    source.standing === "refused"
      ? `${subject.name} was proposed and refused before`
      : `a decision about ${subject.name} is proposed, not taken`;
  return { result: "unknown", because, fact, claim };
}

type Raw = Pick<Comparison, "result" | "because"> | undefined;

function rawComparison(fact: Fact, claim: Claim, wanted: Pick<Wanted, "words" | "sentences">): Raw {
  switch (fact.subject.kind) {
    case "technology":
      return claim.subject.kind === "technology" ? ofOwner(fact, ofTechnology(fact, claim), wanted) : undefined;
    case "aspect":
      if (claim.subject.kind !== "aspect") return undefined;
      if (fact.subject.id === claim.subject.id)
        return isAbout(fact, claim) ? ofOwner(fact, ofAspect(fact, claim), wanted) : undefined;
      return goesWithIt(fact, claim) ? unknown(`${fact.subject.name} is required, and may go with it`) : undefined;
    case "setting":
      return ofSetting(fact, claim, wanted.sentences[0] ?? "");
    case "thing":
      return ofThing(fact, claim);
    case "practice":
      return undefined;
  }
}

/** What is said of the replicas of one thing says nothing of those of another. */
function ofOwner({ owner = [] }: Fact, raw: Raw, { words }: Pick<Wanted, "words">): Raw {
  if (raw === undefined || owner.length === 0) return raw;
  const said = new Set(ownWords(words.split(/[^\p{L}\p{N}_-]+/u)));
  const named = owner.filter((word) => said.has(word)).length;
  if (named === 0) return undefined;
  return named === owner.length || raw.result !== "conflict"
    ? raw
    : unknown(`${raw.because}, but it is about ${owner.join(" ")}`);
}

/** Whoever deletes the NetworkPolicies of a namespace may delete the required default-deny one. */
function goesWithIt({ subject, relation }: Fact, claim: Claim): boolean {
  const isPart = claim.subject.kind === "aspect" && subject.name.endsWith(` ${claim.subject.name}`);
  return isPart && relation.kind === "requires" && claim.sign === -1;
}

/** A number without a thing may be meant for this one; a deed names its own. */
function isAbout({ about, relation }: Fact, claim: Claim): boolean {
  if (claim.about.length === 0 && relation.kind === "limits") return true;
  return about.length === 0 || about.some((one) => claim.about.includes(one));
}

function ofTechnology({ subject, relation, purposes }: Fact, claim: Claim): Raw {
  if (subject.kind !== "technology" || claim.subject.kind !== "technology") return undefined;
  const name = subject.name;
  if (subject.id === claim.subject.id) {
    if (!suits(purposes, claim, subject.classes)) return undefined;
    switch (relation.kind) {
      case "forbids":
        return claim.sign === 1 ? conflict(`${name} is not to be used`) : compatible(`${name} is to go`);
      case "uses":
        if (claim.sign === 1) return compatible(`${name} is what is used`);
        return relation.only
          ? conflict(`${name} is the only choice, and is to go`)
          : unknown(`${name} is used, and is to go`);
      case "allows":
      case "requires":
        return claim.sign === 1 ? compatible(`${name} is allowed`) : undefined;
      case "prefers":
        return claim.sign === 1 ? compatible(`${name} is preferred`) : unknown(`${name} is preferred, and is to go`);
      default:
        return undefined;
    }
  }
  if (claim.sign === -1 || (relation.kind !== "uses" && relation.kind !== "prefers")) return undefined;
  const shared = subject.classes.filter(
    (one) => claim.subject.kind === "technology" && claim.subject.classes.includes(one),
  );
  const narrowed = purposes.length > 0 ? shared.filter((one) => purposes.includes(one)) : shared;
  if (narrowed.length === 0 || !suits(narrowed, claim, claim.subject.classes)) return undefined;
  const beside = `${claim.subject.name} does the same work (${narrowed.join(", ").replaceAll("-", " ")}) as ${name}`;
  if (relation.kind === "uses" && relation.only) return conflict(`${beside}, which is the only choice`);
  if (!claim.introduces) return undefined;
  return unknown(relation.kind === "uses" ? `${beside}, which is in use` : `${beside}, which is preferred`);
}

/** A claim that names its own use of the technology is held against that use only. */
function suits(classes: readonly string[], { purposes }: Claim, own: readonly string[]): boolean {
  const named = purposes.filter((one) => own.includes(one));
  return classes.length === 0 || named.length === 0 || named.some((one) => classes.includes(one));
}

function ofAspect({ subject, relation }: Fact, { sign, value, direction }: Claim): Raw {
  const { name } = subject;
  switch (relation.kind) {
    case "requires":
      return sign === 1 ? compatible(`${name} is required`) : conflict(`${name} is required, and is to go`);
    case "forbids":
      return sign === -1 ? compatible(`${name} is not wanted`) : conflict(`${name} is not allowed`);
    case "allows":
      return sign === 1 ? compatible(`${name} is allowed`) : undefined;
    case "limits": {
      const { bound } = relation;
      const rule = `${name} is ${WORDS[bound.op]} ${bound.written}`;
      if (value !== undefined && value.dimension === bound.dimension) {
        return keepsTo(value.amount, bound) ? compatible(rule) : conflict(`${rule}, and ${value.written} is asked for`);
      }
      if (direction === "raise" && bound.op !== ">=" && bound.op !== ">")
        return unknown(`${rule}, and it is to be raised without a number`);
      if (direction === "lower" && bound.op !== "<=" && bound.op !== "<")
        return unknown(`${rule}, and it is to be lowered without a number`);
      return undefined;
    }
    default:
      return undefined;
  }
}

const WORDS = { ">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "=": "" } as const;

function ofThing({ subject, relation }: Fact, claim: Claim): Raw {
  if (
    relation.kind !== "located-in" ||
    claim.subject.kind !== "thing" ||
    claim.subject.id !== subject.id ||
    claim.namespace === undefined
  )
    return undefined;
  if (claim.namespace === relation.namespace) return compatible(`${subject.name} belongs in ${relation.namespace}`);
  return conflict(`${subject.name} belongs in ${relation.namespace}, not in ${claim.namespace}`);
}

function compatible(because: string): Raw {
  return { result: "compatible", because };
}
function conflict(because: string): Raw {
  return { result: "conflict", because };
}
function unknown(because: string): Raw {
  return { result: "unknown", because };
}
