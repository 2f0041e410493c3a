/** Lexical ranking (BM25+) of short texts: whole words by their stems, so that `limits` finds `limit`. */
import MiniSearch from "minisearch";
import { stemmer } from "stemmer";

export interface Ranked<T> {
  readonly item: T;
  readonly score: number;
}

/** An index over `items`; `titleOf` counts more than `textOf`. */
export function rankingOf<T>(
  items: readonly T[],
  titleOf: (item: T) => string,
  textOf: (item: T) => string,
): (about: string) => readonly Ranked<T>[] {
  const index = new MiniSearch<{ id: number; title: string; text: string }>({
    fields: ["title", "text"],
    storeFields: [],
    tokenize: (text) => text.split(/[^\p{L}\p{N}]+/u),
    processTerm: (term) => (term.length < 3 ? null : stemmer(term.toLowerCase())),
    searchOptions: { boost: { title: 2 } },
  });
  index.addAll(items.map((item, id) => ({ id, title: titleOf(item), text: textOf(item) })));
  return (about) =>
    index.search(about).flatMap(({ id, score }) => {
      const item = items[id as number];
      return item === undefined ? [] : [{ item, score }];
    });
}
