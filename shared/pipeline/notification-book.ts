/** The book of what is told to people, in Redis: one order per channel for all pods of `notify`. */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Notification } from "../domain/notification.ts";
import type { Message, NotificationBook, TellingState, Thread } from "../notify-ports.ts";
import type { Keys } from "./keys.ts";
import { defineScripts } from "./scripts/define.ts";
import {
  beginNotificationScript,
  endNotificationScript,
  fileNotificationScript,
  notifyOnceScript,
  releaseNotificationsScript,
  takeNotificationsScript,
} from "./scripts/notifications.ts";

const scripts = {
  schoolNotifyFile: fileNotificationScript,
  schoolNotifyOnce: notifyOnceScript,
  schoolNotifyTake: takeNotificationsScript,
  schoolNotifyBegin: beginNotificationScript,
  schoolNotifyEnd: endNotificationScript,
  schoolNotifyRelease: releaseNotificationsScript,
};

/** Nobody adds to a thread that old. */
const THREAD_MS = 90 * 86_400_000;
const MOST_TEXT = 300;
const MOST_NAMED = 20;

/** One message, as people look back at it. */
export interface NotificationRow {
  readonly at: string;
  readonly channel: string;
  readonly event: string;
  /** `sent`, `not-sent` and `unclear` (it is tried again), `failed` or `unknown`. */
  readonly result: string;
  readonly headline: string;
  /** How many notifications it holds, and the first of the improvements they are about. */
  readonly count: number;
  readonly improvements: readonly string[];
  readonly because?: string;
}

export function notificationBook(redis: Redis, keys: Keys): NotificationBook {
  const run = defineScripts(redis, keys.prefix, scripts);
  return {
    async file(notification, lanes) {
      const flat = lanes.flatMap(({ channel, lane, windowMs }) => [channel, lane, Math.ceil(windowMs)]);
      const reply = await run.schoolNotifyFile(notification.id, JSON.stringify(notification), lanes.length, ...flat);
      return (reply as [TellingState, string, string][]).map(([state, wait, because], i) => ({
        channel: lanes[i]?.channel ?? "",
        state,
        waitMs: Number(wait),
        ...(because === "" ? {} : { because }),
      }));
    },
    async once(notification, channel) {
      const row = rowOf(channel, { ...notification, notifications: [notification] }, "sent");
      return (await run.schoolNotifyOnce(notification.id, channel, row, notification.event)) === 1;
    },
    async take(channel, leaseMs, most) {
      const token = randomUUID();
      const reply = (await run.schoolNotifyTake(channel, token, leaseMs, most)) as
        | [string, string, number, string][]
        | null;
      if (reply === null) return { kind: "later" };
      const due = reply.map(([json, lane, tries, went]) => {
        const notification = JSON.parse(json) as Notification;
        return { notification, lane, again: tries > 0, ...(went === "" ? {} : { went }) };
      });
      return { kind: "taken", token, due };
    },
    async begin(channel, token, leaseMs, { id, notifications }) {
      return (await run.schoolNotifyBegin(channel, token, leaseMs, id, ...notifications.map((one) => one.id))) === 1;
    },
    async end(channel, { receipt, message, repeatable, holdMs }) {
      const became = receipt.kind === "unclear" && repeatable ? "not-sent" : receipt.kind;
      const because = (receipt.because ?? "").slice(0, MOST_TEXT);
      const ids = message.notifications.map(({ id }) => id);
      const hold = holdMs === undefined ? "" : Math.ceil(holdMs);
      await run.schoolNotifyEnd(
        channel,
        became,
        because,
        hold,
        rowOf(channel, message, "", because),
        message.event,
        receipt.kind === "unclear" ? 1 : 0,
        ...ids,
      );
    },
    async release(channel, token) {
      await run.schoolNotifyRelease(channel, token);
    },
    async thread(channel, improvement) {
      const { place, root } = await redis.hgetall(keys.notifyThread(channel, improvement));
      return place === undefined || root === undefined ? undefined : { place, root };
    },
    async keepThread(channel: string, improvement: string, thread: Thread | undefined) {
      const key = keys.notifyThread(channel, improvement);
      if (thread === undefined) await redis.del(key);
      else
        await redis
          .multi()
          .hset(key, { ...thread })
          .pexpire(key, THREAD_MS)
          .exec();
    },
    async configured(channels) {
      const batch = redis.multi().del(keys.notifyChannels);
      for (const { name, kind } of channels) {
        batch.sadd(keys.notifyChannels, name).hset(keys.notifyChannel(name), "kind", kind);
      }
      await batch.exec();
    },
  };
}

/** `result` stands at its place even when only the script knows it. */
function rowOf(
  channel: string,
  { event, headline, notifications }: Pick<Message, "event" | "headline" | "notifications">,
  result: string,
  because = "",
): string {
  const improvements = [...new Set(notifications.flatMap(({ subject }) => subject?.id ?? []))].slice(0, MOST_NAMED);
  const row: NotificationRow = {
    at: new Date().toISOString(),
    channel,
    event,
    result,
    headline: headline.slice(0, MOST_TEXT),
    count: notifications.length,
    improvements,
    ...(because === "" ? {} : { because }),
  };
  return JSON.stringify(row);
}
