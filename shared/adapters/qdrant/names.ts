/** What collections and aliases are called: one collection per corpus and embedder, one alias per corpus. */
import { CORPORA, type Corpus, type Embedder } from "../../knowledge-ports.ts";

/** Of the payload and the vectors' configuration; another form is another collection. */
const FORM = "v1";

export const DENSE = "dense";
export const SPARSE = "bm25";

type Made = Pick<Embedder, "id" | "dimension">;

export function aliasOf(corpus: Corpus): string {
  return `school_${corpus}`;
}

export function collectionOf(corpus: Corpus, { id, dimension }: Made): string {
  return `${prefixOf(corpus)}${id}__${dimension}__${FORM}`;
}

/** Every collection of a corpus begins with it, its alias does not. */
export function prefixOf(corpus: Corpus): string {
  return `school_${corpus}__`;
}

/** The embedder a collection was made with; undefined for a name, or a form, that is not ours. */
export function madeWith(collection: string): Made | undefined {
  const [, corpus, id, dimension, form] = /^school_([a-z]+)__([\w.-]+)__(\d+)__(v\d+)$/.exec(collection) ?? [];
  if (id === undefined || form !== FORM || !(CORPORA as readonly string[]).includes(corpus ?? "")) return undefined;
  return { id, dimension: Number(dimension) };
}
