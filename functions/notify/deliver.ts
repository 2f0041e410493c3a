/** Sends what is due on one channel, message by message; whatever goes wrong stays with this channel. */
import type { Channel, Message, NotificationBook, Receipt } from "../../shared/notify-ports.ts";
import type { HostTurns } from "../../shared/source-ports.ts";
import { messagesOf } from "./groups.ts";

export interface Delivery {
  readonly book: NotificationBook;
  /** The order in which all pods send on one channel. */
  readonly turns: HostTurns;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

/** Longer than any channel takes for one message; a process that died at it holds the channel up for so long. */
const LEASE_MS = 60_000;
/** Nobody waits longer for the channel's next turn while events wait in this process. */
const LONGEST_TURN_MS = 3_000;
/** What is left then is sent in another round: other events want to be worked on, too. */
const ROUND_MS = 10_000;
const MOST_DUE = 1_000;

/**
 * Ends when nothing more is due, somebody else sends there, or the channel has to be left alone. Returns after how many
 * milliseconds the channel's next turn comes, where that is why; else 0.
 */
export async function deliver(channel: Channel, delivery: Delivery, signal: AbortSignal): Promise<number> {
  const { book, clock } = delivery;
  const taken = await book.take(channel.name, LEASE_MS, MOST_DUE);
  if (taken.kind === "later") return 0;
  const until = clock() + ROUND_MS;
  try {
    for (const message of messagesOf(taken.due, channel)) {
      if (clock() > until || signal.aborted) return 0;
      const afterMs = await turnComes(channel, delivery, signal);
      if (afterMs > 0) return afterMs;
      if (!(await book.begin(channel.name, taken.token, LEASE_MS, message))) return 0;
      const receipt = await channel.send(message, signal);
      await book.end(channel.name, ended(receipt, message, channel));
      // A refusal is about this message; everything else is about the channel.
      if (receipt.kind === "not-sent" || receipt.kind === "unclear") return 0;
    }
    return 0;
  } finally {
    await book.release(channel.name, taken.token);
  }
}

/** 0 when it has come. */
async function turnComes({ name, everyMs }: Channel, delivery: Delivery, signal: AbortSignal): Promise<number> {
  if (everyMs === 0) return 0;
  const { kind, afterMs } = await delivery.turns.next(`notify:${name}`, { everyMs, mostMs: LONGEST_TURN_MS });
  if (kind === "later") return Math.max(1, afterMs);
  if (afterMs > 0) await delivery.pause(afterMs, signal);
  return signal.aborted ? 1 : 0;
}

function ended(receipt: Receipt, message: Message, { repeatable }: Channel) {
  const holdMs = receipt.kind === "not-sent" ? receipt.afterMs : undefined;
  return { receipt, message, repeatable, ...(holdMs === undefined ? {} : { holdMs }) };
}
