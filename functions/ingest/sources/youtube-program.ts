/** yt-dlp, where it is installed: it keeps up with YouTube faster than anybody, and people may give it their cookies. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";
import { videoPage } from "./youtube-address.ts";
import type { CaptionTrack } from "./youtube-player.ts";

/** Where programs are found, and what yt-dlp may know of the environment. */
export interface ProgramSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `yt-dlp` unless given. */
  readonly command?: string;
}
export interface ProgramAnswer {
  readonly title?: string;
  readonly channel?: string;
  readonly published?: string;
  readonly description?: string;
  readonly tracks: readonly CaptionTrack[];
}

const run = promisify(execFile);
const TIMEOUT_MS = 90_000;
const MOST_BYTES = 30_000_000;
/** Nothing else of the environment is its business: it holds keys. */
const PASSED_ON = [
  "PATH",
  "HOME",
  "LANG",
  "TMPDIR",
  "XDG_CONFIG_HOME",
  "XDG_CACHE_HOME",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NO_PROXY",
];

const text = z.string().optional().catch(undefined);
const Tracks = z.record(z.string(), z.array(z.object({ url: z.url(), ext: text })).catch([])).catch({});
const Info = z.object({
  title: text,
  channel: text,
  upload_date: text,
  description: text,
  subtitles: Tracks,
  automatic_captions: Tracks,
});

/** What it knows of a video, without downloading it; or why not. `id`: of a video, checked. */
export async function askProgram(
  id: string,
  settings: ProgramSettings,
  signal: AbortSignal,
): Promise<ProgramAnswer | string> {
  const env = Object.fromEntries(PASSED_ON.flatMap((name) => [[name, settings.env[name]]]));
  const flags = ["--dump-single-json", "--skip-download", "--no-playlist", "--no-warnings", "--no-progress"];
  const limits = ["--socket-timeout", "20", "--retries", "1", "--extractor-retries", "1"];
  let output: string;
  try {
    const command = settings.command ?? "yt-dlp";
    const options = { env, signal, timeout: TIMEOUT_MS, maxBuffer: MOST_BYTES, windowsHide: true };
    output = (await run(command, [...flags, ...limits, "--", videoPage(id)], options)).stdout;
  } catch (error) {
    signal.throwIfAborted();
    return failure(error as NodeJS.ErrnoException & { stderr?: string; killed?: boolean });
  }
  return infoOf(output) ?? "it wrote something else than a video's data";
}

function failure({
  code,
  stderr,
  killed,
  message,
}: Error & { code?: unknown; stderr?: string; killed?: boolean }): string {
  if (code === "ENOENT") return "it is not installed: install it where ingest runs, or check YT_DLP";
  if (code === "EACCES") return "it may not be run: check its rights";
  if (killed === true) return `it did not end within ${TIMEOUT_MS / 1000} s`;
  const last = (stderr ?? "")
    .trim()
    .split("\n")
    .findLast((line) => line.trim() !== "");
  return (last ?? message).replaceAll(/\s+/gu, " ").slice(0, 300);
}

function infoOf(output: string): ProgramAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const read = Info.safeParse(value);
  if (!read.success) return undefined;
  const { title, channel, upload_date: day, description, subtitles, automatic_captions: automatic } = read.data;
  const published = day?.replace(/^(\d{4})(\d{2})(\d{2})$/u, "$1-$2-$3");
  return {
    ...(title === undefined ? {} : { title }),
    ...(channel === undefined ? {} : { channel }),
    ...(published === undefined ? {} : { published }),
    ...(description === undefined ? {} : { description }),
    tracks: [...tracksOf(subtitles, false), ...tracksOf(automatic, true)],
  };
}

function tracksOf(listed: z.infer<typeof Tracks>, isAutomatic: boolean): CaptionTrack[] {
  return Object.entries(listed).flatMap(([language, formats]) => {
    const url = (formats.find(({ ext }) => ext === "json3") ?? formats[0])?.url;
    if (url === undefined || language === "live_chat") return [];
    // Beside the spoken language it lists every one YouTube could translate into.
    if (new URL(url).searchParams.has("tlang")) return [];
    return [{ url, language: language.replace(/-orig$/u, ""), isAutomatic, isTranslatable: true }];
  });
}
