/** Tells an observer something that is not about one improvement: `retrain` goes to learn, all else to people, by notify. */
import type { Redis } from "ioredis";
import { NOTICE, type Notice, Notice as NoticeSchema, newEvent, type SchoolEvent } from "../domain/events.ts";
import { cleanLine } from "../domain/text.ts";
import type { Keys } from "./keys.ts";
import { redisNow } from "./services.ts";

/** What an event about it may hold. */
const MOST_TEXT = 600;

/** `by`: who tells, as it stands in the event's source. The text is cut to what an event may hold. Throws ZodError. */
export function noticeEvent(notice: Notice, by: string, now: number): SchoolEvent<Notice> {
  const data = NoticeSchema.parse({ ...notice, text: cleanLine(notice.text).slice(0, MOST_TEXT) });
  return newEvent(NOTICE, by, now, data);
}

/** Pushes one event. Throws ZodError when the notice is none, and what Redis says. */
export async function sendNotice(redis: Redis, keys: Keys, notice: Notice, by = "school"): Promise<void> {
  const event = noticeEvent(notice, by, await redisNow(redis));
  await redis.lpush(keys.list(notice.about === "retrain" ? "learn" : "notify"), JSON.stringify(event));
}
