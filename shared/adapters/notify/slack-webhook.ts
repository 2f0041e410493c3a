/**
 * Slack's incoming webhook: one channel, chosen where the webhook was made, and neither threads nor updates. About one message
 * a second (docs.slack.dev, Rate limits).
 */
import type { Channel, Receipt } from "../../notify-ports.ts";
import { post } from "./faults.ts";
import { slackText } from "./slack-blocks.ts";

export const SLACK_EVERY_MS = 1_000;

export interface SlackWebhook {
  readonly name: string;
  readonly url: string;
  readonly everyMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

export function slackWebhook({ name, url, everyMs = SLACK_EVERY_MS, timeoutMs }: SlackWebhook): Channel {
  // The path is the secret.
  const secrets = [url, new URL(url).pathname];
  return {
    name,
    kind: "slack",
    threads: false,
    repeatable: false,
    everyMs,
    send(message, signal): Promise<Receipt> {
      const body = JSON.stringify({ ...slackText(message), unfurl_links: false, unfurl_media: false });
      return post({ url, headers: { "content-type": "application/json" }, body, secrets, timeoutMs }, signal);
    },
  };
}
