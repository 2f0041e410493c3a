/** YouTube as a visitor without cookies meets it: watch pages, Innertube, caption addresses, channel pages and feeds. */
import { type AskedOfHost, type HostAnswer, html, json } from "./hosts.ts";

export const VIDEO = "dQ7xKz-9_aB";

export interface FakeTrack {
  readonly language: string;
  readonly automatic?: true;
  readonly translatable?: true;
  /** Of the address: what YouTube asks a proof-of-origin token for answers with nothing. */
  readonly gated?: true;
  /** In place of captions. */
  readonly answers?: () => HostAnswer;
  readonly says?: string;
}
export interface FakeVideo {
  readonly status?: string;
  readonly reason?: string;
  readonly subreason?: string;
  readonly live?: true;
  readonly startsAt?: number;
  readonly title?: string;
  readonly description?: string;
  readonly published?: string;
  readonly tracks?: readonly FakeTrack[];
}
export interface FakeYouTube {
  /** The watch page as it is; `video` unless given. */
  readonly page?: () => HostAnswer;
  readonly video: FakeVideo;
  /** What Innertube tells an app; `video` unless given. */
  readonly apps?: (client: string) => FakeVideo | HostAnswer;
  /** The transcript shown beside the video. */
  readonly transcript?: () => HostAnswer;
}

export function playerResponse(video: FakeVideo) {
  const { status = "OK", reason, subreason, startsAt, tracks = [] } = video;
  return {
    responseContext: {},
    playabilityStatus: {
      status,
      ...(reason === undefined ? {} : { reason }),
      ...(subreason === undefined
        ? {}
        : { errorScreen: { playerErrorMessageRenderer: { subreason: { runs: [{ text: subreason }] } } } }),
      ...(startsAt === undefined
        ? {}
        : {
            liveStreamability: {
              liveStreamabilityRenderer: {
                offlineSlate: { liveStreamOfflineSlateRenderer: { scheduledStartTime: String(startsAt / 1000) } },
              },
            },
          }),
    },
    videoDetails: {
      videoId: VIDEO,
      title: video.title ?? 'Running {brackets} & "quotes" in production',
      author: "Platform Talks",
      shortDescription: video.description ?? "",
      lengthSeconds: "1800",
      isLive: video.live ?? false,
    },
    microformat: { playerMicroformatRenderer: { publishDate: video.published ?? "2025-03-01T08:00:00-08:00" } },
    ...(tracks.length === 0
      ? {}
      : {
          captions: {
            playerCaptionsTracklistRenderer: {
              captionTracks: tracks.map((track, i) => ({
                baseUrl: `https://www.youtube.com/api/timedtext?v=${VIDEO}&n=${i}&lang=${track.language}${track.gated ? "&exp=xpe" : ""}&fmt=srv3`,
                name: { simpleText: track.language },
                languageCode: track.language,
                ...(track.automatic ? { kind: "asr" } : {}),
                isTranslatable: track.translatable ?? false,
              })),
            },
          },
        }),
  };
}

export function watchPage(video: FakeVideo, transcript = false): HostAnswer {
  const data = transcript
    ? `<script>var ytInitialData = {"x":{"getTranscriptEndpoint":{"params":"CgtkUTd4S3o%3D"}}};</script>`
    : "";
  const player = JSON.stringify(playerResponse(video)).replaceAll("<", "\\u003c");
  return html(
    `<!DOCTYPE html><html><head><title>YouTube</title></head><body><script nonce="x">var ytInitialPlayerResponse = ${player};var meta = document.createElement('meta');</script>${data}</body></html>`,
  );
}

export function captions(words: string): HostAnswer {
  return json({
    wireMagic: "pb3",
    events: [
      { tStartMs: 0, dDurationMs: 9000, id: 1 },
      {
        tStartMs: 1000,
        dDurationMs: 4000,
        segs: words.split(" ").map((word, i) => ({ utf8: `${i === 0 ? "" : " "}${word}`, tOffsetMs: i * 100 })),
      },
    ],
  });
}

/** Answers for every host of YouTube. */
export function fakeYouTube({ page, video, apps, transcript }: FakeYouTube) {
  return ({ url, json: sent }: AskedOfHost): HostAnswer | undefined => {
    if (url.host === "consent.youtube.com") return html("<html><body>Before you continue to YouTube</body></html>");
    if (url.host !== "www.youtube.com") return undefined;
    if (url.pathname === "/watch") return page?.() ?? watchPage(video, transcript !== undefined);
    if (url.pathname === "/youtubei/v1/player") {
      const { context, videoId } = sent as { context: { client: { clientName: string } }; videoId: string };
      if (videoId !== VIDEO) return { status: 400, body: "{}" };
      const told = apps?.(context.client.clientName) ?? video;
      return "body" in told ? told : json(playerResponse(told as FakeVideo));
    }
    if (url.pathname === "/youtubei/v1/get_transcript") return transcript?.() ?? precondition();
    if (url.pathname === "/api/timedtext") return timedText(url, [video, ...APPS.map((client) => apps?.(client))]);
    return undefined;
  };
}

const APPS = ["ANDROID_VR", "iOS", "ANDROID"];

export function precondition(): HostAnswer {
  return {
    status: 400,
    headers: { "content-type": "application/json" },
    body: '{"error":{"code":400,"status":"FAILED_PRECONDITION"}}',
  };
}

/** Timedtext believes the first `fmt` of an address. */
function timedText(url: URL, videos: readonly (FakeVideo | HostAnswer | undefined)[]): HostAnswer | undefined {
  const gated = url.searchParams.has("exp");
  const all = videos.flatMap((video) => (video !== undefined && "tracks" in video ? (video.tracks ?? []) : []));
  const track = all.find(
    ({ language, gated: asks = false }) => language === url.searchParams.get("lang") && asks === gated,
  );
  if (track === undefined) return undefined;
  if (track.answers !== undefined) return track.answers();
  if (gated) return { headers: { "content-type": "text/html; charset=UTF-8" }, body: "" };
  const to = url.searchParams.get("tlang");
  const words = `${track.says ?? `said in ${track.language}${track.automatic ? " automatically" : ""}`}${to === null ? "" : ` translated to ${to}`}`;
  if (url.searchParams.get("fmt") !== "json3") {
    return {
      headers: { "content-type": "text/xml" },
      body: `<?xml version="1.0"?><timedtext format="3"><body><p t="0" d="1000">${words}</p></body></timedtext>`,
    };
  }
  return captions(words);
}
