/** The configured embedder: a vendor's where there is a key or an endpoint, else the school's own, which needs nothing. */
import { hashingEmbedder } from "../../knowledge/embedding/hashing.ts";
import type { Embedder, KnowledgeBook } from "../../knowledge-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { type EmbedderReports, openAiEmbedder } from "./openai.ts";
import { withRememberedQueries } from "./query-cache.ts";
import { embeddingSettings } from "./settings.ts";

/**
 * Offline: the one that was fitted to the platform when the book has it, feature hashing before that. Throws
 * ConfigurationError, PermanentError for a fitted one that is damaged, and whatever the book throws. What a vendor is paid
 * for is counted in the book.
 */
export async function embedderOf(
  env: Environment,
  book: Pick<KnowledgeBook, "model" | "countTokens">,
  { note }: Pick<EmbedderReports, "note"> = {},
): Promise<Embedder> {
  const settings = embeddingSettings(env);
  if (settings !== undefined) {
    // A count that is lost must not lose the vectors it was paid for.
    const spent: EmbedderReports["spent"] = (tokens, purpose) => {
      book.countTokens(purpose, tokens).catch(() => undefined);
    };
    return withRememberedQueries(openAiEmbedder(settings, { note, spent }));
  }
  const model = await book.model();
  if (model === undefined) return hashingEmbedder();
  const { lsaEmbedder } = await import("../../knowledge/embedding/lsa.ts");
  return lsaEmbedder(model.bytes);
}
