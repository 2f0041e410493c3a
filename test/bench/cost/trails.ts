/** What the trails of improvements say of time: how long each stage was waited for, and how long it worked. */
import type { Redis } from "ioredis";
import type { Status } from "../../../shared/domain/lifecycle.ts";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { ownerOf } from "../../../shared/stages.ts";

export interface Step {
  readonly stage: string;
  /** Milliseconds from the status that calls the stage to the stage taking it, and from then on to the next status. */
  readonly waited: number;
  readonly worked: number;
  readonly endedAt: number;
}

/** Steps of the stages; what people decide is none. */
export async function stepsOf(redis: Redis, id: string): Promise<Step[]> {
  const entries = await redis.xrange(keysOf().trail(id), "-", "+");
  const steps: Step[] = [];
  let before: number | undefined;
  for (const [entry, flat] of entries) {
    const at = Number(entry.split("-")[0]);
    const fields = Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ""]] : [])));
    const stage = ownerOf(fields["from"] as Status);
    const taken = Date.parse(fields["taken_at"] ?? "");
    if (stage !== undefined && before !== undefined && fields["by"] === stage && Number.isFinite(taken)) {
      const from = Math.max(before, taken);
      steps.push({ stage, waited: from - before, worked: at - from, endedAt: at });
    }
    before = at;
  }
  return steps;
}
