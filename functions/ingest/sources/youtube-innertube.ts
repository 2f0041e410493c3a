/** Innertube, the interface of YouTube's own apps, spoken by youtubei.js; every request goes through the Web port. */
import { Innertube, Log } from "youtubei.js";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import type { Web } from "../../../shared/source-ports.ts";
import { fetchOver, WebRefusal } from "./library-fetch.ts";
import { type PlayerData, playerData } from "./youtube-player.ts";

export interface InnertubeSession {
  /** The player's data, or why there is none. Throws RetryLater. */
  player(videoId: string, client: string): Promise<PlayerData | string>;
  /** The transcript shown beside the video, as json3 captions; `params` are those of its watch page. Throws RetryLater. */
  transcript(params: string): Promise<{ readonly json3: string } | string>;
}

/** Asks nothing yet. */
export async function innertubeSession(web: Web, signal: AbortSignal): Promise<InnertubeSession> {
  // It would write to the console what is said in our own words anyway.
  Log.setLevel(Log.Level.NONE);
  const youtube = await Innertube.create({
    fetch: fetchOver(web, signal),
    lang: "en",
    location: "US",
    timezone: "UTC",
    retrieve_player: false,
    retrieve_innertube_config: false,
    generate_session_locally: true,
    enable_session_cache: false,
  });

  async function execute(
    endpoint: string,
    body: Readonly<Record<string, unknown>>,
  ): Promise<{ data: unknown } | string> {
    try {
      return { data: (await youtube.actions.execute(endpoint, { ...body, parse: false })).data };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RetryLater) throw error;
      if (error instanceof WebRefusal) return error.message;
      if (error instanceof SyntaxError) return "YouTube answered with something else than data";
      throw error;
    }
  }

  return {
    player: async (videoId, client) => {
      const answer = await execute("/player", { videoId, client, contentCheckOk: true, racyCheckOk: true });
      if (typeof answer === "string") return answer;
      return playerData(answer.data) ?? "YouTube answered without the video's data";
    },
    transcript: async (params) => {
      const answer = await execute("/get_transcript", { params, client: "WEB" });
      if (typeof answer === "string") return answer;
      const events = segmentsIn(answer.data);
      if (events.length === 0) return "YouTube answered without a transcript";
      return { json3: JSON.stringify({ events }) };
    },
  };
}

interface Json3Event {
  readonly tStartMs: number;
  readonly dDurationMs: number;
  readonly segs: readonly { readonly utf8: string }[];
}

/** Deeper than YouTube's answers go. */
const DEEPEST = 60;

/** Every segment wherever the answer holds it: what surrounds them changes with every redesign. */
function segmentsIn(value: unknown, depth = 0): Json3Event[] {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return [];
  if (Array.isArray(value)) return value.flatMap((each) => segmentsIn(each, depth + 1));
  return Object.entries(value).flatMap(([name, inner]) =>
    name === "transcriptSegmentRenderer" ? segment(inner) : segmentsIn(inner, depth + 1),
  );
}

function segment(value: unknown): Json3Event[] {
  const { startMs, endMs, snippet } = value as {
    startMs?: unknown;
    endMs?: unknown;
    snippet?: { simpleText?: unknown; runs?: unknown };
  };
  const [start, end] = [Number(startMs), Number(endMs)];
  const runs = Array.isArray(snippet?.runs) ? (snippet.runs as { text?: unknown }[]) : [];
  const words =
    typeof snippet?.simpleText === "string" ? snippet.simpleText : runs.map(({ text }) => String(text)).join("");
  if (!Number.isFinite(start) || words.trim() === "") return [];
  return [
    { tStartMs: start, dDurationMs: Number.isFinite(end) ? Math.max(0, end - start) : 0, segs: [{ utf8: words }] },
  ];
}
