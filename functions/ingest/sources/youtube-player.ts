/** What YouTube's player is told about a video, on the watch page and by Innertube alike. */
import * as z from "zod";

/** YouTube changes its answers often: what is missing or different is left out, never an error. */
const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const Words = z
  .object({ simpleText: text, runs: z.array(z.object({ text: z.string().catch("") })).optional() })
  .transform(({ simpleText, runs }) => simpleText ?? (runs ?? []).map((run) => run.text).join(""))
  .optional()
  .catch(undefined);
const Track = z.object({
  baseUrl: z.string().min(1),
  languageCode: z.string().min(1),
  kind: text,
  isTranslatable: flag,
});
const Player = z.object({
  playabilityStatus: z
    .object({
      status: text,
      reason: text,
      messages: z.array(z.string()).optional().catch(undefined),
      errorScreen: z
        .object({
          playerErrorMessageRenderer: z.object({ subreason: Words }).optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
      liveStreamability: z
        .object({
          liveStreamabilityRenderer: z.object({
            offlineSlate: z.object({
              liveStreamOfflineSlateRenderer: z.object({ scheduledStartTime: z.coerce.number() }),
            }),
          }),
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  videoDetails: z
    .object({
      videoId: text,
      title: text,
      author: text,
      shortDescription: text,
      isLive: flag,
      isUpcoming: flag,
    })
    .optional()
    .catch(undefined),
  microformat: z
    .object({
      playerMicroformatRenderer: z.object({ publishDate: text, uploadDate: text }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  captions: z
    .object({
      playerCaptionsTracklistRenderer: z.object({
        captionTracks: z
          .array(Track.optional().catch(undefined))
          .transform((tracks) => tracks.flatMap((track) => track ?? []))
          .catch([]),
      }),
    })
    .optional()
    .catch(undefined),
});

export interface CaptionTrack {
  readonly url: string;
  /** BCP 47, as YouTube names it. */
  readonly language: string;
  readonly isAutomatic: boolean;
  readonly isTranslatable: boolean;
}
export interface PlayerData {
  readonly videoId?: string;
  readonly title?: string;
  readonly channel?: string;
  readonly description?: string;
  /** A date, or a date and time. */
  readonly published?: string;
  /** OK, ERROR, UNPLAYABLE, LOGIN_REQUIRED, LIVE_STREAM_OFFLINE, …; empty when nothing is said. */
  readonly status: string;
  /** Why it does not play, in YouTube's words. */
  readonly reason: string;
  readonly isLive: boolean;
  readonly isUpcoming: boolean;
  /** When a live stream or a premiere begins, in milliseconds since 1970. */
  readonly startsAt?: number;
  readonly tracks: readonly CaptionTrack[];
}

/** Undefined when it is no player response. */
export function playerData(value: unknown): PlayerData | undefined {
  const read = Player.safeParse(value);
  if (!read.success) return undefined;
  const { playabilityStatus: state, videoDetails: video, microformat, captions } = read.data;
  if (state === undefined && video === undefined) return undefined;
  const format = microformat?.playerMicroformatRenderer;
  const slate = state?.liveStreamability?.liveStreamabilityRenderer.offlineSlate.liveStreamOfflineSlateRenderer;
  const reasons = [
    state?.reason,
    state?.errorScreen?.playerErrorMessageRenderer?.subreason,
    ...(state?.messages ?? []),
  ];
  return {
    ...known("videoId", video?.videoId),
    ...known("title", video?.title),
    ...known("channel", video?.author),
    ...known("description", video?.shortDescription),
    ...known("published", format?.publishDate ?? format?.uploadDate),
    status: state?.status ?? "",
    reason: reasons
      .filter((part) => part !== undefined && part !== "")
      .join(": ")
      .slice(0, 400),
    isLive: video?.isLive ?? false,
    isUpcoming: video?.isUpcoming ?? false,
    ...(slate === undefined ? {} : { startsAt: slate.scheduledStartTime * 1000 }),
    tracks: (captions?.playerCaptionsTracklistRenderer.captionTracks ?? []).map((track) => ({
      url: track.baseUrl,
      language: track.languageCode,
      isAutomatic: track.kind === "asr",
      isTranslatable: track.isTranslatable ?? false,
    })),
  };
}

function known<Name extends string>(name: Name, value: string | undefined): { [name in Name]?: string } {
  return value === undefined || value.trim() === "" ? {} : ({ [name]: value.trim() } as { [name in Name]: string });
}

/** The player response a watch page carries in a script; undefined when there is none. */
export function playerOfPage(html: string): PlayerData | undefined {
  const assignment = /ytInitialPlayerResponse["']?\]?\s*=\s*(?=\{)/gu;
  // A page has one or two of them; each costs a look at all that follows.
  for (const match of html.matchAll(assignment).take(5)) {
    const json = objectAt(html, match.index + match[0].length);
    const data = json === undefined ? undefined : playerData(json);
    if (data !== undefined) return data;
  }
  return undefined;
}

/** The JSON object that begins at `from`; undefined when it does not end or is none. */
function objectAt(text: string, from: number): unknown {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === "\\") at += 1;
    } else if (character === "{") depth += 1;
    else if (character === "}" && --depth === 0) {
      try {
        return JSON.parse(text.slice(from, at + 1)) as unknown;
      } catch (error) {
        // JavaScript that is no JSON: the page is not one we know.
        if (error instanceof SyntaxError) return undefined;
        throw error;
      }
    }
  }
  return undefined;
}
