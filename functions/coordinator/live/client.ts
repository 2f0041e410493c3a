/**
 * One client's stream. Its cursor is the only state: pieces are made when the client takes them, from the window while it
 * keeps up and from Redis while it does not. So replay and live are the same thing, with no gap and nothing twice
 * between them, and a slow client holds one piece, however much happens meanwhile.
 */

import { type ReadFrom, STREAM_START } from "../../../shared/pipeline/event-stream.ts";
import { isOutage, isPassingRefusal } from "../../../shared/pipeline/refusal.ts";
import { type Filter, gapFrame, HEARTBEAT, outageFrame, positionFrame, retryHint, wanted } from "./frames.ts";
import type { FramePage } from "./pages.ts";
import { joined, pieceLength, type Window } from "./window.ts";

/** What all clients share. */
export interface Feed {
  readonly window: Window;
  readonly away: boolean;
  /** Counts heartbeats. */
  readonly beat: number;
  readonly ended: boolean;
  /** Rejects while Redis is away. */
  page(from: ReadFrom): Promise<FramePage>;
  /** Resolves when any of this has changed, or when it is time to try a failed page again. */
  changed(): Promise<void>;
}

export interface Client {
  /** Where it stands, or wants to begin; undefined: at what happens next. */
  readonly from: ReadFrom | undefined;
  readonly filter: Filter;
  readonly gone: () => boolean;
}

export async function* piecesFor(feed: Feed, client: Client): AsyncGenerator<Uint8Array> {
  const { window } = feed;
  const { filter } = client;
  let from = client.from;
  /** The window's epoch in which the cursor was known to be an entry of the stream. */
  let epoch: number | undefined;
  /** The last id the client was told. */
  let told: string | undefined;
  let away = false;
  let beat = feed.beat;

  yield retryHint(Math.random());
  while (!client.gone() && !feed.ended) {
    if (feed.away !== away) {
      away = feed.away;
      yield outageFrame(away);
      continue;
    }
    if (from === undefined && window.end !== undefined) {
      from = { after: window.end };
      epoch = window.epoch;
    }
    const after = from !== undefined && "after" in from ? from.after : undefined;
    if (after !== undefined && epoch !== window.epoch && window.holds(after)) epoch = window.epoch;
    if (after !== undefined && told === undefined && epoch === window.epoch) {
      // From now on a client that is lost knows where to come back to, although nothing has happened yet.
      told = after;
      yield positionFrame(after);
      continue;
    }
    const slice = after === undefined || epoch !== window.epoch ? undefined : window.after(after, filter);
    if (slice !== undefined && slice.cursor !== after) {
      from = { after: slice.cursor };
      if (slice.told !== undefined) {
        told = slice.told;
        yield slice.bytes;
      }
      continue;
    }
    if (slice === undefined && from !== undefined) {
      const now = window.epoch;
      const page = await feed.page(from).catch(unlessAway);
      if (page !== undefined) {
        from = { after: page.cursor };
        epoch = now;
        if (page.gap !== undefined) {
          told = STREAM_START;
          yield gapFrame(page.gap, STREAM_START);
        }
        const mine = page.frames.filter((frame) => wanted(filter, frame));
        for (let at = 0; at < mine.length; ) {
          const piece = mine.slice(at, at + pieceLength(mine, at));
          at += piece.length;
          told = piece.at(-1)?.entry;
          yield joined(piece);
        }
        if (page.frames.length > 0 || page.gap !== undefined || told === undefined) continue;
      }
    }
    if (feed.beat !== beat) {
      beat = feed.beat;
      yield HEARTBEAT;
      const reached = from !== undefined && "after" in from ? from.after : undefined;
      if (reached !== undefined && told !== undefined && reached !== told) {
        // Whoever filters is told how far that was, or it would come back from the last one it wanted.
        told = reached;
        yield positionFrame(reached);
      }
      continue;
    }
    await feed.changed();
  }
}

/** While Redis is away there is nothing to read, and all is tried again at the next change. Anything else is a fault. */
function unlessAway(error: unknown): undefined {
  if (!isOutage(error) && !isPassingRefusal(error)) throw error;
}
