/** Which embedder the settings ask for, and what is said of settings that fit nothing. */
import { describe, expect, test } from "vitest";
import { embedderOf } from "../../shared/adapters/embedding/open.ts";
import { fitLsa } from "../../shared/knowledge/embedding/lsa-fit.ts";
import { memoryBook } from "../../shared/knowledge/memory-book.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { PermanentError } from "../../shared/runtime/errors.ts";

type Variables = Record<string, string>;

describe("which embedder", () => {
  const id = async (env: Variables, model?: { id: string; bytes: Uint8Array }) =>
    (await embedderOf(env, { ...memoryBook(), model: () => Promise.resolve(model) })).id;

  test.each<[string, Variables, string]>([
    ["nothing is configured", {}, "hash-1024"],
    ["a key of OpenAI", { OPENAI_API_KEY: "k" }, "text-embedding-3-large-3072"],
    ["a shorter vector", { OPENAI_API_KEY: "k", EMBEDDING_DIMENSION: "1024" }, "text-embedding-3-large-1024"],
    [
      "another model",
      { OPENAI_API_KEY: "k", EMBEDDING_MODEL: "text-embedding-3-small" },
      "text-embedding-3-small-1536",
    ],
    ["none is wanted", { OPENAI_API_KEY: "k", EMBEDDING_MODEL: "offline" }, "hash-1024"],
    ["a model but no key", { EMBEDDING_MODEL: "text-embedding-3-large" }, "hash-1024"],
    ["a key of another server for chat", { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://chat.ai" }, "hash-1024"],
    [
      "that server has embeddings too",
      { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://chat.ai", EMBEDDING_MODEL: "e5", EMBEDDING_DIMENSION: "384" },
      "e5-384",
    ],
    [
      "an endpoint without a key",
      { EMBEDDING_ENDPOINT: "http://tei", EMBEDDING_MODEL: "e5", EMBEDDING_DIMENSION: "384" },
      "e5-384",
    ],
  ])("%s", async (_name, env, expectedId) => {
    expect(await id(env)).toBe(expectedId);
  });

  test("offline, the one that was fitted when there is one", async () => {
    const bytes = await fitLsa(["redis queue", "postgres database", "redis cache"], { rank: 8 });
    expect(await id({}, { id: "whatever", bytes })).toMatch(/^lsa-[0-9a-f]{8}$/);
    await expect(id({}, { id: "whatever", bytes: bytes.slice(1) })).rejects.toThrow(PermanentError);
  });

  test.each<[string, Variables, RegExp]>([
    ["an endpoint without a model", { EMBEDDING_ENDPOINT: "http://tei" }, /EMBEDDING_MODEL/],
    ["a model of unknown length", { OPENAI_API_KEY: "k", EMBEDDING_MODEL: "e5" }, /EMBEDDING_DIMENSION/],
    ["longer than the model's", { OPENAI_API_KEY: "k", EMBEDDING_DIMENSION: "4096" }, /has 3072, not 4096/],
    ["no address", { EMBEDDING_ENDPOINT: "tei:80", EMBEDDING_MODEL: "e5" }, /EMBEDDING_ENDPOINT/],
  ])("%s is a mistake in configuration", async (_name, env, message) => {
    await expect(id(env)).rejects.toBeInstanceOf(ConfigurationError);
    await expect(id(env)).rejects.toThrow(message);
  });
});
