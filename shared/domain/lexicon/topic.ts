/** What a topic of the lexicon is, and how its phrases become patterns with word boundaries. */
import type { Category, Expert } from "../improvement.ts";

export type ProposalType = "pattern" | "technique" | "tool" | "integration" | "enhancement" | "concept";

/** One thing a talk may recommend. All phrases are in the small notation of `phrases` below. */
export interface Topic {
  readonly id: string;
  readonly expert: Expert;
  readonly category: Category;
  /** Kind of the typed intent that carries it out, where the school knows one. */
  readonly intent?: string;
  readonly type: ProposalType;
  /** Title of a proposal about it; the lexicon finds this very topic in it first. */
  readonly title: string;
  /** What would change, in one sentence of ours. */
  readonly advice: string;
  /** The action asked for. Outweighs any noun: "set memory limits on Postgres" is about limits. */
  readonly cues: readonly string[];
  /** The same action said backwards: "never run as root", "pods without limits". */
  readonly warnings?: readonly string[];
  /** Its own names. */
  readonly patterns: readonly string[];
  /** Names of the trouble it ends, so that speaking against them speaks for it. */
  readonly problems?: readonly string[];
  /** Words that mean this only among words of the field ("limits", "backup"). */
  readonly hints?: readonly string[];
  /** Words whose presence in the GitOps repository shows that the topic applies there. */
  readonly technologies: readonly string[];
}

const WORD = "[\\p{L}\\p{N}'’_./-]+";
/** What follows one of these is no longer the object of the verb: "add a budget to the ingress controller". */
const TURN = "(?!(?:to|on|onto|into|before|behind|with|by|from|via|for|against|beside)[\\s,])";
const GAP = `(?:[\\s,]+${TURN}${WORD}){0,4}?[\\s,]+`;

/**
 * Compiles phrases into one pattern that matches whole words only, in any script and case: `auth` does not match
 * `author`. A space matches white space or hyphens, ` ?` also nothing, ` .. ` up to four words before the next preposition; the rest
 * is regular-expression syntax.
 */
export function phrases(list: readonly string[]): RegExp {
  const sources = list.map((phrase) =>
    phrase
      .split(" .. ")
      .map((part) => part.replaceAll(" ?", "[\\s-]*").replaceAll(" ", "[\\s-]+"))
      .join(GAP),
  );
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${sources.join("|")})(?![\\p{L}\\p{N}_])`, "giu");
}
