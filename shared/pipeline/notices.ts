/** Tells an observer something that is not about one improvement: `retrain` goes to learn, all else to people, by notify. */
import type { Redis } from "ioredis";
import { NOTICE, type Notice, Notice as NoticeSchema, newEvent } from "../domain/events.ts";
import { cleanLine } from "../domain/text.ts";
import type { Keys } from "./keys.ts";
import { redisNow } from "./services.ts";

/** What an event about it may hold. */
const MOST_TEXT = 600;

/**
 * Pushes one event; its text is cut to what an event may hold. `by`: who tells, as it stands in the event's source. Throws
 * ZodError when the notice is none, and what Redis says.
 */
export async function sendNotice(redis: Redis, keys: Keys, notice: Notice, by = "school"): Promise<void> {
  const data = NoticeSchema.parse({ ...notice, text: cleanLine(notice.text).slice(0, MOST_TEXT) });
  const event = newEvent(NOTICE, by, await redisNow(redis), data);
  await redis.lpush(keys.list(data.about === "retrain" ? "learn" : "notify"), JSON.stringify(event));
}
