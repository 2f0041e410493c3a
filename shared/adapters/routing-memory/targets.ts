/** Where the two aliases lead. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Memory } from "./names.ts";

export type Targets = Readonly<Record<Memory, string | undefined>>;

/** Throws what the client throws. */
export async function targetsOf(qdrant: Pick<QdrantClient, "getAliases">): Promise<Targets> {
  const { aliases } = await qdrant.getAliases();
  const of = (memory: Memory) => aliases.find(({ alias_name }) => alias_name === memory)?.collection_name;
  return { routing_queries: of("routing_queries"), routing_outcomes: of("routing_outcomes") };
}
