/**
 * Any server that takes CloudEvents 1.0 in structured mode (CloudEvents HTTP binding, section 3.2), signed as Standard
 * Webhooks 1.0 has it: HMAC-SHA256 over id, timestamp and body. The id stays when a message is sent again.
 */
import { createHmac } from "node:crypto";
import type { Channel, Message } from "../../notify-ports.ts";
import { post } from "./faults.ts";

export interface WebhookSettings {
  readonly name: string;
  readonly url: string;
  /** As it is, or base64 after `whsec_`. */
  readonly secret: string;
  readonly everyMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

const EVERY_MS = 100;

export function webhook({
  name,
  url,
  secret,
  everyMs = EVERY_MS,
  timeoutMs,
  clock = Date.now,
}: WebhookSettings): Channel {
  const { pathname, search, username, password } = new URL(url);
  const secrets = [secret, url, search, password, ...(pathname.length > 1 ? [pathname] : [])];
  const address = new URL(url);
  address.username = "";
  address.password = "";
  const authorization =
    username === "" && password === ""
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`,
        };
  return {
    name,
    kind: "webhook",
    threads: false,
    repeatable: true,
    everyMs,
    send(message, signal) {
      const body = JSON.stringify(eventOf(message));
      const seconds = Math.floor(clock() / 1_000);
      const headers = {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "user-agent": "cortex-online-school",
        "webhook-id": message.id,
        "webhook-timestamp": String(seconds),
        "webhook-signature": signature(secret, message.id, seconds, body),
        ...authorization,
      };
      return post({ url: address.href, headers, body, secrets, timeoutMs }, signal);
    },
  };
}

/** `v1,` and base64. */
export function signature(secret: string, id: string, seconds: number, body: string): string {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : Buffer.from(secret);
  return `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64")}`;
}

function eventOf({ id, event, severity, headline, lines, link, thread, notifications, again }: Message) {
  return {
    specversion: "1.0",
    id,
    source: "/cortex-online-school/notify",
    type: `ai.cortex.school.notification.${event}`,
    ...(thread === undefined ? {} : { subject: thread }),
    time: notifications.at(-1)?.at ?? new Date(0).toISOString(),
    datacontenttype: "application/json",
    data: {
      event,
      severity,
      headline,
      lines,
      ...(link === undefined ? {} : { link }),
      again,
      notifications: notifications.map(({ id: occurrence, event: told, at, headline: said, lines: facts, subject }) => {
        return {
          id: occurrence,
          event: told,
          at,
          headline: said,
          lines: facts,
          ...(subject === undefined ? {} : { subject }),
        };
      }),
    },
  };
}
