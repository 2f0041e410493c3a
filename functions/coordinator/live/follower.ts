/** The one reader of the stream for all clients: keeps the window at the stream's end, on a connection of its own. */
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { eventPage, newestTransitions, nextTransitions, STREAM_START } from "../../../shared/pipeline/event-stream.ts";
import type { Keys } from "../../../shared/pipeline/keys.ts";
import { every, type Loop } from "../loops/every.ts";
import { frameOf } from "./frames.ts";
import type { Window } from "./window.ts";

export interface FollowerOptions {
  /** Its own: it blocks. Disconnected when the follower stops. */
  readonly connection: Redis;
  readonly keys: Keys;
  readonly log: Logger;
  readonly window: Window;
  /** New frames are in the window. */
  readonly onChange: () => void;
  /** Redis is out of reach, or back. */
  readonly onAway: (away: boolean) => void;
}

const BLOCK_MS = 5_000;
const RETRY_MS = 250;
const PAGE = 500;
/** Read at the start: clients that come back after a restart find what they missed here. */
const PRELOAD = 500;
/** At most twenty rounds a second, however many transitions: each round costs a write per client. */
const REST_MS = 50;

export function startFollower(options: FollowerOptions): Loop {
  const { connection, keys, log, window, onChange, onAway } = options;
  let cursor: string | undefined;
  let stopping = false;

  /** `empty` is where an empty stream stands. */
  async function begin(empty: string): Promise<string> {
    const [oldest, ...rest] = await newestTransitions(connection, keys, PRELOAD);
    // What came before the oldest is not known here, so that one only marks where the window begins.
    window.reset(oldest?.entry ?? empty);
    window.push(rest.map(frameOf));
    onChange();
    return rest.at(-1)?.entry ?? oldest?.entry ?? empty;
  }
  async function follow(): Promise<number> {
    cursor ??= await begin(STREAM_START);
    const page = await eventPage(connection, keys, { after: cursor }, PAGE);
    onAway(false);
    if (page.gap !== undefined) {
      log.warn({ gap: page.gap }, "The stream of events does not continue where it was; its clients are told");
      cursor = await begin(page.cursor);
      return 0;
    }
    if (page.events.length === 0) {
      // Only a knock on the door: what is new is read and checked by the next round.
      await nextTransitions(connection, keys, cursor, BLOCK_MS, 1);
      return 0;
    }
    window.push(page.events.map(frameOf));
    cursor = page.cursor;
    onChange();
    return REST_MS;
  }
  connection.on("close", () => {
    if (!stopping) onAway(true);
  });
  const loop = every("live", log, RETRY_MS, async () => {
    try {
      return await follow();
    } catch (error) {
      if (!stopping) onAway(true);
      throw error;
    }
  });
  return {
    async stop() {
      stopping = true;
      const stopped = loop.stop();
      connection.disconnect();
      await stopped;
    },
  };
}
