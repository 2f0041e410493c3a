/** The two collections of an embedder: made, filled from what others remember, and what the aliases lead to. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import { PermanentError } from "../../runtime/errors.ts";
import { ensureCollection } from "../qdrant/ensure-collection.ts";
import type { QdrantAccess } from "../qdrant/settings.ts";
import { type Carrier, carryOver } from "./carry-over.ts";
import { collectionOf, type Made, MEMORIES, type Memory, prefixOf, siblingOf } from "./names.ts";
import { INDEXED } from "./payload.ts";
import { storing } from "./storing.ts";
import { targetsOf } from "./targets.ts";

/**
 * When it is done the aliases lead to the collections of this embedder, and these hold all that any other one held. Until
 * then the older ones answer. An interruption anywhere is made good by the next call. Answers how many texts were brought
 * over. Throws as `storing` and the embedder do.
 */
export async function openCollections(carrier: Carrier): Promise<number> {
  const { qdrant, access, embedder } = carrier;
  // An alias leads to nothing but a collection that was there, and was complete, when it was switched.
  const isPublished = await arePublished(qdrant, access, embedder);
  if (!isPublished) await storing(access, () => ensure(qdrant, access, embedder));
  const others = await othersOf(carrier);
  let carried = 0;
  for (const from of others) carried += await carryOver(from, carrier);
  if (!isPublished) await storing(access, () => publish(qdrant, embedder));
  for (const { queries, outcomes } of others) {
    // Who had looked before the switch may have written behind the first round's back.
    carried += await carryOver({ queries, outcomes }, carrier);
    // In this order: what is still listed is cleared away by the next call.
    await storing(access, () => qdrant.deleteCollection(outcomes));
    await storing(access, () => qdrant.deleteCollection(queries));
  }
  return carried;
}

/** Whether the aliases lead to this embedder's collections. */
export async function arePublished(qdrant: QdrantClient, access: QdrantAccess, made: Made): Promise<boolean> {
  const targets = await storing(access, () => targetsOf(qdrant));
  return MEMORIES.every((memory) => targets[memory] === collectionOf(memory, made));
}

async function ensure(qdrant: QdrantClient, access: QdrantAccess, made: Made): Promise<void> {
  for (const memory of MEMORIES) {
    await ensureCollection(qdrant, access, {
      name: collectionOf(memory, made),
      dimension: made.dimension,
      sparse: false,
      indexed: INDEXED[memory],
      advice: "delete it, and it is made again",
    });
  }
}

/** Pairs of collections that were made with other embedders, or in another form. */
async function othersOf({ qdrant, access, embedder }: Carrier) {
  const { collections } = await storing(access, () => qdrant.getCollections());
  const own = collectionOf("routing_queries", embedder);
  return collections
    .map(({ name }) => name)
    .filter((name) => name.startsWith(prefixOf("routing_queries")) && name !== own)
    .sort()
    .map((queries) => ({ queries, outcomes: siblingOf(queries, "routing_outcomes") }));
}

async function publish(qdrant: QdrantClient, made: Made): Promise<void> {
  const targets = await targetsOf(qdrant);
  const switched = MEMORIES.filter((memory) => targets[memory] !== collectionOf(memory, made));
  if (switched.length === 0) return;
  for (const memory of MEMORIES) {
    const target = targets[memory];
    if (target === undefined || target.startsWith(prefixOf(memory))) continue;
    throw new PermanentError(`alias ${memory} leads to ${target}, which this school did not make: remove the alias`);
  }
  const create = (alias_name: Memory) => ({
    create_alias: { collection_name: collectionOf(alias_name, made), alias_name },
  });
  // One request, so that there is no moment without an answer.
  await qdrant.updateCollectionAliases({
    actions: switched.flatMap((alias_name) => [
      ...(targets[alias_name] === undefined ? [] : [{ delete_alias: { alias_name } }]),
      create(alias_name),
    ]),
  });
}
