/** Reads an improvement into what it wants, in the terms decisions are read in. */
import type { Improvement } from "../../domain/improvement.ts";
import { cleanText } from "../../domain/text.ts";
import { purposesIn, thingsIn } from "./about.ts";
import { versionAfter } from "./bounds.ts";
import { aspectsIn, type Clause, clausesOf, cuesIn, termsIn } from "./clauses.ts";
import type { Claim } from "./fact.ts";
import { moveIn } from "./location.ts";
import { EVERYWHERE, type Scope, scopeOf } from "./scope.ts";
import { settingClaims } from "./setting-claims.ts";
import { signOf } from "./sign.ts";
import type { Technology } from "./technologies.ts";
import { plain, sentencesOf } from "./words.ts";

export type Proposed = Pick<Improvement, "title" | "description" | "implementation_notes" | "quotes">;

export interface Wanted {
  readonly claims: readonly Claim[];
  /** Everything it says, cleaned, title first. */
  readonly sentences: readonly string[];
  readonly words: string;
}

const MOST = 6_000;

export function readClaims(
  { title, description, implementation_notes, quotes }: Proposed,
  names: ReadonlyMap<string, Technology>,
): Wanted {
  const said = quotes.slice(0, 5).map(({ text }) => text);
  const texts = [title, description, implementation_notes].map((text) => cleanText(text.slice(0, MOST)));
  const sentences = texts.flatMap((text) => sentencesOf(text).map((one) => plain(one.text))).slice(0, 80);
  const words = sentences.join(" ").slice(0, 2 * MOST);
  const scope = scopeOfAll(sentences);
  const fromText = sentences.flatMap((sentence, index) =>
    claimsOf(sentence, index === 0, sentences[0] ?? "", scope, names),
  );
  // A quote is a stranger's wording of the same: it adds where the proposal itself says nothing of the subject.
  const own = new Set(fromText.map(({ subject }) => subject.id));
  const fromQuotes = said
    .flatMap((text) => sentencesOf(cleanText(text.slice(0, 1_000))))
    .slice(0, 20)
    .flatMap(({ text }) => claimsOf(plain(text), false, title, scope, names))
    .filter(({ subject }) => !own.has(subject.id) && subject.kind === "aspect");
  return { claims: settled([...fromText, ...fromQuotes]), sentences, words };
}

function scopeOfAll(sentences: readonly string[]): Scope {
  const scopes = sentences.map((sentence) => scopeOf(sentence));
  return {
    ...EVERYWHERE,
    environments: [...new Set(scopes.flatMap(({ environments }) => environments))],
    namespaces: [...new Set(scopes.flatMap(({ namespaces }) => namespaces))],
  };
}

/** The title decides; of two that contradict each other in the text, the one said first. */
function settled(claims: readonly Claim[]): readonly Claim[] {
  const kept: Claim[] = [];
  for (const claim of claims) {
    // Of settings the same words may name two: "a timeout of 5s for reads, and of 30s for writes".
    if (claim.subject.kind === "setting") {
      kept.push(claim);
      continue;
    }
    const earlier = kept.find(
      ({ subject, about }) => subject.id === claim.subject.id && sameThings(about, claim.about),
    );
    if (
      earlier === undefined ||
      (earlier.value === undefined && claim.value !== undefined && earlier.sign === claim.sign)
    )
      kept.push(claim);
  }
  return kept;
}

function sameThings(one: readonly string[], other: readonly string[]): boolean {
  return one.length === 0 || other.length === 0 || one.some((thing) => other.includes(thing));
}

function claimsOf(
  sentence: string,
  isTitle: boolean,
  title: string,
  scope: Scope,
  names: ReadonlyMap<string, Technology>,
): Claim[] {
  const claims: Claim[] = [];
  let about = thingsOf(title, names);
  for (const clause of clausesOf(sentence, names)) {
    const own = thingsIn(clause);
    if (own.length > 0) about = [...new Set([...own, ...(isTitle ? [] : thingsOf(title, names))])];
    claims.push(...claimsIn(clause, { about, scope, quote: sentence.slice(0, 400), isTitle }));
  }
  claims.push(...settingClaims(sentence, scope));
  return claims;
}

function thingsOf(text: string, names: ReadonlyMap<string, Technology>): readonly string[] {
  return clausesOf(text, names).flatMap((clause) => thingsIn(clause));
}

const READS_ONLY = /^(?:because|since)\b/iu;

function claimsIn(
  clause: Clause,
  {
    about,
    scope,
    quote,
    isTitle,
  }: { readonly about: readonly string[]; readonly scope: Scope; readonly quote: string; readonly isTitle: boolean },
): Claim[] {
  if (READS_ONLY.test(clause.text)) return [];
  const aspects = aspectsIn(clause);
  const technologies = termsIn(clause, "technology");
  const meant = [...aspects, ...technologies].map(({ mark }) => mark);
  const purposes = purposesIn(clause);
  const common = {
    about,
    purposes,
    scope,
    quote,
    introduces: isTitle || cuesIn(clause, "introduce", "replace", "replaced", "becomes").length > 0,
  };
  const claims: Claim[] = [];
  for (const { mark, term } of technologies) {
    const { id, classes, aliases } = term.technology;
    const sign = signOf(clause, mark, meant);
    claims.push({ ...common, subject: { kind: "technology", id, name: aliases[0] ?? id, classes }, sign });
    const version = versionAfter(clause, mark);
    if (version?.values.version === undefined || sign === -1) continue;
    const value = { dimension: "version", amount: version.values.version, written: version.text } as const;
    claims.push({
      ...common,
      subject: { kind: "aspect", id: `version of ${id}`, name: `version of ${aliases[0] ?? id}` },
      sign,
      value,
    });
  }
  const direction =
    cuesIn(clause, "raise").length > 0 ? "raise" : cuesIn(clause, "lower").length > 0 ? "lower" : undefined;
  for (const { mark, aspect, sense, quantity } of aspects) {
    const sign = (sense * signOf(clause, mark, meant)) as 1 | -1;
    const { dimension, id } = aspect;
    const amount = dimension === undefined ? undefined : quantity?.values[dimension];
    const value =
      dimension === undefined || amount === undefined
        ? {}
        : { value: { dimension, amount, written: quantity?.text ?? "" } };
    claims.push({
      ...common,
      about: aspect.of === true ? about : [],
      subject: { kind: "aspect", id, name: id },
      // A number that is set is no removal: "delete logs after 90 days" keeps them for 90 days.
      sign: amount === undefined ? sign : 1,
      ...value,
      ...(direction === undefined ? {} : { direction }),
    });
  }
  const move = moveIn(clause.text);
  if (move !== undefined) {
    const subject = { kind: "thing", id: move.thing, name: move.thing } as const;
    claims.push({ ...common, subject, sign: 1, namespace: move.namespace });
  }
  return claims;
}
