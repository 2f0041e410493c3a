/** Settings with numbers in what was decided, as facts: list items, rows of tables and sentences, each with its owner. */
import type { Aspect } from "./aspects.ts";
import { type Clause, clausesOf, labelledClausesOf, termsIn } from "./clauses.ts";
import type { Fact, Source } from "./fact.ts";
import { modalityOf } from "./modality.ts";
import { exceptionOf, type Scope, scopeOf } from "./scope.ts";
import { ownWords, partsOf } from "./setting-words.ts";
import { type Setting, settingsIn } from "./settings.ts";
import { ANNOUNCES, type Statement } from "./statements.ts";

/** "Retention: 30 days" states as much as "the retention is 30 days". */
export const LABELLED =
  /^[^:=.]{2,80}[:=]\s*(?:[<>≥≤]=?\s*|(?:at (?:least|most)|up to|no (?:more|less) than|minimum|maximum)\s+)?\d/iu;
/** Without a name before the number only a bound makes a rule of it: "we run 5 nodes" counts what there is. */
const STATED = /\b(?:is|are|be|stays?|set to|of|at|to|fixed|equals?)\b/iu;

/** Those whose number no typed fact of the statement has read already. */
export function settingFacts(statement: Statement, source: Source, read: readonly Fact[]): readonly Fact[] {
  if (source.authority === "none") return [];
  const { area, text } = statement;
  const whole = area === undefined ? text : `${area}: ${text}`;
  const isLabelled = LABELLED.test(whole);
  return labelledClausesOf(whole).flatMap(({ text: piece, exception, condition }) => {
    const modality = modalityIn(piece, source);
    if (!modality.decides && !modality.binds) return [];
    return settingsIn(piece).flatMap((setting): Fact[] => {
      const { op, name, isNamed } = setting;
      const isTold = op !== "=" || (isNamed && (isLabelled || STATED.test(piece)) && !modality.permits);
      if (!isTold || isRead(setting, read)) return [];
      const near = nearOf(setting, statement);
      const owner = ownerOf(setting, statement);
      const { words } = name;
      return [
        {
          subject: {
            kind: "setting",
            id: words.join(" "),
            name: words.join(" "),
            words,
            near,
            isEvery: setting.isEvery,
          },
          relation: {
            kind: "limits",
            bound: { op, dimension: setting.dimension, amount: setting.amount, written: setting.written },
          },
          owner,
          about: [],
          purposes: [],
          scope: scopeFor(piece, statement),
          exceptions: exception === undefined ? [] : [exceptionOf(exception)],
          ...(condition === undefined ? {} : { condition: condition.trim() }),
          strength: modality.soft || setting.isAbout ? "soft" : "rule",
          source,
        },
      ];
    });
  });
}

function modalityIn(
  piece: string,
  { authority }: Source,
): { readonly decides: boolean; readonly binds: boolean; readonly soft: boolean; readonly permits: boolean } {
  const all = clausesOf(piece).map((clause) => modalityOf(clause, authority));
  const has = (key: "decides" | "binds" | "soft" | "permits"): boolean => all.some((one) => one[key]);
  return { decides: has("decides"), binds: has("binds"), soft: has("soft"), permits: has("permits") };
}

function isRead({ dimension, amount }: Setting, read: readonly Fact[]): boolean {
  return read.some(
    ({ relation }) =>
      relation.kind === "limits" &&
      (relation.bound.dimension === "version" ||
        (relation.bound.dimension === dimension && relation.bound.amount === amount)),
  );
}

/** What it says itself; else what introduces it, innermost first; else the headings. */
function ownerOf({ owner, name }: Setting, { under = [], headings }: Statement): readonly string[] {
  const above = [...under.filter((text) => !ANNOUNCES.test(text)).toReversed(), ...headings.toReversed()].map((text) =>
    text.split(/[^\p{L}\p{N}_-]+/u),
  );
  for (const words of [owner, ...above]) {
    const own = ownWords(words).filter((word) => !name.words.includes(word));
    if (own.length > 0) return own;
  }
  return [];
}

function nearOf({ counted }: Setting, { under = [], headings }: Statement): readonly string[] {
  const above = [...under, ...headings].flatMap((text) => text.split(/[^\p{L}\p{N}_-]+/u));
  return [...new Set([...counted, ...above].flatMap((word) => partsOf(word)))];
}

function scopeFor(piece: string, { under = [], headings }: Statement): Scope {
  const own = scopeOf(piece);
  const above = scopeOf([...headings.slice(1), ...under].join(" . "));
  return {
    environments: own.environments.length > 0 ? own.environments : above.environments,
    namespaces: own.namespaces.length > 0 ? own.namespaces : above.namespaces,
    names: [],
  };
}

/** "For Elasticsearch: use local disks" chooses for that alone; a purpose ("for dashboards:") is read with the choice. */
export function choiceOwner({ text, area }: Statement): readonly string[] {
  const [, named = ""] = /^for ([^:]{2,100}):\s/iu.exec(area === undefined ? text : `${area}: ${text}`) ?? [];
  const words = named.replaceAll(/\([^)]{0,100}\)/gu, " ");
  const isPurpose = clausesOf(words).some(
    (clause) => [...termsIn(clause, "class"), ...termsIn(clause, "object")].length > 0,
  );
  return isPurpose ? [] : ownWords(words.split(/[^\p{L}\p{N}_-]+/u));
}

/** Whose number an aspect's is: "the checkout runs at least 2 replicas". What belongs to a kind of thing is told by `about`. */
export function numberOwner(
  { under = [], headings }: Statement,
  clause: Clause["text"],
  written: string,
  { id, has, of: isOfThing, dimension }: Aspect,
): readonly string[] {
  if (dimension === "version") return [];
  const aspect = new Set([id, ...has].flatMap((phrase) => partsOf(phrase.replace("?", ""))));
  const words = (texts: readonly string[]): readonly string[] => ownWords(texts).filter((word) => !aspect.has(word));
  const introduced = words(
    under
      .filter((text) => !ANNOUNCES.test(text))
      .slice(-1)
      .flatMap((text) => text.split(/[^\p{L}\p{N}_-]+/u)),
  );
  if (isOfThing === true) return [];
  const [digits = ""] = written.split(" ");
  const settings = settingsIn(clause).filter((one) => one.written.startsWith(digits));
  const [own = []] = settings.map(({ owner, name }) => words([...owner, ...name.words]));
  if (own.length > 0) return own;
  if (introduced.length > 0) return introduced;
  const technology = headings
    .toReversed()
    .flatMap((heading) => clausesOf(heading).flatMap((one) => termsIn(one, "technology").map(({ term }) => term)))[0];
  return technology === undefined ? [] : partsOf(technology.technology.aliases[0] ?? "");
}
