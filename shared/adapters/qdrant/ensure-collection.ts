/** A collection as it is wanted: made where it is not there, completed where a start was interrupted. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import { PermanentError } from "../../runtime/errors.ts";
import { faultOf } from "./faults.ts";
import { DENSE, SPARSE } from "./names.ts";
import type { QdrantAccess } from "./settings.ts";

export interface WantedCollection {
  readonly name: string;
  /** Of its dense vectors, which are compared by their cosine. */
  readonly dimension: number;
  /** Whether texts are found by their words as well. */
  readonly sparse: boolean;
  /** Fields of the payload that filters ask for, with the type of their index. */
  readonly indexed: Readonly<Record<string, "keyword" | "bool" | "integer" | "datetime">>;
  /** What a person does with a collection of this name that has another form. */
  readonly advice: string;
}

/** Throws what the client throws, and PermanentError for one with other vectors. */
export async function ensureCollection(
  qdrant: QdrantClient,
  access: QdrantAccess,
  { name, dimension, sparse, indexed, advice }: WantedCollection,
): Promise<void> {
  const { exists } = await qdrant.collectionExists(name);
  if (!exists) await create(qdrant, access, name, dimension, sparse);
  const { config, payload_schema } = await qdrant.getCollection(name);
  const size = sizeOf(config.params.vectors);
  if (size !== dimension) {
    throw new PermanentError(
      `collection ${name} has vectors of ${size ?? "no"} values instead of ${dimension}: ${advice}`,
    );
  }
  for (const [field_name, field_schema] of Object.entries(indexed)) {
    if (payload_schema[field_name] !== undefined) continue;
    await qdrant.createPayloadIndex(name, { field_name, field_schema, wait: true });
  }
}

async function create(
  qdrant: QdrantClient,
  access: QdrantAccess,
  name: string,
  size: number,
  sparse: boolean,
): Promise<void> {
  try {
    await qdrant.createCollection(name, {
      vectors: { [DENSE]: { size, distance: "Cosine" } },
      ...(sparse ? { sparse_vectors: { [SPARSE]: { modifier: "idf" } } } : {}),
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
