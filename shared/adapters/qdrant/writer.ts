/** KnowledgeWriter over Qdrant: collections by corpus and embedder, switched by their alias. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Corpus, KnowledgeWriter } from "../../knowledge-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { openClient } from "./client.ts";
import { collectionWriter } from "./collection-writer.ts";
import { ensureCollection } from "./ensure-collection.ts";
import { written } from "./faults.ts";
import { aliasOf, collectionOf, prefixOf } from "./names.ts";
import { INDEXED } from "./payload.ts";
import { writeAccess } from "./settings.ts";

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
      const { dimension } = embedder;
      const advice = "delete it and index again";
      await written(access, () =>
        ensureCollection(qdrant, access, { name, dimension, sparse: true, indexed: INDEXED, advice }),
      );
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
