/** One improvement by its id, or the Problem that says why there is none. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import { Problem } from "./problem.ts";
import type { School } from "./school.ts";

/** Throws Problem 404, and 500 for a damaged record. */
export async function findImprovement({ redis, keys, records }: School, id: string): Promise<Improvement> {
  const type = await redis.type(keys.record(id));
  const missing = new Problem(404, `There is no improvement ${id}.`);
  // An id with a colon would name another key of the same record, such as its trail.
  if (type === "none" || id.includes(":")) throw missing;
  if (type !== "hash") {
    throw new Problem(500, `The key of improvement ${id} holds a ${type}; \`school doctor\` reports such keys.`);
  }
  try {
    const improvement = await records.get(id);
    if (improvement === undefined) throw missing;
    return improvement;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Problem(500, `The record of improvement ${id} is damaged: ${error.message}`);
  }
}
