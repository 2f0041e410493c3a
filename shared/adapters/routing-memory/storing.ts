/** Writes of the router's memory, whose collections another process may replace at any time. */
import { RetryLater } from "../../runtime/errors.ts";
import { faultOf, written } from "../qdrant/faults.ts";
import type { QdrantAccess } from "../qdrant/settings.ts";

const AGAIN_MS = 2_000;

/** Throws as `written` does; a collection that is gone has been replaced, or is made again by the next try. */
export async function storing<Result>(access: QdrantAccess, request: () => Promise<Result>): Promise<Result> {
  return await written(access, async () => {
    try {
      return await request();
    } catch (error) {
      const { kind, because } = faultOf(error, access);
      if (kind === "missing") throw new RetryLater(`the router's memory was replaced meanwhile: ${because}`, AGAIN_MS);
      throw error;
    }
  });
}
