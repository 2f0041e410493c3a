/** Follows the school's events over one long request, by the session's cookie, and comes back after every loss. */
import { untilVisible, whenLongHidden } from "./sight.ts";
import { eventParser, type ServerEvent } from "./sse.ts";

/** One transition, as the stream tells it. */
export interface Moved {
  readonly improvement: string;
  readonly from: string;
  readonly to: string;
}

/** `lost`: nobody answers. `outage`: the coordinator does, but Redis does not. */
export type LiveState = "connecting" | "live" | "lost" | "outage";

export interface FollowOptions {
  readonly onState: (state: LiveState) => void;
  readonly onMoved: (moved: Moved) => void;
  /** After a loss, an outage or a gap: whatever is shown may be old. */
  readonly onResumed: () => void;
  readonly onRefused: () => void;
}

/** The coordinator sends a sign of life far more often; a silence this long is a connection that is dead. */
const SILENCE_MS = 45_000;
/** Out of sight for so long, a page gives its connection back to those that are looked at. */
const OUT_OF_SIGHT_MS = 30_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Runs until the function it returns is called. */
export function follow(options: FollowOptions): () => void {
  const ended = new AbortController();
  let last = "";
  let losses = 0;

  async function run(): Promise<void> {
    options.onState("connecting");
    while (!ended.signal.aborted) {
      const answer = await connection();
      if (ended.signal.aborted) return;
      if (answer === "refused") return options.onRefused();
      if (document.hidden) {
        options.onState("connecting");
        await untilVisible(ended.signal);
        losses = Math.max(losses, 1);
        continue;
      }
      options.onState("lost");
      losses += 1;
      await pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (losses - 1)) * (0.75 + Math.random() / 2));
    }
  }

  /** One request until it ends, for whatever reason. */
  async function connection(): Promise<"refused" | "ended"> {
    const own = new AbortController();
    const signal = AbortSignal.any([ended.signal, own.signal]);
    let silence = setTimeout(() => own.abort(), SILENCE_MS);
    const stopLooking = whenLongHidden(OUT_OF_SIGHT_MS, () => own.abort());
    try {
      const response = await fetch("/api/events", {
        headers: {
          accept: "text/event-stream",
          ...(last === "" ? {} : { "last-event-id": last }),
        },
        credentials: "same-origin",
        cache: "no-store",
        signal,
      });
      if (response.status === 401) return "refused";
      const type = response.headers.get("content-type") ?? "";
      if (!response.ok || response.body === null || !type.startsWith("text/event-stream")) return "ended";
      if (losses > 0) options.onResumed();
      losses = 0;
      options.onState("live");
      const feed = eventParser(hear);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "ended";
        clearTimeout(silence);
        silence = setTimeout(() => own.abort(), SILENCE_MS);
        feed(value);
      }
    } catch {
      // Network, abort, silence: all of them end this request, and the state says so.
      return "ended";
    } finally {
      clearTimeout(silence);
      stopLooking();
      own.abort();
    }
  }

  function hear({ event, data, id }: ServerEvent): void {
    if (id !== "") last = id;
    switch (event) {
      case "message": {
        const moved = movedOf(data);
        return moved === undefined ? undefined : options.onMoved(moved);
      }
      case "outage":
        return options.onState("outage");
      case "resumed":
        options.onState("live");
        return options.onResumed();
      case "gap":
        return options.onResumed();
      default:
        // Another kind of event may come one day.
        return undefined;
    }
  }

  /** Ends early when the browser says that the network is back. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(go, ms);
      function go(): void {
        clearTimeout(timer);
        removeEventListener("online", go);
        ended.signal.removeEventListener("abort", go);
        resolve();
      }
      addEventListener("online", go);
      ended.signal.addEventListener("abort", go);
    });
  }

  void run();
  return () => ended.abort();
}

function movedOf(data: string): Moved | undefined {
  try {
    const value = JSON.parse(data) as Partial<Moved> | null;
    if (typeof value?.improvement !== "string") return undefined;
    return { improvement: value.improvement, from: String(value.from), to: String(value.to) };
  } catch {
    // Not one of ours.
    return undefined;
  }
}
