/** Takes a sentence apart into clauses, each with its terms, its numbers, and what it excepts or makes it depend on. */
import type { Aspect } from "./aspects.ts";
import type { Cue } from "./cues.ts";
import { type Quantity, quantitiesIn } from "./quantities.ts";
import type { Technology } from "./technologies.ts";
import { type Mark, marksIn, type Term } from "./terms.ts";
import { type Word, wordsOf } from "./words.ts";

export interface Clause {
  readonly text: string;
  readonly words: readonly Word[];
  readonly marks: readonly Mark[];
  readonly quantities: readonly Quantity[];
  /** What it does not hold for, as written. */
  readonly exception?: string;
  /** On what it depends, as written. */
  readonly condition?: string;
}

const BORDER =
  /;|:(?=\s)|\s[–—-]\s|,?\s+(?:but|whereas|however|although|so|and (?=(?:we|it|they|its|their|the|no|never|must|is|are)\b)|and then)\s|,\s+(?=(?:we|it|they|its|which|must|with no)\b)/giu;
/** What follows gives a reason, not a rule: "because snippets have been a security problem". */
const REASON =
  /(?:^|[\s,(])(?:because|since (?!\d)|so that|in order to|to avoid|to prevent|as (?:it|they|we|this)|due to|thanks to|accepting|to achieve)\b/iu;
const EXCEPTION =
  /(?:^|[\s,(])(?:except(?:ed|ing)?|excluding|apart from|other than|with the exception of|but not (?:in|for|on)|aside from|outside of the (?=[\w-]+ namespace))\b/iu;
const CONDITION = /(?:^|[\s,(])(?:if|unless|until|provided that|as long as|in case|when(?:ever)?)\b/iu;
const Y_PREFACE = /^\s*in the context of\b.{0,500}?\bwe (?=decided|chose)/isu;

/** A label is no clause of its own. */
const LABEL = /\b(chosen option|decision|decided|we (?:use|chose)|standard|chosen)\s*:\s*/giu;

export function clausesOf(sentence: string, names?: ReadonlyMap<string, Technology>): readonly Clause[] {
  const text = sentence
    .replaceAll(/\s+/gu, " ")
    .replace(Y_PREFACE, "we ")
    .replace(LABEL, "$1 ")
    .replaceAll(/:\s*(?=\d)/gu, " ");
  const pieces: string[] = [];
  let from = 0;
  for (const { 0: border, index } of text.matchAll(BORDER)) {
    pieces.push(text.slice(from, index));
    from = index + border.length;
  }
  pieces.push(text.slice(from));
  return pieces.flatMap((piece) => clauseOf(piece, names));
}

function clauseOf(piece: string, names?: ReadonlyMap<string, Technology>): Clause[] {
  const bare = bareOf(piece);
  const words = wordsOf(bare.text);
  if (words.length === 0) return [];
  return [{ ...bare, words, marks: marksIn(words, names), quantities: quantitiesIn(words) }];
}

/** Clauses with their labels: a colon parts the name of a setting from its number, but not two clauses. */
export function labelledClausesOf(sentence: string): readonly Pick<Clause, "text" | "exception" | "condition">[] {
  return sentence
    .replaceAll(/\s+/gu, " ")
    .split(/;|\s[–—-]\s|,?\s+(?:but|whereas|however|although|so)\s+/iu)
    .map((piece) => bareOf(piece))
    .filter(({ text }) => text !== "");
}

function bareOf(piece: string): Pick<Clause, "text" | "exception" | "condition"> {
  const { before, after: exception } = cutAt(cutAt(piece, REASON).before, EXCEPTION);
  const conditional = cutAt(before, CONDITION);
  let main = conditional.before;
  let condition = conditional.after;
  if (condition !== undefined && main.trim() === "") {
    const comma = condition.indexOf(",");
    main = comma < 0 ? "" : condition.slice(comma + 1);
    condition = comma < 0 ? condition : condition.slice(0, comma);
  }
  const held = exception === undefined ? {} : { exception };
  const bound = condition === undefined ? {} : { condition };
  return { text: main.trim(), ...held, ...bound };
}

function cutAt(text: string, pattern: RegExp): { readonly before: string; readonly after?: string } {
  const match = pattern.exec(text);
  return match === null
    ? { before: text }
    : { before: text.slice(0, match.index), after: text.slice(match.index + match[0].length) };
}

export function cuesIn(
  clause: Clause,
  ...wanted: readonly Cue[]
): readonly { readonly mark: Mark; readonly cue: Cue; readonly phrase: string }[] {
  return clause.marks.flatMap((mark) =>
    mark.terms.flatMap((term) =>
      term.kind === "cue" && wanted.includes(term.cue) ? [{ mark, cue: term.cue, phrase: term.phrase }] : [],
    ),
  );
}

export function termsIn<Kind extends Term["kind"]>(
  clause: Pick<Clause, "marks">,
  kind: Kind,
): readonly { readonly mark: Mark; readonly term: Extract<Term, { kind: Kind }> }[] {
  return clause.marks.flatMap((mark) =>
    mark.terms.flatMap((term) => (term.kind === kind ? [{ mark, term: term as Extract<Term, { kind: Kind }> }] : [])),
  );
}

/** Aspects of the clause, those that need a number only with one; with the number that belongs to each. */
export function aspectsIn(clause: Clause): readonly {
  readonly mark: Mark;
  readonly aspect: Aspect;
  readonly sense: 1 | -1;
  readonly quantity?: Quantity;
}[] {
  // "The public namespace" is a name.
  const named = termsIn(clause, "aspect").filter(({ mark }) => clause.words[mark.to]?.stem !== "namespace");
  const taken = new Map<Quantity, Mark>();
  const [contrast] = cuesIn(clause, "contrast").filter(({ phrase }) => phrase !== "over");
  for (const quantity of clause.quantities) {
    if (contrast !== undefined && quantity.from >= contrast.mark.to) continue;
    const fitting = named.filter(({ term }) => fits(term.aspect, quantity));
    // A name of its own wins over a word that needs the number to mean anything.
    const own = fitting.filter(({ term }) => !term.needsNumber);
    const nearest = (own.length > 0 ? own : fitting).toSorted(
      (a, b) => gap(a.mark, quantity) - gap(b.mark, quantity),
    )[0];
    if (nearest !== undefined) taken.set(quantity, nearest.mark);
  }
  return named.flatMap(({ mark, term }) => {
    const { aspect, sense, needsNumber } = term;
    const quantity = lastOf([...taken].filter(([one, at]) => at === mark && fits(aspect, one)).map(([one]) => one));
    if (quantity === undefined) return needsNumber ? [] : [{ mark, aspect, sense }];
    return [{ mark, aspect, sense, quantity }];
  });
}

function lastOf<Item>(items: readonly Item[]): Item | undefined {
  return items.at(-1);
}

function fits({ dimension }: Aspect, { values }: Quantity): boolean {
  return dimension !== undefined && values[dimension] !== undefined;
}

function gap(mark: Mark, { from, to }: Quantity): number {
  return from >= mark.to ? from - mark.to : mark.from - to + 1;
}
