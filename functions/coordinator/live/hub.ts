/** All who follow the school live: one reader of the stream for all of them, from the first client to the last. */
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { eventPage, type ReadFrom } from "../../../shared/pipeline/event-stream.ts";
import type { Keys } from "../../../shared/pipeline/keys.ts";
import type { Loop } from "../loops/every.ts";
import { Problem } from "../problem.ts";
import { type Feed, piecesFor } from "./client.ts";
import { startFollower } from "./follower.ts";
import type { Filter } from "./frames.ts";
import { framePages } from "./pages.ts";
import { newSignal } from "./signal.ts";
import { emptyWindow, type WindowLimits } from "./window.ts";

export interface LiveOptions {
  /** For pages of the past. */
  readonly redis: Redis;
  /** A connection for the follower alone: it blocks. */
  readonly connect: () => Redis;
  readonly keys: Keys;
  readonly log: Logger;
  readonly heartbeatMs: number;
  readonly mostClients: number;
  readonly window?: WindowLimits;
}

export interface Visit {
  /** Where to begin; undefined: with what happens next. */
  readonly from: ReadFrom | undefined;
  readonly filter: Filter;
  /** Cuts the connection of a client that does not read. */
  readonly cut: () => void;
}

export interface Live {
  readonly clients: number;
  /** Bytes of server-sent events, for one client. Throws Problem 503 when there are too many. */
  open(visit: Visit): ReadableStream<Uint8Array>;
  /** Ends every client's stream; they come back to the coordinator that follows. */
  close(): Promise<void>;
}

/** Some minutes of a busy school, and no more memory than a few large pages. */
const WINDOW: WindowLimits = { frames: 2_000, bytes: 2_000_000 };
const PAGE = 200;
const RETRY_MS = 1_000;

interface Guest {
  readonly cut: () => void;
  /** It has taken all it was given and waits for more. */
  reading: boolean;
  /** Heartbeats since it last took something. */
  silent: number;
  gone: boolean;
}

interface Session {
  readonly feed: Feed;
  readonly raise: () => void;
  end(): Promise<void>;
}

export function liveEvents(options: LiveOptions): Live {
  const { log, mostClients } = options;
  const guests = new Set<Guest>();
  const endings = new Set<Promise<void>>();
  let session: Session | undefined;
  let closed = false;

  function leave(guest: Guest): void {
    guest.gone = true;
    guests.delete(guest);
    if (guests.size === 0) finish();
  }
  function finish(): void {
    const ending = session?.end().finally(() => endings.delete(ending as Promise<void>));
    session = undefined;
    if (ending !== undefined) endings.add(ending);
  }
  function onBeat(): void {
    for (const guest of guests) {
      if (guest.reading) continue;
      guest.silent += 1;
      if (guest.silent < 2) continue;
      log.info({ clients: guests.size }, "A client of the events does not read; its connection is cut");
      leave(guest);
      guest.cut();
    }
  }
  return {
    get clients() {
      return guests.size;
    },
    open({ from, filter, cut }) {
      if (closed) throw new Problem(503, "This coordinator is stopping; come back in a moment.");
      if (guests.size >= mostClients) {
        throw new Problem(503, `${mostClients} clients follow the events already, and no more may (SSE_CLIENTS).`);
      }
      const guest: Guest = { cut, reading: false, silent: 0, gone: false };
      guests.add(guest);
      session ??= startSession(options, onBeat);
      const pieces = piecesFor(session.feed, { from, filter, gone: () => guest.gone });
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            guest.reading = true;
            guest.silent = 0;
            const { done, value } = await pieces.next();
            guest.reading = false;
            if (done !== true) return controller.enqueue(value);
            leave(guest);
            controller.close();
          },
          cancel: () => leave(guest),
        },
        // Nothing is made before it is asked for.
        { highWaterMark: 0 },
      );
    },
    async close() {
      closed = true;
      for (const guest of guests) {
        // Whoever reads is ended by its own stream, politely.
        if (guest.reading) continue;
        guest.gone = true;
        guest.cut();
      }
      finish();
      await Promise.all(endings);
    },
  };
}

function startSession({ redis, connect, keys, log, heartbeatMs, window: limits }: LiveOptions, onBeat: () => void) {
  const { next, raise } = newSignal();
  const window = emptyWindow(limits ?? WINDOW);
  const state = { away: false, beat: 0, ended: false };
  let retry: NodeJS.Timeout | undefined;
  const pages = framePages((from) => eventPage(redis, keys, from, PAGE));
  const feed: Feed = {
    window,
    get away() {
      return state.away;
    },
    get beat() {
      return state.beat;
    },
    get ended() {
      return state.ended;
    },
    changed: next,
    page: (from) =>
      pages(from).catch((error: unknown) => {
        retry ??= setTimeout(() => {
          retry = undefined;
          raise();
        }, RETRY_MS);
        throw error;
      }),
  };
  const heart = setInterval(() => {
    state.beat += 1;
    onBeat();
    raise();
  }, heartbeatMs);
  const follower: Loop = startFollower({
    connection: connect(),
    keys,
    log,
    window,
    onChange: raise,
    onAway(away) {
      if (state.away === away) return;
      state.away = away;
      raise();
    },
  });
  return {
    feed,
    raise,
    async end() {
      state.ended = true;
      clearInterval(heart);
      clearTimeout(retry);
      raise();
      await follower.stop();
    },
  } satisfies Session;
}
