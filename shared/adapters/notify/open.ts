/** The channels of `notify`: those the environment gives, and those the rules name beside them. */
import type { Logger } from "pino";
import type { Channel, ChannelKind, Threads } from "../../notify-ports.ts";
import { ConfigurationError, type Environment } from "../../runtime/config.ts";
import { logChannel } from "./log.ts";
import { addressesIn, isAddress, type NotifyVariables, notifyVariables } from "./settings.ts";

/** A channel of its own name, as the rules have it. */
export interface WantedChannel {
  readonly name: string;
  readonly kind: ChannelKind;
  readonly to?: string | undefined;
  readonly perMinute?: number | undefined;
}

export interface ChannelTools {
  readonly log: Pick<Logger, "info">;
  readonly threads: Threads;
}

/** Names of the channels the environment gives; the log is always there. Throws ConfigurationError. */
export function configuredKinds(env: Environment): ChannelKind[] {
  const read = notifyVariables(env);
  return [
    "log",
    ...((read.SLACK_WEBHOOK_URL ?? read.SLACK_BOT_TOKEN) ? (["slack"] as const) : []),
    ...(read.NOTIFY_WEBHOOK_URL ? (["webhook"] as const) : []),
    ...(read.SMTP_URL ? (["mail"] as const) : []),
    ...(read.NOTIFY_GITHUB_TOKEN ? (["github"] as const) : []),
  ];
}

/**
 * Opens nothing; what a channel needs is loaded with its first message. `wanted` of a name the environment gives changes that
 * channel. Throws ConfigurationError.
 */
export function openChannels(env: Environment, tools: ChannelTools, wanted: readonly WantedChannel[] = []): Channel[] {
  const read = notifyVariables(env);
  const given = configuredKinds(env);
  const problems = wanted.flatMap((one) => problemOf(one, read, given));
  if (problems.length > 0) throw new ConfigurationError(problems);
  const own = given.filter((kind) => !wanted.some(({ name }) => name === kind));
  const all: WantedChannel[] = [...own.map((kind) => ({ name: kind, kind })), ...wanted];
  return all.map((one) => channelOf(one, read, env, tools));
}

function problemOf({ name, kind, to }: WantedChannel, read: NotifyVariables, given: readonly ChannelKind[]): string[] {
  const at = `NOTIFY_RULES: channels.${name}`;
  if (!given.includes(kind)) return [`${at}: nothing in the environment gives a channel of kind ${kind}`];
  if (to === undefined) return [];
  if (kind === "mail") return addressesIn(to).every(isAddress) ? [] : [`${at}.to: must be addresses of mail`];
  if (kind === "slack" && read.SLACK_BOT_TOKEN !== undefined) return [];
  if (kind === "slack") return [`${at}.to: a webhook writes where it was made for; only SLACK_BOT_TOKEN can choose`];
  return [`${at}.to: a channel of kind ${kind} has no such choice`];
}

function channelOf(
  wanted: WantedChannel,
  read: NotifyVariables,
  env: Environment,
  { log, threads }: ChannelTools,
): Channel {
  const { name, kind, to, perMinute } = wanted;
  const pace = perMinute === undefined ? {} : { everyMs: Math.ceil(60_000 / perMinute) };
  switch (kind) {
    case "log":
      return { ...logChannel(log), name };
    case "slack": {
      const {
        SLACK_BOT_TOKEN: token,
        SLACK_WEBHOOK_URL: url = "",
        SLACK_CHANNEL: place = "",
        SLACK_API_URL: apiUrl,
      } = read;
      const facts = { name, kind, repeatable: false, everyMs: 1_000, ...pace };
      if (token === undefined) {
        return loaded({ ...facts, threads: false }, async () =>
          (await import("./slack-webhook.ts")).slackWebhook({ name, url }),
        );
      }
      return loaded({ ...facts, threads: true }, async () =>
        (await import("./slack-bot.ts")).slackBot({ name, token, to: to ?? place, threads, apiUrl }),
      );
    }
    case "webhook": {
      const { NOTIFY_WEBHOOK_URL: url = "", NOTIFY_WEBHOOK_SECRET: secret = "" } = read;
      return loaded({ name, kind, threads: false, repeatable: true, everyMs: 100, ...pace }, async () =>
        (await import("./webhook.ts")).webhook({ name, url, secret }),
      );
    }
    case "mail": {
      const { SMTP_URL: url = "", NOTIFY_MAIL_FROM: from = "", NOTIFY_MAIL_TO: all = [] } = read;
      return loaded({ name, kind, threads: true, repeatable: false, everyMs: 1_000, ...pace }, async () =>
        (await import("./mail.ts")).mail({ name, url, from, to: to === undefined ? all : addressesIn(to) }),
      );
    }
    case "github":
      return loaded({ name, kind, threads: true, repeatable: true, everyMs: 500, ...pace }, async () => {
        const [{ gitHubChannel }, { gitHubSettings }] = await Promise.all([
          import("./github.ts"),
          import("../github/settings.ts"),
        ]);
        const { GITOPS_REPO, GITHUB_API_URL } = env;
        const settings = gitHubSettings({ GITOPS_REPO, GITHUB_API_URL, GITOPS_TOKEN: read.NOTIFY_GITHUB_TOKEN });
        return gitHubChannel({ name, settings });
      });
  }
}

/** What loading throws is a fault of ours or of the settings, and says nothing about the message. */
function loaded(facts: Omit<Channel, "send">, load: () => Promise<Channel>): Channel {
  let channel: Promise<Channel> | undefined;
  return {
    ...facts,
    async send(message, signal) {
      channel ??= load();
      return (await channel).send(message, signal);
    },
  };
}
