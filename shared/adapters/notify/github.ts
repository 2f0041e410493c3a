/**
 * GitHub, where the change is: a commit status that goes from pending to success or failure, and in pull-request mode one
 * comment on the request that is brought up to date. Both may be done twice. The token needs `statuses: write` and, for comments,
 * `pull requests: write`, and nothing else.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { untrusted } from "../../domain/commit-message.ts";
import type { Notification, Told } from "../../domain/notification.ts";
import type { Channel, Receipt } from "../../notify-ports.ts";
import { RetryLater } from "../../runtime/errors.ts";
import { type GitHubClient, gitHubClient } from "../github/client.ts";
import { GitHubRefusal } from "../github/fates.ts";
import { requestBody } from "../github/markdown.ts";
import type { GitHubSettings } from "../github/settings.ts";
import { said } from "./faults.ts";

export const STATUS_CONTEXT = "cortex-school/verification";
/** GitHub takes 140 characters. */
const DESCRIPTION_MAX = 140;
const EVERY_MS = 500;
const PAGE = 100;
const MOST_PAGES = 10;

const STATES: Partial<Record<Told, "pending" | "success" | "failure" | "error">> = {
  implementation: "pending",
  held: "pending",
  verified: "success",
  rolling_back: "failure",
  failed: "failure",
  rollback_blocked: "failure",
  dead: "error",
};

export interface GitHubChannel {
  readonly name: string;
  readonly settings: GitHubSettings;
  readonly everyMs?: number | undefined;
}

export function gitHubChannel({ name, settings, everyMs = EVERY_MS }: GitHubChannel): Channel {
  const client = gitHubClient(settings);
  const { identity } = settings;
  const secrets = identity?.kind === "token" ? [identity.token] : [];
  // Nobody else can write what the school takes for a comment of its own.
  const seal = (id: string) =>
    createHash("sha256")
      .update([...secrets, id].join("\n"))
      .digest("hex")
      .slice(0, 24);
  return {
    name,
    kind: "github",
    threads: true,
    repeatable: true,
    everyMs,
    async send({ notifications }, signal) {
      let told = 0;
      try {
        for (const notification of newestOfEach(notifications))
          told += await tell({ client, seal }, notification, signal);
      } catch (error) {
        return receiptOf(error, signal, secrets);
      }
      return told > 0 ? { kind: "sent" } : { kind: "sent", because: "there is no commit or request to tell it at" };
    },
  };
}

interface At {
  readonly client: GitHubClient;
  /** What an improvement's comment is known by. */
  readonly seal: (id: string) => string;
}

/** How many places were told. */
async function tell({ client, seal }: At, notification: Notification, signal: AbortSignal): Promise<number> {
  const { event, subject, headline, link } = notification;
  const state = STATES[event];
  let told = 0;
  if (subject?.commit !== undefined && state !== undefined) {
    const { commit: sha } = subject;
    const description = untrusted(headline.replace(/^Needs you now: /, ""), DESCRIPTION_MAX);
    const status = { state, description, context: STATUS_CONTEXT, ...(link === undefined ? {} : { target_url: link }) };
    await client.ask({
      action: "set the status of a commit of",
      answer: z.object({ context: z.string() }),
      right: "statuses:write",
      expect: [404, 422],
      send: (send, at) => send("POST /repos/{owner}/{repo}/statuses/{sha}", { ...at, sha, ...status }),
      signal,
    });
    told += 1;
  }
  if (subject?.request !== undefined) {
    await comment({ client, seal }, subject.request.number, notification, signal);
    told += 1;
  }
  return told;
}

const Comments = z.array(z.object({ id: z.number(), body: z.string().nullish() }));

async function comment(
  { client, seal }: At,
  number: number,
  { headline, lines, link, subject }: Notification,
  signal: AbortSignal,
): Promise<void> {
  const marker = `<!-- cortex-school:${seal(subject?.id ?? "")} -->`;
  const text = [`**${plain(headline)}**`, "", ...lines.map((line) => `- ${plain(line)}`)];
  const way = link === undefined ? [] : ["", `[Open in the school](${link})`];
  const body = `${marker}\n${requestBody([...text, ...way].join("\n"))}`;
  const mine = await ours(client, number, marker, signal);
  await client.ask({
    action: "comment on a request of",
    answer: z.object({ id: z.number() }),
    right: "pull_requests:write",
    expect: [404, 410, 422],
    send: (send, at) =>
      mine === undefined
        ? send("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", { ...at, issue_number: number, body })
        : send("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", { ...at, comment_id: mine, body }),
    signal,
  });
}

/** The comment of an earlier message. */
async function ours(client: GitHubClient, number: number, marker: string, signal: AbortSignal) {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const comments = await client.ask({
      action: "read the comments of a request of",
      answer: Comments,
      right: "pull_requests:read",
      expect: [404, 410],
      send: (send, at) =>
        send("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
          ...at,
          issue_number: number,
          per_page: PAGE,
          page,
        }),
      signal,
    });
    const found = comments.find(({ body }) => body?.startsWith(marker));
    if (found !== undefined || comments.length < PAGE) return found?.id;
  }
  return undefined;
}

/** Markdown's own signs are text. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()<>#+!|~]/g, (sign) => `\\${sign}`);
}

function newestOfEach(notifications: readonly Notification[]): Notification[] {
  const newest = new Map(notifications.map((one) => [one.subject?.id ?? one.id, one]));
  return [...newest.values()];
}

function receiptOf(error: unknown, signal: AbortSignal, secrets: readonly string[]): Receipt {
  if (error instanceof GitHubRefusal) return { kind: "refused", because: said(error.message, secrets) };
  if (error instanceof RetryLater)
    return { kind: "not-sent", because: said(error.message, secrets), afterMs: error.afterMs };
  if (signal.aborted) return { kind: "not-sent", because: "the process was told to stop" };
  return { kind: "not-sent", because: said(error instanceof Error ? error.message : String(error), secrets) };
}
