/** Where Qdrant is, and which key opens it for whom. */
import * as z from "zod";
import { type Environment, readSettings } from "../../runtime/config.ts";

/** What the adapters of Qdrant read from the environment. */
export const qdrantVariables = {
  /** http or https, with its port; 6333 unless the address names one, as every client of Qdrant has it. */
  QDRANT_URL: z.url({ protocol: /^https?$/, error: "must be an address such as http://qdrant:6333" }).optional(),
  /** Only where the index is written. */
  QDRANT_API_KEY: z.string().optional(),
  /** Everywhere else. */
  QDRANT_READ_ONLY_API_KEY: z.string().optional(),
};
const Variables = z.object(qdrantVariables);

export interface QdrantAccess {
  /** Undefined: there is no index. */
  readonly url: string | undefined;
  readonly key: string | undefined;
  /** The variable the key comes from, for messages. */
  readonly keyName: "QDRANT_API_KEY" | "QDRANT_READ_ONLY_API_KEY";
}

/** Throws ConfigurationError. */
export function writeAccess(env: Environment): QdrantAccess {
  const { QDRANT_URL, QDRANT_API_KEY } = readSettings(Variables, env);
  return { url: QDRANT_URL, key: QDRANT_API_KEY, keyName: "QDRANT_API_KEY" };
}

/** A reader is never given the key that writes, even where it is the only one. Throws ConfigurationError. */
export function readAccess(env: Environment): QdrantAccess {
  const { QDRANT_URL, QDRANT_READ_ONLY_API_KEY } = readSettings(Variables, env);
  return { url: QDRANT_URL, key: QDRANT_READ_ONLY_API_KEY, keyName: "QDRANT_READ_ONLY_API_KEY" };
}
