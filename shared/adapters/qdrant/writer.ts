/** KnowledgeWriter over Qdrant: collections by corpus and embedder, switched by their alias. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Corpus, KnowledgeWriter } from "../../knowledge-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { PermanentError } from "../../runtime/errors.ts";
import { openClient } from "./client.ts";
import { collectionWriter } from "./collection-writer.ts";
import { faultOf, written } from "./faults.ts";
import { aliasOf, collectionOf, DENSE, prefixOf, SPARSE } from "./names.ts";
import { INDEXED } from "./payload.ts";
import { type QdrantAccess, writeAccess } from "./settings.ts";

/** A write waits until the points can be found. */
const LIMIT_MS = 60_000;

/** Nothing is loaded or asked before the first call, which throws ConfigurationError when there is no QDRANT_URL. */
export function knowledgeWriterOf(env: Environment): KnowledgeWriter {
  const access = writeAccess(env);
  let opened: Promise<QdrantClient> | undefined;
  const client = () => (opened ??= openClient(access, LIMIT_MS));
  return {
    async open(corpus, embedder) {
      const qdrant = await client();
      const name = collectionOf(corpus, embedder);
      await written(access, () => ensure(qdrant, name, embedder.dimension, access));
      return collectionWriter(qdrant, access, corpus, name);
    },
    async published(corpus) {
      const qdrant = await client();
      const name = await written(access, () => targetOf(qdrant, corpus));
      return name === undefined ? undefined : collectionWriter(qdrant, access, corpus, name);
    },
    async removeOthers(corpus, keep) {
      const qdrant = await client();
      await written(access, async () => {
        const published = await targetOf(qdrant, corpus);
        const { collections } = await qdrant.getCollections();
        const others = collections.filter(
          ({ name }) => name.startsWith(prefixOf(corpus)) && name !== keep && name !== published,
        );
        for (const { name } of others) await qdrant.deleteCollection(name);
      });
    },
  };
}

/** The collection the alias of the corpus leads to. */
export async function targetOf(qdrant: QdrantClient, corpus: Corpus): Promise<string | undefined> {
  const { aliases } = await qdrant.getAliases();
  return aliases.find(({ alias_name }) => alias_name === aliasOf(corpus))?.collection_name;
}

/** Makes it, or completes what an interrupted start has left. */
async function ensure(qdrant: QdrantClient, name: string, dimension: number, access: QdrantAccess): Promise<void> {
  const { exists } = await qdrant.collectionExists(name);
  if (!exists) await create(qdrant, name, dimension, access);
  const { config, payload_schema } = await qdrant.getCollection(name);
  const size = sizeOf(config.params.vectors);
  if (size !== dimension) {
    throw new PermanentError(
      `collection ${name} has vectors of ${size ?? "no"} values instead of ${dimension}: delete it and index again`,
    );
  }
  for (const [field_name, field_schema] of Object.entries(INDEXED)) {
    if (payload_schema[field_name] !== undefined) continue;
    await qdrant.createPayloadIndex(name, { field_name, field_schema, wait: true });
  }
}

async function create(qdrant: QdrantClient, name: string, size: number, access: QdrantAccess): Promise<void> {
  try {
    await qdrant.createCollection(name, {
      vectors: { [DENSE]: { size, distance: "Cosine" } },
      sparse_vectors: { [SPARSE]: { modifier: "idf" } },
    });
  } catch (error) {
    // Another process was faster.
    if (faultOf(error, access).status !== 409) throw error;
  }
}

function sizeOf(vectors: unknown): number | undefined {
  const dense = (vectors as Readonly<Record<string, { readonly size?: number }>> | undefined)?.[DENSE];
  return dense?.size;
}
