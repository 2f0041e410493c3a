/** The routes about what people are told. */
import * as z from "zod";
import { NotificationsQuery, NotificationTestBody } from "../api/notifications.ts";
import type { Operation } from "./operation.ts";
import { Time } from "./schemas.ts";

const count = z.int().min(0);
const Channel = z
  .looseObject({
    name: z.string(),
    kind: z.string().describe("log, slack, webhook, mail or github"),
    state: z.enum(["ok", "failing", "unused"]).describe("`failing`: it is tried again"),
    waiting: count.describe("notifications that wait for it, those of digests among them"),
    sent: Time.nullable(),
    failed: Time.nullable(),
    because: z.string().nullable().describe("of the last failure, also when it is over"),
    failures: count.describe("in a row"),
    heldMs: z.number().min(0).describe("until it is tried again; 0: it is not held"),
  })
  .meta({ id: "NotificationChannel" });
const Row = z
  .looseObject({
    at: Time,
    channel: z.string(),
    event: z.string().describe("a status, `breaker`, or what a notice is about"),
    result: z
      .string()
      .describe(
        "`sent`; `not-sent` and `unclear`, which are tried again; `failed`; `unknown`: sent twice, never answered",
      ),
    headline: z.string(),
    count: count.describe("notifications in this message"),
    improvements: z.array(z.string()).describe("the first 20"),
    because: z.string().optional(),
  })
  .meta({ id: "SentNotification" });
const Notifications = z.looseObject({ channels: z.array(Channel), sent: z.array(Row) }).meta({ id: "Notifications" });
const TestAsked = z
  .looseObject({ event: z.string(), channel: z.string().nullable() })
  .meta({ id: "NotificationTestAsked" });
const Telling = z
  .looseObject({
    event: z.string(),
    channels: z
      .array(z.looseObject({ channel: z.string(), state: z.string(), because: z.string().nullable() }))
      .describe("none: `notify` has not looked at it yet, or nobody is told"),
    refused: z.string().nullable().describe("why it lies among the dead letters"),
  })
  .meta({ id: "Telling" });

const time = "2026-01-31T08:00:00.000Z";
const event = "5b8f6f3e-3f55-4f0e-9d7e-6f0c3c9f0a11";

export const notificationRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/notifications",
    id: "listNotifications",
    area: "Operating",
    role: "viewer",
    summary: "What people were told lately, and how the channels do",
    query: NotificationsQuery,
    answer: {
      description: "The channels by name, the messages newest first; at most 500 are kept",
      schema: Notifications,
      example: {
        channels: [
          {
            name: "slack",
            kind: "slack",
            state: "failing",
            waiting: 2,
            sent: time,
            failed: time,
            because: "it answered 503",
            failures: 1,
            heldMs: 1_500,
          },
        ],
        sent: [
          {
            at: time,
            channel: "slack",
            event: "held",
            result: "sent",
            headline: "Needs you now: “Set limits” (0123456789abcdef) is live but undecided",
            count: 1,
            improvements: ["0123456789abcdef"],
          },
        ],
      },
    },
  },
  {
    method: "post",
    path: "/api/notifications/test",
    id: "testNotifications",
    area: "Operating",
    role: "operator",
    summary: "Send a test message",
    description: "To one channel, or to every one there is, whatever the rules say.",
    body: { required: false, schema: NotificationTestBody, example: { channel: "slack" } },
    answer: {
      status: 202,
      description: "The event that will do it",
      schema: TestAsked,
      example: { event, channel: "slack" },
    },
  },
  {
    method: "get",
    path: "/api/notifications/events/:event",
    id: "getTelling",
    area: "Operating",
    role: "viewer",
    summary: "How far the notification of one event is",
    answer: {
      description: "Per channel: waiting, sending or unclear while it is under way; sent, unknown or failed at its end",
      schema: Telling,
      example: { event, channels: [{ channel: "slack", state: "sent", because: null }], refused: null },
    },
    problems: [404],
  },
];
