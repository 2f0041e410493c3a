/** Asks the stage `index` to look at something: one event, however many ask. */
import type { Redis } from "ioredis";
import { newEvent, REPOSITORY_CHANGED, type RepositoryData } from "../domain/events.ts";
import { cleanLine } from "../domain/text.ts";
import type { OperatorScripts } from "./scripts/load-operator.ts";
import { redisNow } from "./services.ts";

export interface IndexRequest {
  /** The event that will do it. */
  readonly event: string;
  /** False: somebody asked before, and that is still waiting. */
  readonly isNew: boolean;
  /** Milliseconds since the epoch, by Redis's clock: a run that begins later has seen all there was. */
  readonly at: number;
}

/** `by`: who asks, as it stands in the event's source. */
export async function requestIndex(
  redis: Redis,
  scripts: Pick<OperatorScripts, "schoolRequestIndex">,
  { source, because, by }: RepositoryData & { readonly by: string },
): Promise<IndexRequest> {
  const at = await redisNow(redis);
  const event = newEvent(REPOSITORY_CHANGED, by, at, { source, because: cleanLine(because).slice(0, 300) });
  const reply = await scripts.schoolRequestIndex(JSON.stringify(event), source);
  const [id, added] = reply as readonly [string, number];
  return { event: id, isNew: added === 1, at };
}
