/** school notifications: what people were told, and how the channels do; school notify test: whether a channel works. */
import { setTimeout as wait } from "node:timers/promises";
import type { NotificationRow } from "../../../shared/pipeline/notification-book.ts";
import type { ChannelState } from "../../../shared/pipeline/notification-overview.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure, UsageError } from "../failure.ts";
import { harmless, type Style, short, type Terminal } from "../terminal.ts";

interface Notifications {
  readonly channels: readonly ChannelState[];
  readonly sent: readonly NotificationRow[];
}
interface Telling {
  readonly event: string;
  readonly channels: readonly { readonly channel: string; readonly state: string; readonly because: string | null }[];
  readonly refused: string | null;
}

const UNDER_WAY = ["waiting", "sending", "unclear"];
/** A cold stage starts, and a channel that limits its senders lets one more through. */
const PATIENCE_SECONDS = 60;
const LOOK_EVERY_MS = 300;

export const notifications: Register = (program, { terminal, school, stopped, fail }) => {
  program
    .command("notifications")
    .description("what people were told lately, and how the channels do")
    .option("--limit <count>", "messages to show, 500 at most", "20")
    .option(...JSON_OPTION)
    .action(async ({ json, limit }: Common & { readonly limit: string }) => {
      const answer = await school().get<Notifications>(`/api/notifications?limit=${encodeURIComponent(limit)}`);
      if (json === true) return terminal.json(answer);
      show(terminal, answer);
    });

  program
    .command("notify")
    .description("the channels people are told by")
    .command("test")
    .description("send a test message and say what became of it")
    .argument("[channel]", "its name, as `school notifications` shows it; every channel unless given")
    .option("--timeout <seconds>", "how long to wait for the outcome", String(PATIENCE_SECONDS))
    .option(...JSON_OPTION)
    .action(async (channel: string | undefined, { json, timeout }: Common & { readonly timeout: string }) => {
      const seconds = Number(timeout);
      if (!(seconds > 0 && seconds <= 3_600)) throw new UsageError("--timeout must be seconds, from 1 to 3600");
      const client = school();
      const body = channel === undefined ? {} : { channel };
      const { event } = await client.post<{ event: string }>("/api/notifications/test", body);
      const path = `/api/notifications/events/${encodeURIComponent(event)}`;
      let telling = await client.get<Telling>(path);
      for (const until = performance.now() + seconds * 1_000; !isOver(telling); telling = await client.get(path)) {
        if (stopped.aborted || performance.now() > until) break;
        await wait(LOOK_EVERY_MS);
      }
      const isFine =
        isOver(telling) && telling.channels.every(({ state }) => state === "sent") && telling.refused === null;
      if (!isFine) fail();
      if (json === true) return terminal.json(telling);
      if (telling.refused !== null && telling.channels.length === 0) throw new Failure(harmless(telling.refused));
      if (telling.channels.length === 0) {
        throw new Failure(
          `nothing was heard of it for ${seconds} s: is notify running? \`school status\` shows what waits`,
        );
      }
      for (const { channel: name, state, because } of telling.channels) {
        const why = because === null ? "" : `: ${harmless(because)}`;
        terminal.line(`${terminal.paint(styleOf(state), state)} ${harmless(name)}${why}`);
      }
    });
};

function isOver({ channels, refused }: Telling): boolean {
  return refused !== null || (channels.length > 0 && channels.every(({ state }) => !UNDER_WAY.includes(state)));
}

function show(terminal: Terminal, { channels, sent }: Notifications): void {
  if (channels.length === 0) return terminal.line("nobody was told anything so far");
  terminal.table(
    ["CHANNEL", "KIND", "STATE", "WAITING", "LAST SENT", "LAST FAILURE", "WHY"],
    channels.map((channel) => [
      short(channel.name, 40),
      channel.kind,
      terminal.paint(styleOf(channel.state), channel.state),
      String(channel.waiting),
      channel.sent ?? "",
      channel.failed ?? "",
      short(channel.because ?? "", 60),
    ]),
  );
  if (sent.length === 0) return;
  terminal.line("");
  terminal.table(
    ["AT", "CHANNEL", "EVENT", "RESULT", "OF", "WHAT", "WHY"],
    sent.map(({ at, channel, event, result, count, headline, because }) => [
      at,
      short(channel, 40),
      short(event, 20),
      terminal.paint(styleOf(result), result),
      String(count),
      short(headline, 90),
      short(because ?? "", 60),
    ]),
  );
}

function styleOf(state: string): Style {
  if (state === "sent" || state === "ok") return "green";
  return state === "failed" || state === "failing" || state === "unknown" ? "red" : "dim";
}
