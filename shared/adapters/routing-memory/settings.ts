/** What the router's memory reads from the environment, beside Qdrant's and the embedder's own settings. */
import * as z from "zod";
import { type Environment, readSettings } from "../../runtime/config.ts";

const Variables = z.object({
  /** Cosine from which two improvements count as the same kind, over every measured one. */
  NEIGHBOUR_THRESHOLD: z.coerce.number().min(0).max(1).optional(),
});

/** Undefined: what was measured, by embedder. Throws ConfigurationError. */
export function chosenThreshold(env: Environment): number | undefined {
  return readSettings(Variables, env).NEIGHBOUR_THRESHOLD;
}
