/** What is measured of notifications: how many went where, and which channel is in trouble. */
import { channelStates } from "../../shared/pipeline/notification-overview.ts";
import type { Sink } from "./metrics.ts";
import type { School } from "./school.ts";

const FIELD = /^notified:([a-z0-9-]+):([a-z_]+):([a-z-]+)$/;

export async function collectNotifications(
  { redis, keys }: Pick<School, "redis" | "keys">,
  counters: ReadonlyMap<string, number>,
  sink: Sink,
): Promise<void> {
  const told = [...counters].flatMap(([field, count]) => {
    const [, channel, event, result] = FIELD.exec(field) ?? [];
    if (channel === undefined || event === undefined || result === undefined) return [];
    return [[{ channel, event, result }, count] as const];
  });
  sink.counter(
    "school_notifications_total",
    "Notifications by channel, event and what an attempt came to: sent, not-sent, unclear, unknown, failed",
    told,
  );
  const channels = await channelStates(redis, keys);
  sink.gauge(
    "school_notifications_waiting",
    "Notifications that wait for a channel, those of digests among them",
    channels.map(({ name, waiting }) => [{ channel: name }, waiting]),
  );
  sink.gauge(
    "school_notification_channel_failing",
    "1 while the last attempt on a channel failed",
    channels.map(({ name, state }) => [{ channel: name }, state === "failing" ? 1 : 0]),
  );
}
