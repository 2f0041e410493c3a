/** Which captions of a video are read, and reading them from YouTube's timedtext addresses. */
import { textOf } from "../../../shared/domain/answer-text.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import type { Web } from "../../../shared/source-ports.ts";
import type { CaptionTrack } from "./youtube-player.ts";

export interface Captions {
  readonly content: string;
  readonly format: "json" | "vtt" | "text";
  readonly notes: readonly string[];
}
interface Choice {
  readonly track: CaptionTrack;
  readonly translateTo?: string;
  readonly notes: readonly string[];
}
/** Of one way to ask: captions, or why there are none, and whether asking again later may help. */
export type CaptionsRead =
  | { readonly kind: "captions"; readonly captions: Captions }
  | { readonly kind: "none"; readonly because: readonly string[]; readonly retry?: RetryLater };

/** A video with captions in a hundred languages is asked for so many of them at most. */
const MOST_CHOICES = 5;

/**
 * Configured languages in their order, manual captions before automatic ones of the same language; then a translation
 * into the first language; then what is there, as it is.
 */
export function choices(tracks: readonly CaptionTrack[], languages: readonly string[]): Choice[] {
  const ordered = [...tracks].sort((a, b) => Number(a.isAutomatic) - Number(b.isAutomatic));
  const wanted = languages.flatMap((language) => ordered.filter((track) => speaks(track.language, language)));
  const chosen: Choice[] = [...new Set(wanted.toSorted((a, b) => rank(a, languages) - rank(b, languages)))].map(
    (track) => ({
      track,
      notes: track.isAutomatic ? [`automatic captions (${track.language}): names and figures may be misheard`] : [],
    }),
  );
  const [first] = languages;
  const others = ordered.filter((track) => !wanted.includes(track));
  const translatable = others.find((track) => track.isTranslatable);
  if (first !== undefined && translatable !== undefined) {
    const notes = [
      `no captions in ${languages.join(", ")}: those in ${translatable.language} were translated into ${first} by YouTube`,
    ];
    chosen.push({ track: translatable, translateTo: first, notes });
  }
  for (const track of others) {
    const notes = [`no captions in ${languages.join(", ")}: those in ${track.language} were read as they are`];
    chosen.push({ track, notes });
  }
  return chosen.slice(0, MOST_CHOICES);
}

/** The configured language first, then manual before automatic, then the plain one before its regions. */
function rank({ language, isAutomatic }: CaptionTrack, languages: readonly string[]): number {
  const place = languages.findIndex((wanted) => speaks(language, wanted));
  const wanted = languages[place]?.toLowerCase();
  return place * 4 + (isAutomatic ? 2 : 0) + (language.toLowerCase() === wanted ? 0 : 1);
}

/** `en` is spoken by en, en-GB and en-orig; `pt-BR` by itself only. */
function speaks(language: string, wanted: string): boolean {
  const [is, should] = [language.toLowerCase(), wanted.toLowerCase()];
  return is === should || is.startsWith(`${should}-`);
}

export async function readTracks(
  web: Web,
  tracks: readonly CaptionTrack[],
  languages: readonly string[],
  signal: AbortSignal,
): Promise<CaptionsRead> {
  const because: string[] = [];
  let retry: RetryLater | undefined;
  for (const choice of choices(tracks, languages)) {
    const name = nameOf(choice);
    try {
      const read = await readTrack(web, choice, signal);
      if (typeof read !== "string") return { kind: "captions", captions: { ...read, notes: choice.notes } };
      because.push(`${name}: ${read}`);
    } catch (error) {
      if (!(error instanceof RetryLater)) throw error;
      // The host asks for patience: it is not asked for other languages at once.
      retry = error;
      because.push(`${name}: ${error.message}`);
      break;
    }
  }
  return { kind: "none", because, ...(retry === undefined ? {} : { retry }) };
}

/** The captions, or why not. */
async function readTrack(web: Web, choice: Choice, signal: AbortSignal): Promise<Omit<Captions, "notes"> | string> {
  if (!URL.canParse(choice.track.url, "https://www.youtube.com")) return "its address is none";
  for (const format of ["json3", "vtt"]) {
    const url = captionAddress(choice, format);
    const answer = await web.get({ url, headers: { "accept-language": "en" } }, signal);
    if (answer.kind === "unchanged") return "YouTube answered without captions";
    if (answer.kind === "refused") return answer.because;
    const text = textOf(answer);
    if (text.trim() === "") {
      return "YouTube answered with nothing, as it does without a proof-of-origin token";
    }
    const captions = captionsIn(text);
    if (captions !== undefined) return captions;
    if (/^\s*<(?:!doctype html|html)/iu.test(text)) return "YouTube answered with a page instead of captions";
  }
  return "what YouTube answered holds no captions";
}

/** The format and the translation are set anew: timedtext believes the first `fmt`, and some clients' addresses have one. */
function captionAddress({ track, translateTo }: Choice, format: string): string {
  const url = new URL(track.url, "https://www.youtube.com");
  for (const name of ["fmt", "tlang"]) url.searchParams.delete(name);
  url.searchParams.set("fmt", format);
  if (translateTo !== undefined) url.searchParams.set("tlang", translateTo);
  return url.href;
}

/** Captions with words in any form `ingest` reads; undefined for anything else. */
function captionsIn(text: string): Omit<Captions, "notes"> | undefined {
  if (/^\s*\{/u.test(text))
    return /"utf8"\s*:\s*"[^"]*\p{L}/u.test(text) ? { content: text, format: "json" } : undefined;
  if (/^\s*WEBVTT/u.test(text))
    return /-->[^\n]*\n[^\n]*\p{L}/u.test(text) ? { content: text, format: "vtt" } : undefined;
  const isXml = /^\s*(?:<\?xml[^>]*>\s*)?<(?:transcript|timedtext|tt)\b/iu.test(text);
  return isXml && /<(?:text|p)\b[^>]*>/iu.test(text) ? { content: text, format: "text" } : undefined;
}

function nameOf({ track, translateTo }: Choice): string {
  const kind = track.isAutomatic ? "automatic" : "manual";
  return `${kind} ${track.language}${translateTo === undefined ? "" : ` as ${translateTo}`}`;
}
