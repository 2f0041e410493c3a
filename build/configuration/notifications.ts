/** Whom people are told by, and how often. */
import type { Variable } from "./variable.ts";

export const notifications: readonly Variable[] = [
  {
    names: ["NOTIFY_RULES"],
    default:
      "what needs people goes to Slack and mail at once, what went well every hour; all of it to the log, the webhook and GitHub",
    readBy: "notify",
    what: "a YAML file of rules: which event goes to which channel; [an example](samples/notify-rules.yaml)",
  },
  {
    names: ["NOTIFY_GROUP_SECONDS"],
    default: "`10`",
    readBy: "notify",
    what: "what belongs together within so many seconds becomes one message, 600 at most; `0`: none",
  },
  {
    names: ["SCHOOL_PUBLIC_URL"],
    default: "–",
    readBy: "notify, coordinator",
    what: "where people find the dashboard, for links in messages; with `https` its cookies are for https only",
  },
  {
    names: ["SLACK_WEBHOOK_URL"],
    part: true,
    default: "–",
    readBy: "notify",
    what: "an incoming webhook of Slack; without threads. With `SLACK_BOT_TOKEN` it is not used",
  },
  {
    names: ["SLACK_BOT_TOKEN", "SLACK_CHANNEL"],
    part: true,
    default: "–",
    readBy: "notify",
    what: "a bot with the right `chat:write`, and the channel it is in (`#name` or its id): a thread per improvement",
  },
  {
    names: ["SLACK_API_URL"],
    part: true,
    default: "Slack's",
    readBy: "notify",
    what: "of another Slack, as GovSlack: `https://slack-gov.com/api/`",
  },
  {
    names: ["NOTIFY_WEBHOOK_URL"],
    part: true,
    default: "–",
    readBy: "notify",
    what: "any server that takes CloudEvents in structured mode; user and password in it become basic authentication",
  },
  {
    names: ["NOTIFY_WEBHOOK_SECRET"],
    part: true,
    default: "–",
    readBy: "notify",
    what: "signs what is posted there, as Standard Webhooks has it (`webhook-id`, `webhook-timestamp`, `webhook-signature`); 16 signs or more, base64 after `whsec_`",
  },
  {
    names: ["SMTP_URL"],
    part: true,
    default: "–",
    readBy: "notify",
    what: "`smtp://host:port` or `smtps://user:password@host`; with a password only encrypted",
  },
  {
    names: ["NOTIFY_MAIL_FROM", "NOTIFY_MAIL_TO"],
    part: true,
    default: "–",
    readBy: "notify",
    what: "an address, and up to 50 separated by commas",
  },
  {
    names: ["NOTIFY_GITHUB_TOKEN"],
    part: true,
    default: "–",
    readBy: "notify",
    what: "sets the commit status `cortex-school/verification` and comments on pull requests of `GITOPS_REPO`; needs `statuses: write` and `pull requests: write`, and nothing else",
  },
];
