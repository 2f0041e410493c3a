/**
 * Slack by a bot's token: a thread per improvement. Its first message is the thread's root, which is brought up to the
 * newest state with every further one; those are replies. Needs the right `chat:write`, and the bot in the channel.
 */
import { ErrorCode, type WebAPICallError, WebClient } from "@slack/web-api";
import type { Channel, Message, Receipt, Threads } from "../../notify-ports.ts";
import { answered, said, TIMEOUT_MS, withoutAnswer } from "./faults.ts";
import { slackText } from "./slack-blocks.ts";
import { SLACK_EVERY_MS } from "./slack-webhook.ts";

export interface SlackBot {
  readonly name: string;
  readonly token: string;
  /** `#name` or an id. */
  readonly to: string;
  readonly threads: Threads;
  readonly apiUrl?: string | undefined;
  readonly everyMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Somebody deleted the root: the next message begins a thread anew. */
const ROOT_GONE = /^(message_not_found|thread_not_found|cant_update_message|channel_not_found|edit_window_closed)$/;
/** Slack's own trouble; everything else it names is the sender's. */
const PASSING =
  /^(ratelimited|rate_limited|internal_error|fatal_error|service_unavailable|request_timeout|team_added_to_org)$/;

const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet, setLevel: quiet, setName: quiet, getLevel };

export function slackBot({ name, token, to, threads, apiUrl, everyMs = SLACK_EVERY_MS, timeoutMs }: SlackBot): Channel {
  function client(signal: AbortSignal): WebClient {
    return new WebClient(token, {
      ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
      logger: silent as unknown as NonNullable<ConstructorParameters<typeof WebClient>[1]>["logger"] & object,
      // Who tries again, and when, is decided by all pods together.
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      fetch: (url, init) => {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS)]);
        return fetch(url, { ...init, redirect: "manual", signal: limit } as RequestInit);
      },
    });
  }

  async function deliver(message: Message, slack: WebClient): Promise<void> {
    const content = { ...slackText(message), blocks: [...slackText(message).blocks] as never[] };
    const quietly = { unfurl_links: false, unfurl_media: false };
    const known = message.thread === undefined ? undefined : await threads.thread(name, message.thread);
    if (known !== undefined && message.thread !== undefined) {
      // First what may be done twice, so that the reply is all that decides.
      if (await updated(slack, known, content)) {
        await slack.chat.postMessage({ channel: known.place, thread_ts: known.root, ...content, ...quietly });
        return;
      }
      await threads.keepThread(name, message.thread, undefined);
    }
    const { channel, ts } = await slack.chat.postMessage({ channel: to, ...content, ...quietly });
    if (message.thread !== undefined && channel !== undefined && ts !== undefined)
      await threads.keepThread(name, message.thread, { place: channel, root: ts });
  }

  return {
    name,
    kind: "slack",
    threads: true,
    repeatable: false,
    everyMs,
    async send(message, signal) {
      try {
        await deliver(message, client(signal));
        return { kind: "sent" };
      } catch (error) {
        return receiptOf(error, [token]);
      }
    },
  };
}

/** False: the root is not there any more. */
async function updated(
  slack: WebClient,
  { place, root }: { readonly place: string; readonly root: string },
  content: { readonly text: string; readonly blocks: never[] },
): Promise<boolean> {
  try {
    await slack.chat.update({ channel: place, ts: root, ...content });
    return true;
  } catch (error) {
    const { code, data } = error as { code?: unknown; data?: { error?: string } };
    if (code === ErrorCode.PlatformError && ROOT_GONE.test(data?.error ?? "")) return false;
    throw new BeforeSending(error);
  }
}

/** The update failed; the message itself was not tried. */
class BeforeSending extends Error {
  constructor(cause: unknown) {
    super("the thread's root could not be brought up to date", { cause });
    this.name = "BeforeSending";
  }
}

function receiptOf(error: unknown, secrets: readonly string[]): Receipt {
  if (error instanceof BeforeSending) {
    const { kind, ...receipt } = receiptOf(error.cause, secrets);
    return { ...receipt, kind: kind === "refused" ? kind : "not-sent", because: receipt.because ?? error.message };
  }
  const known = error as WebAPICallError;
  switch (known.code) {
    case ErrorCode.RateLimitedError:
      return { kind: "not-sent", because: "Slack limits how much may be sent", afterMs: known.retryAfter * 1_000 };
    case ErrorCode.HTTPError:
      return answered(known.statusCode, known.headers, said(String(known.body ?? ""), secrets));
    case ErrorCode.PlatformError: {
      // A page instead of an answer: a proxy's, or one that was cut short.
      if (!/^[a-z0-9_]{1,60}$/.test(known.data.error)) break;
      const because = `Slack says ${said(known.data.error, secrets)}`;
      return PASSING.test(known.data.error) ? { kind: "not-sent", because } : { kind: "refused", because };
    }
    case ErrorCode.RequestError:
      return withoutAnswer(known.original);
  }
  // A 429 that does not say for how long is no error of a code.
  if (error instanceof Error && error.message.startsWith("Retry header")) {
    return { kind: "not-sent", because: "Slack limits how much may be sent" };
  }
  return { kind: "unclear", because: "its answer could not be read" };
}

function quiet(): void {
  // What goes wrong is in the receipt, without the token.
}

function getLevel(): string {
  return "error";
}
