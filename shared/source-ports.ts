/** The narrow interfaces `ingest` sees of the world outside: fetched bytes, and what the readers of sources make of them. */
import type { SourceKind } from "./domain/source-kinds.ts";

export type { SourceKind };

/** One guarded HTTP client for everything that is read from outside; shared/adapters/web implements it. */
export interface Web {
  /**
   * GET. Follows redirects, each of them checked like the first address. A passing fault (429, 503, time-out, reset, the
   * host's turn has not come) throws RetryLater; everything that will not get better is `refused`.
   */
  get(request: WebRequest, signal: AbortSignal): Promise<WebAnswer>;
}
export interface WebRequest {
  readonly url: string;
  /** Media types asked for; anything unless given. */
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** POST of this JSON instead; only for interfaces that want it, and never repeated by a redirect. */
  readonly json?: unknown;
  /** What the last answer said of itself: an unchanged one is `unchanged`. */
  readonly known?: Validators;
  /** Of the decoded body; what is larger is refused. The reader's limit, never above the configured one. */
  readonly maxBytes?: number;
  /**
   * A page written for people, which nobody offers to programs as a feed, an API or captions are offered: what the host's
   * robots.txt keeps from us is refused.
   */
  readonly isPage?: boolean;
}
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}
export type WebAnswer =
  | {
      readonly kind: "ok";
      /** Where the redirects ended. */
      readonly url: string;
      readonly contentType: string;
      readonly body: Uint8Array;
      readonly validators: Validators;
    }
  | { readonly kind: "unchanged" }
  /** Says what is wrong and what to do, for the person who configured or sent the address. */
  | { readonly kind: "refused"; readonly status?: number; readonly because: string };

/** Whose turn it is to ask a host outside: one order for all processes of the school. Hosts as in a URL, with their port. */
export interface HostTurns {
  /** Takes the next turn; one that is more than `mostMs` away is not taken, and the answer says when to ask again. */
  next(host: string, spacing: { readonly everyMs: number; readonly mostMs: number }): Promise<HostTurn>;
  /** The host wants peace: nobody has a turn for so long, nor uses one taken before. */
  hold(host: string, forMs: number): Promise<void>;
  /** Milliseconds the host is held for; 0: it is not. */
  heldMs(host: string): Promise<number>;
}
export interface HostTurn {
  readonly kind: "taken" | "later";
  readonly afterMs: number;
}

/** Files of this machine, of the folders that were opened to the school and nowhere else; shared/adapters/local-files.ts. */
export interface LocalFiles {
  /** `path`: absolute. Throws when `signal` is aborted. */
  read(path: string, wanted: WantedFiles, signal: AbortSignal): Promise<LocalReading>;
}
/** Which files of a folder are listed. */
export interface WantedFiles {
  /** As in `.vtt`; in lower case. */
  readonly endings: readonly string[];
  readonly most: number;
}
export type LocalReading =
  | {
      readonly kind: "file";
      /** Where it really is, links followed. */
      readonly path: string;
      readonly bytes: Uint8Array;
    }
  /** By name, those of the folders inside too; hidden files and links are none of its. */
  | { readonly kind: "folder"; readonly path: string; readonly files: readonly LocalFile[] }
  /** Says what is wrong and what to do. */
  | { readonly kind: "refused"; readonly because: string };
export interface LocalFile {
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
}

/** A program that knows where videos have their captions; shared/adapters/caption-program.ts. */
export interface CaptionProgram {
  /** What it writes about a video, as yt-dlp does: JSON, of which nothing is checked yet. Throws when `signal` is aborted. */
  describe(videoUrl: string, signal: AbortSignal): Promise<VideoDescription>;
}
export type VideoDescription =
  | { readonly kind: "described"; readonly json: string }
  /** In its own words, or that it is not there. */
  | { readonly kind: "failed"; readonly because: string };

/** One kind of source; each is a file in functions/ingest/sources. */
export interface SourceReader {
  readonly kind: SourceKind;
  /** Whether an address nobody gave a kind is one of its. */
  takes(address: URL): boolean;
  read(request: SourceRequest, signal: AbortSignal): Promise<SourceReading>;
}
export interface SourceRequest {
  readonly address: string;
  /** Of a configured source; readers know their own keys and refuse others. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of the last listing. */
  readonly known?: Validators;
}
export type SourceReading = SourceText | SourceListing | { readonly kind: "unchanged" } | UnreadableSource;

/** One thing to learn from: raw, not yet cleaned. */
export interface SourceText {
  readonly kind: "text";
  readonly title: string;
  /** Captions, JSON or text, as the formats of `ingest` know them. */
  readonly content: string;
  readonly format?: "vtt" | "srt" | "text" | "json";
  /** Canonical. */
  readonly address: string;
  /** What was not available and what was taken instead, for people: "no captions: the description was read". */
  readonly notes: readonly string[];
  /** Who says it: a channel, an author, a repository. */
  readonly by?: string;
  /** ISO 8601, a date or a moment. */
  readonly published?: string;
  /** Of a talk, in ascending order. */
  readonly chapters?: readonly Chapter[];
}
export interface Chapter {
  /** Milliseconds from the start of the talk. */
  readonly at: number;
  readonly title: string;
}
/** More sources, newest first. */
export interface SourceListing {
  readonly kind: "listing";
  readonly title: string;
  readonly entries: readonly ListedSource[];
  readonly validators: Validators;
}
export interface ListedSource {
  readonly address: string;
  readonly title: string;
  /** Its whole text, where the listing itself holds it. */
  readonly content?: string;
  /** ISO 8601. */
  readonly published?: string;
}
export interface UnreadableSource {
  readonly kind: "unreadable";
  readonly because: string;
}

/** A source the school looks at by itself: one entry of the file SOURCES names. */
export interface WatchedSource {
  /** Letters, digits and dashes; unique. */
  readonly name: string;
  readonly kind: SourceKind;
  readonly address: string;
  readonly everyMs: number;
  /** New sources a day (UTC) at most; the others wait for the next. */
  readonly dailyLimit: number;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What is known of a source that was submitted before. */
export interface KnownSource {
  /** `waiting`, `read`, `nothing_found`, `listed` or `failed`. */
  readonly state: string;
  readonly contentHash?: string;
  /** Of a listing all of whose entries are known. */
  readonly validators?: Validators;
}
