/** What every format becomes: pieces of speech in order, and claims a producer already made of them. */

/** One caption, paragraph or segment. Times in milliseconds from the start of the talk. */
export interface Piece {
  readonly text: string;
  readonly start?: number;
  readonly end?: number;
  /** When each word of `text` (parted by one space) was begun, where the source tells. */
  readonly times?: readonly number[];
  /** Something that is no speech came before it: music, laughter, applause. */
  readonly afterSound?: true;
}

/** An improvement another system proposed for this source. Its own relevance, status and approval are ignored. */
export interface Claim {
  readonly category: string;
  readonly type: string;
  readonly description: string;
  readonly notes: string;
}

export interface Transcript {
  readonly format: "vtt" | "srt" | "sbv" | "ttml" | "text" | "json";
  readonly title?: string;
  readonly videoId?: string;
  readonly pieces: readonly Piece[];
  readonly claims: readonly Claim[];
  /** Blocks that were set aside before anything read them, e.g. pasted YAML. */
  readonly setAside: readonly string[];
  /** "Words" longer than any that people say: encoded data, keys, minified code. They were set aside, too. */
  readonly blobs?: number;
}

/** The source cannot be read and never will be; the message says what is wrong, for the person who sent it. */
export class Unreadable extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Unreadable";
  }
}

/** Milliseconds as hh:mm:ss, the form quotes carry. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
