/** The configured embedder: a vendor's where there is a key or an endpoint, else the school's own, which needs nothing. */
import { hashingEmbedder } from "../../knowledge/embedding/hashing.ts";
import type { Embedder, KnowledgeBook } from "../../knowledge-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { type EmbedderReports, openAiEmbedder } from "./openai.ts";
import { withRememberedQueries } from "./query-cache.ts";
import { embeddingSettings } from "./settings.ts";

/**
 * Offline: the one that was fitted to the platform when the book has it, feature hashing before that. Throws
 * ConfigurationError, PermanentError for a fitted one that is damaged, and whatever the book throws.
 */
export async function embedderOf(
  env: Environment,
  book: Pick<KnowledgeBook, "model">,
  reports: EmbedderReports = {},
): Promise<Embedder> {
  const settings = embeddingSettings(env);
  if (settings !== undefined) return withRememberedQueries(openAiEmbedder(settings, reports));
  const model = await book.model();
  if (model === undefined) return hashingEmbedder();
  const { lsaEmbedder } = await import("../../knowledge/embedding/lsa.ts");
  return lsaEmbedder(model.bytes);
}
