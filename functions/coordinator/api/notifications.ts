/** /api/notifications: what was told to people lately, how the channels do, and trying one. */
import { Hono } from "hono";
import * as z from "zod";
import { noticeEvent } from "../../../shared/pipeline/notices.ts";
import { channelStates, lastNotifications, tellingOf } from "../../../shared/pipeline/notification-overview.ts";
import { redisNow } from "../../../shared/pipeline/services.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, Limit, needs, queryOf } from "../request.ts";
import type { School } from "../school.ts";

const CHANNEL = "the name of a channel: small letters, digits and dashes";
export const NotificationsQuery = z.strictObject({ limit: Limit(50, 500) });
export const NotificationTestBody = z.strictObject({
  channel: z
    .string(CHANNEL)
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, CHANNEL)
    .optional()
    .describe("every channel unless given"),
});

export function notificationsApi({ redis, keys, tokens, deadLetters, wake, log }: School): Hono<Env> {
  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) => {
      const { limit } = queryOf(context, NotificationsQuery);
      const [channels, sent] = await Promise.all([channelStates(redis, keys), lastNotifications(redis, keys, limit)]);
      return context.json({ channels, sent });
    })
    .post("/test", needs(tokens, "operator"), async (context) => {
      const { channel } = await bodyOf(context, NotificationTestBody);
      const { name: by } = context.get("person");
      const event = noticeEvent(
        { about: "test", text: `${by} tries the notifications`, facts: channel === undefined ? {} : { channel } },
        "coordinator",
        await redisNow(redis),
      );
      await redis.lpush(keys.list("notify"), JSON.stringify(event));
      wake("notify");
      log.info({ by, channel, event: event.id }, "somebody tries the notifications");
      return context.json({ event: event.id, channel: channel ?? null }, 202);
    })
    .get("/events/:event", needs(tokens, "viewer"), async (context) => {
      const event = context.req.param("event");
      if (!/^[\w:.-]{1,300}$/.test(event)) throw new Problem(404, "No event has such an id.");
      const channels = await tellingOf(redis, keys, event);
      // A message for a channel that is not there ends among the dead letters.
      const refused = channels === undefined ? await refusedIn(event) : null;
      return context.json({ event, channels: channels ?? [], refused });
    });

  async function refusedIn(event: string): Promise<string | null> {
    const { letters } = await deadLetters.page({ stage: "notify", limit: 100 });
    return letters.find((letter) => letter.event === event)?.reason ?? null;
  }
}
