/** notify: tells people, once per improvement, state and channel, in words they can act on. */
import type { Notification } from "../../shared/domain/notification.ts";
import type { Channel, Telling } from "../../shared/notify-ports.ts";
import { PermanentError } from "../../shared/runtime/errors.ts";
import { type GoOn, goOn, type Observed, observed } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";
import { type Delivery, deliver } from "./deliver.ts";
import { messagesOf } from "./groups.ts";
import { notificationOf } from "./notification.ts";
import { lanesFor, type NotifyRule } from "./rules.ts";

export interface NotifyPorts extends Delivery {
  readonly channels: readonly Channel[];
  readonly rules: readonly NotifyRule[];
  /** Milliseconds in which what belongs together becomes one message. */
  readonly groupMs: number;
  /** Where people find the dashboard, without a slash at its end. */
  readonly publicUrl?: string | undefined;
  /** Notes, once per process, which channels there are. */
  readonly announce: () => Promise<void>;
}

/** Somebody else sends there, or the channel has its pace. */
const SOONEST_MS = 250;
/** However long a channel wants to be left alone, its events are looked at again. */
const LATEST_MS = 3_600_000;

/**
 * The event stays with the stage until every channel has told it, so nothing is lost with a process. Throws PermanentError
 * when a channel refused it or was down for a day; what the others told stays told when the event is sent again.
 */
export async function notify(
  input: InputOf<"notify">,
  ports: NotifyPorts,
  { now, signal }: Pick<Context, "now" | "signal">,
): Promise<Observed | GoOn> {
  const { book, channels, rules, groupMs, publicUrl } = ports;
  await ports.announce();
  const notification = notificationOf(input, new Date(now()).toISOString(), publicUrl);
  const lanes = lanesFor(notification, rules, channels, groupMs);
  const wanted = channels.filter(({ name }) => lanes.some(({ channel }) => channel === name));
  if (wanted.length === 0) return nobody(notification, channels);
  for (const channel of wanted.filter(isInstant)) await tellAtOnce(channel, ports, notification, signal);
  const others = wanted.filter((channel) => !isInstant(channel));
  const asked = lanes.filter(({ channel }) => others.some(({ name }) => name === channel));
  if (asked.length === 0) return observed(`told about ${notification.event}: ${names(wanted)}`);
  let tellings = await book.file(notification, asked);
  const due = tellings.filter((one) => isUnderWay(one) && one.waitMs <= 0).map(({ channel }) => channel);
  if (due.length > 0) {
    const turns = await Promise.all(due.map((name) => deliver(named(others, name), ports, signal)));
    const wait = new Map(due.map((name, i) => [name, turns[i] ?? 0]));
    const known = await book.file(notification, asked);
    tellings = known.map((one) => ({ ...one, waitMs: Math.max(one.waitMs, wait.get(one.channel) ?? 0) }));
  }
  return outcomeOf(notification, tellings);
}

function nobody({ event, only }: Notification, channels: readonly Channel[]): Observed {
  if (only === undefined) return observed(`nobody is told about ${event}, by the rules`);
  throw new PermanentError(`there is no channel ${only.slice(0, 60)}; there are: ${names(channels) || "none"}`);
}

/** A channel that cannot fail needs no place to wait. */
function isInstant({ kind }: Channel): boolean {
  return kind === "log";
}

async function tellAtOnce(
  channel: Channel,
  { book }: NotifyPorts,
  notification: Notification,
  signal: AbortSignal,
): Promise<void> {
  if (!(await book.once(notification, channel.name))) return;
  const [message] = messagesOf([{ notification, lane: "now", again: false }], channel);
  if (message !== undefined) await channel.send(message, signal);
}

function outcomeOf({ event }: Notification, tellings: readonly Telling[]): Observed | GoOn {
  const waiting = tellings.filter(isUnderWay);
  if (waiting.length > 0) {
    const afterMs = Math.min(...waiting.map(({ waitMs }) => waitMs));
    const because = waiting.map(({ channel, state, because: why }) => `${channel} ${state}${why ? ` (${why})` : ""}`);
    return goOn(because.join(", "), Math.min(LATEST_MS, Math.max(SOONEST_MS, afterMs)));
  }
  const failed = tellings.filter(({ state }) => state === "failed");
  if (failed.length === 0) return observed(`told about ${event}: ${tellings.map(said).join(", ")}`);
  throw new PermanentError(`not told about ${event}: ${failed.map(said).join("; ")}`);
}

function said({ channel, state, because }: Telling): string {
  return state === "sent" ? channel : `${channel} (${state}${because === undefined ? "" : `: ${because}`})`;
}

function isUnderWay({ state }: Telling): boolean {
  return state === "waiting" || state === "sending" || state === "unclear";
}

function named(channels: readonly Channel[], name: string): Channel {
  const channel = channels.find((one) => one.name === name);
  if (channel === undefined) throw new Error(`${name} is no channel`);
  return channel;
}

function names(channels: readonly Channel[]): string {
  return channels.map(({ name }) => name).join(", ");
}
