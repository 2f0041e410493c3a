/** What all ways to read one video found out together, and what that comes to. */
import { RetryLater } from "../../../shared/runtime/errors.ts";
import type { SourceReading, SourceText } from "../../../shared/source-ports.ts";
import { unreadable } from "./options.ts";
import { videoPage } from "./youtube-address.ts";
import { chaptersIn } from "./youtube-chapters.ts";
import type { Playability } from "./youtube-playability.ts";
import type { PlayerData } from "./youtube-player.ts";
import type { Captions } from "./youtube-tracks.ts";

export interface Attempts {
  readonly id: string;
  /** What is known of the video, by whoever said it first. */
  video: Partial<Pick<PlayerData, "title" | "channel" | "description" | "published">>;
  /** One sentence each. */
  readonly failures: string[];
  readonly unclear: Extract<Playability, { kind: "unclear" }>[];
  /** Ways to which the video plays and has no captions. */
  readonly silent: string[];
  hasTracks: boolean;
  readonly retries: RetryLater[];
}

/** Automatic captions come minutes to hours after a video. */
const CAPTIONS_COME_WITHIN_MS = 6 * 3_600_000;
const RETRY_MS = 3_600_000;
/** Fewer are a slogan or a list of links. */
const FEWEST_WORDS = 8;

export function newAttempts(id: string): Attempts {
  return { id, video: {}, failures: [], unclear: [], silent: [], hasTracks: false, retries: [] };
}

export function describe(attempts: Attempts, { title, channel, description, published }: PlayerData): void {
  const said = { title, channel, description, published };
  const told = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  attempts.video = { ...told, ...attempts.video };
}

export function textOfCaptions({ id, video }: Attempts, { content, format, notes }: Captions): SourceText {
  const chapters = chaptersIn(video.description ?? "");
  return {
    kind: "text",
    title: video.title ?? videoPage(id),
    content,
    format,
    address: videoPage(id),
    notes,
    ...(video.channel === undefined ? {} : { by: video.channel }),
    ...(video.published === undefined ? {} : { published: video.published }),
    ...(chapters.length === 0 ? {} : { chapters }),
  };
}

/** No way brought captions. Throws RetryLater where that may pass. */
export function withoutCaptions(attempts: Attempts, now: number): SourceReading {
  const { id, video, failures, unclear, silent, hasTracks, retries } = attempts;
  const tried = failures.join("; ").slice(0, 1_500);
  const page = videoPage(id);
  if (retries.length > 0) {
    const afterMs = Math.max(...retries.map((retry) => retry.afterMs));
    throw new RetryLater(`${page}: ${tried}`, afterMs, { free: retries.every(({ free }) => free) });
  }
  if (hasTracks) {
    const advice = "install yt-dlp where ingest runs and name it in YT_DLP, or send the captions as content";
    throw new RetryLater(`${page} has captions and YouTube does not hand them out: ${advice} (${tried})`, RETRY_MS);
  }
  if (silent.length > 0) return description(attempts, now);
  if (unclear.length === 0 || unclear.some(({ passes }) => passes)) throw new RetryLater(`${page}: ${tried}`, RETRY_MS);
  const [first] = unclear.filter(({ because }) => !because.startsWith("YouTube does not answer")).concat(unclear);
  return unreadable(`${page}: ${video.title === undefined ? "" : `${video.title}: `}${first?.because ?? tried}`);
}

function description(attempts: Attempts, now: number): SourceReading {
  const { id, video, failures } = attempts;
  const page = videoPage(id);
  const age = now - Date.parse(video.published ?? "");
  if (age >= 0 && age < CAPTIONS_COME_WITHIN_MS) {
    const because = `${page} has no captions yet: it is ${Math.ceil(age / 60_000)} minutes old, and automatic ones come within hours`;
    throw new RetryLater(because, RETRY_MS, { free: true });
  }
  const content = video.description ?? "";
  if (content.split(/\s+/u).filter((word) => /\p{L}{2}/u.test(word)).length < FEWEST_WORDS) {
    return unreadable(`${page} has no captions, and its description says nothing: send a transcript as content`);
  }
  const others = failures.length === 0 ? "" : ` (${failures.join("; ").slice(0, 500)})`;
  const notes = [`no captions: the description was read instead${others}`];
  return textOfCaptions(attempts, { content, format: "text", notes });
}
