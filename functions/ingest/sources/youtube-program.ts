/** What yt-dlp, or a program that writes as it does, tells of a video. */
import * as z from "zod";
import type { CaptionProgram } from "../../../shared/source-ports.ts";
import { videoPage } from "./youtube-address.ts";
import type { CaptionTrack } from "./youtube-player.ts";

export interface ProgramAnswer {
  readonly title?: string;
  readonly channel?: string;
  readonly published?: string;
  readonly description?: string;
  readonly tracks: readonly CaptionTrack[];
}

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
  program: CaptionProgram,
  signal: AbortSignal,
): Promise<ProgramAnswer | string> {
  const answer = await program.describe(videoPage(id), signal);
  if (answer.kind === "failed") return answer.because;
  return infoOf(answer.json) ?? "it wrote something else than a video's data";
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
