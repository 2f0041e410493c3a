/** Rules per event: which notification goes to which channel, and whether it may wait for others of its kind. */
import { matters, type Notification, type Severity, type Told } from "../../shared/domain/notification.ts";
import type { Channel, Lane } from "../../shared/notify-ports.ts";
import { matchesGlob } from "../../shared/repository/glob.ts";

/** What is absent limits nothing. All that are there must fit. */
export interface NotifyRule {
  readonly events?: readonly Told[] | undefined;
  readonly categories?: readonly string[] | undefined;
  /** Globs. */
  readonly applications?: readonly string[] | undefined;
  readonly severity?: Severity | undefined;
  /** Names; every channel unless given. */
  readonly channels?: readonly string[] | undefined;
  /** Collected for so long, then told together. */
  readonly digestMs?: number | undefined;
}

const HOUR_MS = 3_600_000;
const CHANNELS_OF_PEOPLE = ["slack", "mail"];

/** Without a file: machines and the log hear all, people what needs them at once and what went well every hour. */
export const DEFAULT_RULES: readonly NotifyRule[] = [
  { channels: ["log", "webhook", "github"] },
  { severity: "attention", channels: CHANNELS_OF_PEOPLE },
  { events: ["verified", "router", "anomaly"], channels: CHANNELS_OF_PEOPLE, digestMs: HOUR_MS },
];

/** Where a notification goes, one lane per channel; where several rules name a channel, the soonest counts. */
export function lanesFor(
  notification: Notification,
  rules: readonly NotifyRule[],
  channels: readonly Pick<Channel, "name" | "everyMs">[],
  groupMs: number,
): Lane[] {
  const { event, only } = notification;
  // Whoever tries a channel wants to know now, and whatever the rules say.
  if (event === "test") {
    return channels
      .filter(({ name }) => only === undefined || name === only)
      .map(({ name }) => ({ channel: name, lane: "test", windowMs: 0 }));
  }
  const fitting = rules.filter((rule) => fits(rule, notification));
  return channels.flatMap(({ name, everyMs }): Lane[] => {
    const waits = fitting
      .filter((rule) => rule.channels === undefined || rule.channels.includes(name))
      .map(({ digestMs }) => digestMs ?? 0);
    if (waits.length === 0) return [];
    const digestMs = Math.min(...waits);
    if (digestMs > 0) return [{ channel: name, lane: `digest-${digestMs}`, windowMs: digestMs }];
    return [{ channel: name, lane: "now", windowMs: everyMs === 0 ? 0 : groupMs }];
  });
}

function fits({ events, categories, applications, severity }: NotifyRule, told: Notification): boolean {
  const { application, category } = told.subject ?? {};
  if (events !== undefined && !events.includes(told.event)) return false;
  if (severity !== undefined && !matters(told.severity, severity)) return false;
  if (categories !== undefined && (category === undefined || !categories.includes(category))) return false;
  if (applications === undefined) return true;
  return application !== undefined && applications.some((pattern) => matchesGlob(pattern, application));
}
