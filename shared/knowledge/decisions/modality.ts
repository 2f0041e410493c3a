/** How a clause of a document speaks: it chooses, demands, forbids, permits, recommends, or only tells. */
import type { Authority } from "./authority.ts";
import { type Clause, cuesIn } from "./clauses.ts";
import { REMOVALS } from "./cues.ts";
import type { Mark } from "./terms.ts";

export interface Modality {
  readonly demands: boolean;
  readonly denies: boolean;
  readonly permits: boolean;
  readonly soft: boolean;
  readonly only: boolean;
  /** It binds wherever it stands: "must", "never", "is not allowed". */
  readonly binds: boolean;
  /** The statement decides by where it stands: in a record, a table of decisions, a list of rules. */
  readonly decides: boolean;
}

const ORDER =
  /\b(?:must|shall|mandatory|has to|have to|(?:is|are|be) (?:required|enforced|mandatory|compulsory)|without exception)\b/iu;
const BAN =
  /\b(?:must not|mustn't|shall not|may not|never|(?:not|n't) (?:be )?(?:allowed|permitted|acceptable|to be used)|forbidden|forbid|prohibited|prohibit|banned|disallowed|decided against|out of the question|no (?:other|second) \p{L}+|no longer (?:allowed|permitted))\b|^(?:please )?(?:do not|don't)\b/iu;
const PERMIT = /\b(?:may|can|(?:is|are|be) (?:allowed|permitted|optional|fine|acceptable))\b/iu;
/** Somebody tells what happened, or what is wrong. */
const TELLS =
  /\b(?:fail(?:s|ed|ing|ure|ures)?|errors?|crash\w*|stuck|broken|couldn't|didn't|wasn't|problems?|issues?|was|were|had|symptoms?|causes?d?|unable|returned|logged|shows?|fixed|completed?|results?|now|currently)\b|[→✅❌⏸✓☐🔴🟡🟢]|->|^[0-9a-f]{7,40}\b/iu;
const STATES =
  /\b(?:is|are|be|has|have|gets?|sets?|stays?|stay|remains?|runs?|uses?|enabled?|allow(?:s|ed)?|decided|chose|chosen|we|introduce|adopt|kept|retained|no|never|not|only|at least|at most|maximum|minimum|with|without)\b/iu;

export function modalityOf(clause: Clause, authority: Authority): Modality {
  const decides = authority === "decision" || authority === "rule";
  const has = (cue: Parameters<typeof cuesIn>[1]): boolean => cuesIn(clause, cue).length > 0;
  const denials = cuesIn(clause, "not").filter(({ phrase }) => decides || !REMOVALS.has(phrase));
  const orders =
    ORDER.test(clause.text) || (decides && /\b(?:always|every|all|each|requires?|needs? to)\b/iu.test(clause.text));
  const bans = BAN.test(clause.text);
  const soft =
    (has("soft") || denials.some(({ phrase }) => phrase === "avoid" || phrase === "avoided")) && !orders && !bans;
  const only = has("only");
  return {
    demands: orders,
    denies: bans || (decides && denials.length > 0),
    permits: PERMIT.test(clause.text) && !bans && !orders && !only,
    soft,
    only,
    binds: (orders || bans || has("no-other")) && !soft,
    decides,
  };
}

/** A report, a question, a line of a log: it decides nothing, wherever it stands. */
export function onlyTells(text: string, authority: Authority): boolean {
  if (text.endsWith("?")) return true;
  // What only announces a list is its heading.
  if (
    /:[*_]*$/u.test(text) &&
    !ORDER.test(text) &&
    !BAN.test(text) &&
    !/\bwe (?:will |have )?(?:use|run|chose|choose|adopt)/iu.test(text)
  )
    return true;
  if (ORDER.test(text) || BAN.test(text)) return /[✅❌⏸✓☐]|^[0-9a-f]{7,40}\b/u.test(text) && authority === "plain";
  return (
    TELLS.test(text) &&
    !/\b(?:chosen option|we (?:chose|decided|use|will|standardi[sz]e)|standard|only|because|was (?:chosen|selected))\b/iu.test(
      text,
    )
  );
}

/** Whether a clause has a verb that makes its mention of an aspect a statement about it. */
export function states({ text }: Clause): boolean {
  return STATES.test(text);
}

/** Words between a word of the rule and what it governs. */
const NEAR = 6;
const RULING =
  /^(?:must|shall|mandatory|required|enforced|never|forbidden|prohibited|banned|disallowed|allowed|permitted|not|against|no|do)$/u;

/** In plain prose only what stands close to the word of the rule is ruled. */
export function isRuled({ words }: Clause, mark: Mark): boolean {
  return words.some(
    ({ stem }, at) => RULING.test(stem) && (at < mark.from ? mark.from - at <= NEAR : at - mark.to < NEAR),
  );
}
