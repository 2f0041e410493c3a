/** Whether a document chooses, prefers, forbids or only mentions a technology. */
import { aspectsIn, type Clause, cuesIn } from "./clauses.ts";
import type { Relation } from "./fact.ts";
import { isRuled, type Modality } from "./modality.ts";
import type { Statement } from "./statements.ts";
import { ONE_OF, type Technology } from "./technologies.ts";
import type { Mark } from "./terms.ts";

/** Words between a verb of choosing and what is chosen. */
const NEAR = 4;
const BARE =
  /^(?:use|uses|run|runs|will use|chosen|selected|is our|we rely on|managed (?:with|by)|(?:is |are )?done (?:with|by)|handled (?:with|by)|provided by|runs? on|built with|deployed (?:with|by)|delivered with|served by)$/u;
const ASIDE = /^(?:to|for|with|on|in|of|from|as|by|at|and|or)$/iu;
const BEFORE_SUBJECT =
  /^(?:(?:is|was|were) (?:chosen|selected)|stays|is used|are used|is used for|are used for|is our|will use)$/u;

/** Undefined: it is only mentioned. */
export function choiceOf(
  sign: 1 | -1,
  mark: Mark,
  { classes }: Technology,
  clause: Clause,
  modality: Modality,
  { form, area }: Statement,
  isOfArea: boolean,
): Relation | undefined {
  const { decides, soft, permits } = modality;
  const isContrast = cuesIn(clause, "contrast", "replace").length > 0;
  const isListed = decides && area !== undefined && mark.from <= 2 && (form === "row" || isOfArea);
  if (permits) return sign === 1 && decides ? { kind: "allows" } : undefined;
  if (sign === -1) {
    if (soft) return undefined;
    if (decides) return { kind: "forbids" };
    if (isContrast && chooses(clause, modality)) return { kind: "forbids" };
    return modality.denies && isRuled(clause, mark) ? { kind: "forbids" } : undefined;
  }
  const isChosen = isListed || isObject(clause, mark, modality) || isSubject(clause, mark, decides);
  // "Grafana must only be reachable over the VPN" is a rule for it, not the choice of it.
  if (aspectsIn(clause).length > 0 && !isListed && cuesIn(clause, "choose", "replace").length === 0) return undefined;
  if (soft && !modality.only)
    return isChosen || (isContrast && decides) || isPreferred(clause, mark) ? { kind: "prefers" } : undefined;
  if (!isChosen && !(isContrast && decides)) return undefined;
  const isWhole = modality.demands || modality.only || cuesIn(clause, "no-other").length > 0;
  return { kind: "uses", only: (isWhole && !isContrast) || (decides && classes.some((one) => ONE_OF.has(one))) };
}

function chooses(clause: Clause, { decides }: Modality): boolean {
  return cuesIn(clause, "choose").some(({ phrase }) => decides || !BARE.test(phrase));
}

/** "We use X", "must use X", "only through X", "standardise on X". */
function isObject(clause: Clause, mark: Mark, { decides, demands, only }: Modality): boolean {
  const chosen = cuesIn(clause, "choose").some(({ mark: cue, phrase }) => {
    const away = mark.from - cue.to;
    if (away < 0) return false;
    if (!BARE.test(phrase)) return decides || away <= 2 * NEAR;
    const isDirect = !clause.words.slice(cue.to, mark.from).some(({ text }) => ASIDE.test(text));
    return (decides || demands || (only && isRuled(clause, mark))) && away < NEAR && isDirect;
  });
  if (chosen) return true;
  const way = clause.words[mark.from - 1]?.stem ?? "";
  const isNear = cuesIn(clause, "only").some(({ mark: cue, phrase }) => {
    const away = mark.from - cue.to;
    return away >= 0 && away <= NEAR && (decides || phrase.startsWith("standard") || phrase.startsWith("we standard"));
  });
  return isNear || ((demands || (only && decides)) && /^(?:through|via)$/u.test(way));
}

/** "X is the only …", "X is the standard", "X stays". */
function isSubject(clause: Clause, mark: Mark, decides: boolean): boolean {
  const only = cuesIn(clause, "only").some(({ mark: cue, phrase }) => {
    const away = cue.from - mark.to;
    const between = clause.words.slice(mark.to, cue.from).map(({ stem }) => stem);
    const is = /^(?:is|as|are|remain|stay)$/u.test(between.at(-1) ?? "") || phrase.startsWith("is ");
    return away >= 0 && is && away <= (decides ? 2 * NEAR : 1);
  });
  if (only) return true;
  const after = clause.words.slice(mark.to, mark.to + 2 * NEAR).map(({ text }) => text);
  const used = after.findIndex((word, at) => /^(?:used|run|deployed)$/iu.test(word) && after[at - 1] === "be");
  if (used > 0 && /\b(?:must|shall)\b/iu.test(after.slice(0, used).join(" "))) return true;
  return (
    decides &&
    cuesIn(clause, "choose").some(
      ({ mark: cue, phrase }) => BEFORE_SUBJECT.test(phrase) && cue.from - mark.to >= 0 && cue.from - mark.to <= 1,
    )
  );
}

function isPreferred(clause: Clause, mark: Mark): boolean {
  return cuesIn(clause, "soft").some(
    ({ mark: cue, phrase }) =>
      /^(?:prefer|preferred|recommend|recommended|favou?r)$/u.test(phrase) &&
      mark.from - cue.to >= 0 &&
      mark.from - cue.to <= 2,
  );
}
