/**
 * One video, by several ways in order: the captions its watch page names, those Innertube names to YouTube's apps, the
 * transcript shown beside the video, yt-dlp. Each way that fails says why; what passes by itself is asked again later, and
 * the description is read only where there are no captions.
 */
import { RetryLater } from "../../../shared/runtime/errors.ts";
import type { CaptionProgram, SourceReading, UnreadableSource, Web } from "../../../shared/source-ports.ts";
import { unreadable } from "./options.ts";
import { videoPage } from "./youtube-address.ts";
import { type Attempts, describe, newAttempts, textOfCaptions, withoutCaptions } from "./youtube-attempts.ts";
import { playability } from "./youtube-playability.ts";
import type { PlayerData } from "./youtube-player.ts";
import { askProgram } from "./youtube-program.ts";
import { type Captions, readTracks } from "./youtube-tracks.ts";
import { readWatchPage } from "./youtube-watch-page.ts";

export interface VideoPorts {
  readonly web: Web;
  /** BCP 47, the most wanted first. */
  readonly languages: readonly string[];
  /** Without it yt-dlp is not asked. */
  readonly captionProgram?: CaptionProgram;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
/**
 * Apps whose caption addresses answer without a proof-of-origin token, the most reliable first; the web's own player has
 * asked for one since 2025.
 */
const INNERTUBE_CLIENTS = ["ANDROID_VR", "IOS", "ANDROID"];

/** What a way came to; undefined: the next one is tried. */
type Found = { readonly captions: Captions } | UnreadableSource | undefined;

/** `id`: checked. Throws RetryLater telling all that was tried. */
export async function readVideo(id: string, ports: VideoPorts, signal: AbortSignal): Promise<SourceReading> {
  const page = await readWatchPage(id, ports.web, signal);
  if (page.kind === "forbidden") return unreadable(page.because);
  const attempts = newAttempts(id);
  const found =
    (await consider(attempts, "the watch page", page.player, ports, signal)) ??
    (await askInnertube(attempts, page.transcript, ports, signal)) ??
    (await askYtDlp(attempts, ports, signal));
  if (found === undefined) return withoutCaptions(attempts, ports.now());
  return "captions" in found ? textOfCaptions(attempts, found.captions) : found;
}

/** Throws RetryLater for a video that is yet to come. */
async function consider(
  attempts: Attempts,
  way: string,
  player: PlayerData | string,
  { web, languages, now }: VideoPorts,
  signal: AbortSignal,
): Promise<Found> {
  if (typeof player === "string") {
    attempts.failures.push(`${way}: ${player}`);
    return undefined;
  }
  describe(attempts, player);
  const state = playability(player, now());
  const page = videoPage(attempts.id);
  if (state.kind === "never") return unreadable(`${page}: ${state.because}`);
  if (state.kind === "later")
    throw new RetryLater(`${page}: ${state.because}`, state.afterMs, { free: state.isBounded });
  if (state.kind === "unclear") {
    const isNew = attempts.unclear.every(({ because }) => because !== state.because);
    attempts.unclear.push(state);
    attempts.failures.push(`${way}: ${isNew ? state.because : "the same"}`);
  }
  if (player.tracks.length === 0) {
    if (state.kind === "plays") attempts.silent.push(way);
    return undefined;
  }
  attempts.hasTracks = true;
  const read = await readTracks(web, player.tracks, languages, signal);
  if (read.kind === "captions") return read;
  attempts.failures.push(...read.because.map((because) => `${way}, ${because}`));
  if (read.retry !== undefined) attempts.retries.push(read.retry);
  return undefined;
}

async function askInnertube(
  attempts: Attempts,
  transcript: string | undefined,
  ports: VideoPorts,
  signal: AbortSignal,
): Promise<Found> {
  // Most videos are read without it, and its library is large.
  const { innertubeSession } = await import("./youtube-innertube.ts");
  const session = await innertubeSession(ports.web, signal);
  for (const client of INNERTUBE_CLIENTS) {
    // Two that agree are enough: more would only cost YouTube's patience.
    if (attempts.silent.length >= 2 || attempts.unclear.filter(({ passes }) => passes).length >= 2) break;
    const way = `Innertube as ${client}`;
    const player = await patiently(attempts, () => session.player(attempts.id, client));
    const found = await consider(attempts, way, player, ports, signal);
    if (found !== undefined) return found;
  }
  if (transcript === undefined || attempts.silent.length >= 2) return undefined;
  const way = "Innertube's transcript";
  const read = await patiently(attempts, () => session.transcript(transcript));
  if (typeof read !== "string") {
    const notes = ["the transcript shown beside the video, in the language YouTube chose"];
    return { captions: { content: read.json3, format: "json", notes } };
  }
  attempts.failures.push(`${way}: ${read}`);
  return undefined;
}

async function askYtDlp(attempts: Attempts, ports: VideoPorts, signal: AbortSignal): Promise<Found> {
  // It does not go through the guards, so it never goes round a host that asked for patience.
  if (ports.captionProgram === undefined || attempts.silent.length >= 2 || attempts.retries.length > 0)
    return undefined;
  const answer = await askProgram(attempts.id, ports.captionProgram, signal);
  if (typeof answer === "string") return consider(attempts, "yt-dlp", answer, ports, signal);
  const player = { ...answer, status: "OK", reason: "", isLive: false, isUpcoming: false };
  return consider(attempts, "yt-dlp", player, ports, signal);
}

/** A host that asks for patience ends this way, not all of them: what it asks is kept for the end. */
async function patiently<Value>(attempts: Attempts, ask: () => Promise<Value>): Promise<Value | string> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RetryLater)) throw error;
    attempts.retries.push(error);
    return error.message;
  }
}
