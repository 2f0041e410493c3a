/** Pages of the stream for clients that have been away: few at a time, and one for all who ask for the same. */
import type { EventPage, Gap, ReadFrom } from "../../../shared/pipeline/event-stream.ts";
import { type Frame, frameOf } from "./frames.ts";

export interface FramePage {
  readonly frames: readonly Frame[];
  readonly cursor: string;
  readonly gap?: Gap;
}

/** Two hundred clients that come back at once must not read two hundred pages at once. */
const AT_ONCE = 4;

export function framePages(read: (from: ReadFrom) => Promise<EventPage>): (from: ReadFrom) => Promise<FramePage> {
  const running = new Map<string, Promise<FramePage>>();
  const waiting: (() => void)[] = [];
  let free = AT_ONCE;

  async function load(from: ReadFrom): Promise<FramePage> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      const { events, cursor, gap } = await read(from);
      return { frames: events.map(frameOf), cursor, ...(gap === undefined ? {} : { gap }) };
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  }
  return (from) => {
    const key = JSON.stringify(from);
    const same = running.get(key);
    if (same !== undefined) return same;
    const page = load(from).finally(() => running.delete(key));
    running.set(key, page);
    return page;
  };
}
