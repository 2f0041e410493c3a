/** Which channels the environment gives, and what each needs. Every problem is told at once. */
import * as z from "zod";
import { ConfigurationError, type Environment, readSettings } from "../../runtime/config.ts";

const HERE = ["localhost", "127.0.0.1", "[::1]"];
const httpsOrHere = (url: string) => {
  const parsed = URL.parse(url);
  return parsed?.protocol === "https:" || (parsed?.protocol === "http:" && HERE.includes(parsed.hostname));
};
/** One address, alone or after a name. Nothing that could begin another header. */
const ADDRESS = /^(?:[^<>@,;:"\p{C}]{0,100}<)?[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}>?$/u;
export const addressesIn = (text: string) => text.split(",").flatMap((part) => part.trim() || []);
export const isAddress = (text: string) => ADDRESS.test(text) && text.includes("<") === text.endsWith(">");

const Variables = z.object({
  SLACK_WEBHOOK_URL: z.string().refine(httpsOrHere, "must be the https address of an incoming webhook").optional(),
  SLACK_BOT_TOKEN: z
    .string()
    .regex(/^\S{8,}$/, "must be a bot's token (xoxb-…)")
    .optional(),
  SLACK_CHANNEL: z
    .string()
    .regex(/^#?[\p{L}\p{N}_-]{1,80}$/u, "must be a channel: #name, or its id")
    .optional(),
  SLACK_API_URL: z.string().refine(httpsOrHere, "must be an https address").optional(),
  NOTIFY_WEBHOOK_URL: z.url({ protocol: /^https?$/, error: "must be an address with http or https" }).optional(),
  NOTIFY_WEBHOOK_SECRET: z.string().min(16, "needs 16 signs or more").optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: "must be smtp://host:port or smtps://user:password@host" }).optional(),
  NOTIFY_MAIL_FROM: z.string().refine(isAddress, "must be an address: school@example.org, or Name <…>").optional(),
  NOTIFY_MAIL_TO: z
    .string()
    .transform(addressesIn)
    .refine((list) => list.length > 0 && list.length <= 50 && list.every(isAddress), "must be addresses, at most 50")
    .optional(),
  NOTIFY_GITHUB_TOKEN: z
    .string()
    .regex(/^\S{8,}$/, "must be a token")
    .optional(),
  GITOPS_REPO: z.string().optional(),
  GITHUB_API_URL: z.string().optional(),
});
export type NotifyVariables = z.infer<typeof Variables>;

/** Throws ConfigurationError: what is badly written, or there without what belongs to it. */
export function notifyVariables(env: Environment): NotifyVariables {
  const read = readSettings(Variables, env);
  const problems = [
    ...missing(read, "SLACK_BOT_TOKEN", "SLACK_CHANNEL", "the channel the bot writes to"),
    ...missing(read, "NOTIFY_WEBHOOK_URL", "NOTIFY_WEBHOOK_SECRET", "without it nobody could tell who sent it"),
    ...missing(read, "SMTP_URL", "NOTIFY_MAIL_FROM", "who the mail is from"),
    ...missing(read, "SMTP_URL", "NOTIFY_MAIL_TO", "who gets it"),
    ...missing(read, "NOTIFY_GITHUB_TOKEN", "GITOPS_REPO", "the repository whose commits get a status"),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return read;
}

function missing(
  read: NotifyVariables,
  given: keyof NotifyVariables,
  needed: keyof NotifyVariables,
  why: string,
): string[] {
  return read[given] === undefined || read[needed] !== undefined ? [] : [`${needed}: ${given} needs it: ${why}`];
}
