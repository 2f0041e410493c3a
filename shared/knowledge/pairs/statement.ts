/** A proposal as the pairwise model sees it: read once, compared with many. */
import { stopWords } from "../embedding/stop-words.ts";
import { actionsAmong } from "./actions.ts";
import { alternativesIn } from "./alternatives.ts";
import { type Directions, directionsOf } from "./directions.ts";
import { type Names, namesOf } from "./names.ts";
import { isNumberWord, numbersOf } from "./numbers.ts";
import { type Exchange, exchangesOf } from "./roles.ts";
import { conceptsOf } from "./synonyms.ts";
import { partsOf, stemOf, wordsOf } from "./words.ts";

export interface Statement {
  /** Words and concepts of the field, without what says nothing. */
  readonly concepts: ReadonlySet<string>;
  /** Those of them that say what is to be done. */
  readonly actions: ReadonlySet<string>;
  /** Stems as written, before synonyms, for a look at what was exchanged. */
  readonly stems: ReadonlySet<string>;
  /** Character 4-grams of its words. */
  readonly grams: ReadonlySet<string>;
  readonly directions: Directions;
  readonly numbers: ReadonlySet<string>;
  readonly names: Names;
  readonly alternatives: ReadonlyMap<string, ReadonlySet<string>>;
  readonly exchanges: readonly Exchange[];
  /** Its words in order, in lower case. */
  readonly words: readonly string[];
}

const GRAM = 4;
const SILENT: ReadonlySet<string> = new Set([...stopWords].flatMap((word) => [word, stemOf(word)]));
/** Words that fill talk and commit subjects alike. */
const FILLERS = new Set(
  "must mai might shall no not never none nobodi noth without onc alwai awai right everywher somewher anyth someth ha now today sinc veri still then next first also would could thei pleas want like need make sure let thing lot realli actual basic set get go put take give us one use feat fix chore refactor perf ought thi that's we'r we'v it' it's don't i'm dont per via everi cluster platform system".split(
    " ",
  ),
);

/** What says nothing by itself; negations and numbers have their own readers. */
function isSilent(stem: string): boolean {
  return SILENT.has(stem) || FILLERS.has(stem);
}

/** Linear in the length of the text; never throws. */
export function readStatement(text: string): Statement {
  const words = wordsOf(text);
  const stems = words.flatMap(partsOf);
  const concepts = conceptsOf(stems).filter((one) => !isSilent(one) && !/^[\d%]/.test(one) && !isNumberWord(one));
  const plain = words.map((word) => word.plain);
  return {
    concepts: new Set(concepts),
    actions: actionsAmong(concepts),
    stems: new Set(stems.filter((stem) => !isSilent(stem))),
    grams: new Set(plain.flatMap(gramsOf)),
    directions: directionsOf(words),
    numbers: numbersOf(words),
    names: namesOf(words),
    alternatives: alternativesIn(plain.join(" ")),
    exchanges: exchangesOf(words),
    words: plain,
  };
}

function gramsOf(plain: string): string[] {
  if (stopWords.has(plain)) return [];
  const bounded = `^${plain}$`;
  if (bounded.length <= GRAM) return [bounded];
  return Array.from({ length: bounded.length - GRAM + 1 }, (_, i) => bounded.slice(i, i + GRAM));
}
