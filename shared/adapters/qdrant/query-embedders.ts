/** The embedder a collection was made with: only with it its vectors can be asked. */
import type { Embedder, KnowledgeBook } from "../../knowledge-ports.ts";
import type { Environment } from "../../runtime/config.ts";

/**
 * The configured one where the ids are equal. The school's own embedders are made or loaded whatever is configured, so that an
 * older collection answers while a new one is built. Undefined when it is another vendor's, or a fit nobody has kept. Throws
 * what embedderOf and the book throw.
 */
export function queryEmbedders(env: Environment, book: Pick<KnowledgeBook, "model" | "countTokens">) {
  const known = new Map<string, Promise<Embedder | undefined>>();
  return async function embedderFor(made: Pick<Embedder, "id" | "dimension">): Promise<Embedder | undefined> {
    const embedder = known.get(made.id) ?? load(made, env, book);
    known.set(made.id, embedder);
    try {
      const loaded = await embedder;
      if (loaded === undefined) known.delete(made.id);
      return loaded;
    } catch (error) {
      known.delete(made.id);
      throw error;
    }
  };
}

async function load(
  { id, dimension }: Pick<Embedder, "id" | "dimension">,
  env: Environment,
  book: Pick<KnowledgeBook, "model" | "countTokens">,
): Promise<Embedder | undefined> {
  if (/^hash-\d+$/.test(id)) {
    const { hashingEmbedder } = await import("../../knowledge/embedding/hashing.ts");
    return hashingEmbedder(dimension);
  }
  if (id.startsWith("lsa-")) {
    const model = await book.model(id);
    if (model?.id !== id) return undefined;
    const { lsaEmbedder } = await import("../../knowledge/embedding/lsa.ts");
    return lsaEmbedder(model.bytes);
  }
  const { embedderOf } = await import("../embedding/open.ts");
  const configured = await embedderOf(env, book);
  return configured.id === id && configured.dimension === dimension ? configured : undefined;
}
