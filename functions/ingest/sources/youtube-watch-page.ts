/** The page a video is watched on, as a visitor without cookies gets it. */
import { textOf } from "../../../shared/domain/answer-text.ts";
import type { Web } from "../../../shared/source-ports.ts";
import { type PlayerData, playerOfPage } from "./youtube-player.ts";

export type WatchPage =
  | {
      readonly kind: "page";
      /** Or why the page does not tell. */
      readonly player: PlayerData | string;
      /** What Innertube wants for the transcript shown beside the video. */
      readonly transcript?: string;
    }
  /** The school may not ask YouTube at all. */
  | { readonly kind: "forbidden"; readonly because: string };

/**
 * English, because reasons are told apart by their words; past the warning of some videos; and with the answer to the
 * question for consent that every visitor from Europe is otherwise led to.
 */
const QUESTION = "&hl=en&bpctr=9999999999&has_verified=1";
const HEADERS = { "accept-language": "en-US,en;q=0.9", cookie: "SOCS=CAI; PREF=hl=en&tz=UTC" };

/** Throws RetryLater. */
export async function readWatchPage(id: string, web: Web, signal: AbortSignal): Promise<WatchPage> {
  const url = `https://www.youtube.com/watch?v=${id}${QUESTION}`;
  const answer = await web.get({ url, accept: "text/html", headers: HEADERS }, signal);
  if (answer.kind === "unchanged") return page("YouTube answered without the page");
  if (answer.kind === "refused") {
    // The page of another host, to which a visitor is led, need not be allowed for YouTube to be.
    const isLed = /consent\.|accounts\.google\./u.test(answer.because);
    return answer.status === undefined && !isLed
      ? { kind: "forbidden", because: answer.because }
      : page(answer.because);
  }
  const html = textOf(answer);
  const transcript = /"getTranscriptEndpoint"\s*:\s*\{\s*"params"\s*:\s*"([\w%=-]{1,2000})"/u.exec(html)?.[1];
  const player = playerOfPage(html);
  if (player !== undefined && (player.videoId ?? id) === id) return page(player, transcript);
  if (new URL(answer.url).hostname.startsWith("consent.") || /action="https:\/\/consent\./u.test(html)) {
    return page("YouTube asks for consent to its cookies before it shows the page");
  }
  if (/g-recaptcha|unusual traffic/u.test(html)) return page("YouTube asks whether the visitor is a robot");
  return page("it holds no data of this video: YouTube may have changed it");
}

function page(player: PlayerData | string, transcript?: string): WatchPage {
  return { kind: "page", player, ...(transcript === undefined ? {} : { transcript: decodeURIComponent(transcript) }) };
}
