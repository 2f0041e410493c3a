/** The file NOTIFY_RULES: who is told what, and where. Every problem is told with its line. */
import * as z from "zod";
import { CATEGORIES } from "../../shared/domain/improvement.ts";
import { SEVERITIES, TOLD_EVENTS } from "../../shared/domain/notification.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import { CHANNEL_KINDS, type ChannelKind } from "../../shared/notify-ports.ts";
import { parseValues } from "../../shared/repository/parse.ts";
import type { RepositoryFile } from "../../shared/repository/platform.ts";
import { positionIn, yamlErrors } from "../../shared/repository/positions.ts";
import type { NotifyRule } from "./rules.ts";

/** A channel of its own name beside those the environment gives. */
export interface NamedChannel {
  readonly name: string;
  readonly kind: ChannelKind;
  /** A channel of Slack, or addresses of mail; the environment's unless given. */
  readonly to?: string | undefined;
  /** Messages a minute. */
  readonly perMinute?: number | undefined;
}
export interface NotifyFile {
  readonly channels: readonly NamedChannel[];
  readonly rules: readonly NotifyRule[];
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_DIGEST_MS = 86_400_000;
const DIGEST = "must be a time to collect for, as in 30m or 1h, between 1s and 24h";
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const word = z.string("must be text").transform(cleanLine).pipe(z.string().min(1, "must not be empty").max(200));

const Digest = z
  .string(DIGEST)
  .transform((text) => {
    const [, count = "", unit = ""] = /^\s*(\d{1,6})\s*([smh])\s*$/.exec(text) ?? [];
    return Number(count) * (UNITS[unit] ?? Number.NaN);
  })
  .refine((ms) => ms >= 1_000 && ms <= LONGEST_DIGEST_MS, DIGEST);

const listOf = <Value extends z.ZodType>(value: Value, what: string) =>
  z.array(value, `must be a list of ${what}`).min(1, `must name at least one; leave it out for all ${what}`).optional();

const Rule = z.strictObject(
  {
    events: listOf(z.enum(TOLD_EVENTS, `must be one of ${TOLD_EVENTS.join(", ")}`), "events"),
    categories: listOf(z.enum(CATEGORIES, `must be one of ${CATEGORIES.join(", ")}`), "categories"),
    applications: listOf(word, "applications"),
    severity: z.enum(SEVERITIES, `must be one of ${SEVERITIES.join(", ")}`).optional(),
    channels: listOf(z.string("must be the name of a channel"), "channels"),
    digest: Digest.optional(),
  },
  "must be a rule: events, categories, applications, severity, channels, digest",
);

const NamedChannelForm = z.strictObject(
  {
    kind: z.enum(CHANNEL_KINDS, `must be one of ${CHANNEL_KINDS.join(", ")}`),
    to: word.optional(),
    per_minute: z
      .number("must be a number")
      .min(0.1, "must be 0.1 at least")
      .max(600, "must be 600 at most")
      .optional(),
  },
  "must be a channel: kind, to, per_minute",
);

const Form = z.strictObject(
  {
    channels: z
      .record(z.string().regex(NAME, "must be small letters, digits and dashes, at most 40"), NamedChannelForm)
      .default({}),
    rules: z.array(Rule, "must be a list of rules").min(1, "must hold a rule").max(200, "must hold 200 rules at most"),
  },
  "must hold `rules`, and may hold `channels`",
);

/**
 * `configured`: the channels the environment gives. The file's channels and rules, or everything that does not fit, each
 * sentence with the line it is about.
 */
export function notifyFileIn(
  content: string,
  configured: readonly string[],
): NotifyFile | { readonly problems: readonly string[] } {
  const file: RepositoryFile = { path: "notify-rules.yaml", blob: "", content };
  const errors = yamlErrors(file);
  if (errors.length > 0) return { problems: errors.map(({ line, message }) => `line ${line}: ${message}`) };
  const value = parseValues(file);
  if (value === undefined) return { problems: ["it cannot be read as YAML: it is too large, or its aliases are"] };
  if (value === null) return { problems: ["it is empty; it needs a list `rules`"] };
  const parsed = Form.safeParse(value);
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => problem(file, issue)) };
  const { channels, rules } = parsed.data;
  const unknown = unknownChannels(file, parsed.data, [...configured, ...Object.keys(channels)]);
  if (unknown.length > 0) return { problems: unknown };
  return {
    channels: Object.entries(channels).map(([name, { kind, to, per_minute: perMinute }]) => {
      return { name, kind, to, perMinute };
    }),
    rules: rules.map(({ digest: digestMs, ...rule }) => ({ ...rule, digestMs })),
  };
}

/** A rule for a channel that is not there would tell nobody, and nobody would notice. */
function unknownChannels(file: RepositoryFile, { rules }: z.infer<typeof Form>, known: readonly string[]): string[] {
  return rules.flatMap(({ channels = [] }, i) =>
    channels.flatMap((name, k) => {
      if (known.includes(name)) return [];
      const place = ["rules", i, "channels", k];
      const there = known.length === 0 ? "none" : known.join(", ");
      return [told(file, place, `there is no channel ${JSON.stringify(name)}; there are ${there}`)];
    }),
  );
}

function problem(file: RepositoryFile, issue: z.core.$ZodIssue): string {
  const keys = issue.path.filter((key) => typeof key !== "symbol");
  const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
  if (unknown !== undefined) return told(file, [...keys, unknown], "there is no such setting");
  if (issue.code === "invalid_key") return told(file, keys, issue.issues[0]?.message ?? issue.message);
  return told(file, keys, issue.message);
}

function told(file: RepositoryFile, place: readonly (string | number)[], message: string): string {
  const line = positionIn(file, 0, place)?.line ?? 1;
  return `line ${line}: ${place.length === 0 ? "" : `${place.join(".")}: `}${message}`.slice(0, 400);
}
