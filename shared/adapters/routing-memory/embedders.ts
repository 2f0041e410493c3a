/** What the router's memory is embedded with: the configured embedder, beside words where that one is fitted to the platform. */
import type { Embedder, KnowledgeBook } from "../../knowledge-ports.ts";
import { blended, fittedOf, isFitted } from "../../routing/neighbours/blended.ts";
import type { Environment } from "../../runtime/config.ts";
import { embedderOf } from "../embedding/open.ts";
import { queryEmbedders } from "../qdrant/query-embedders.ts";
import type { Made } from "./names.ts";

type Book = Pick<KnowledgeBook, "model" | "countTokens">;

/** Throws what embedderOf throws. */
export async function configuredEmbedder(env: Environment, book: Book): Promise<Embedder> {
  const embedder = await embedderOf(env, book);
  return isFitted(embedder) ? blended(embedder) : embedder;
}

/** The one a collection was made with, as `queryEmbedders` has it; undefined when it cannot be had. */
export function embeddersOfCollections(env: Environment, book: Book) {
  const embedderFor = queryEmbedders(env, book);
  const known = new WeakMap<Embedder, Embedder>();
  return async (made: Made): Promise<Embedder | undefined> => {
    const inner = fittedOf(made);
    const embedder = await embedderFor(inner ?? made);
    if (embedder === undefined || inner === undefined) return embedder;
    const both = known.get(embedder) ?? blended(embedder);
    known.set(embedder, both);
    return both;
  };
}
