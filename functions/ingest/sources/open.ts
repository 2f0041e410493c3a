/** All readers of sources, and which of them an address belongs to. What they need is loaded when they first read. */
import type { SourceKind, SourceReader, Web } from "../../../shared/source-ports.ts";
import { feedReader } from "./feed.ts";
import { folderReader } from "./folder.ts";
import { gitHubReader } from "./github.ts";
import type { GitHubAccess } from "./github-read.ts";
import { hackerNewsReader } from "./hackernews.ts";
import { pageReader } from "./page.ts";
import { youTubeReader } from "./youtube.ts";
import { youTubeAddress } from "./youtube-address.ts";
import type { ProgramSettings } from "./youtube-program.ts";

export interface ReaderPorts {
  readonly web: Web;
  /** BCP 47, the most wanted first; SOURCE_LANGUAGES. */
  readonly languages: readonly string[];
  /** Absolute paths; SOURCE_FOLDERS. */
  readonly folders: readonly string[];
  /** Of one file; MAX_SOURCE_BYTES. 5,000,000 unless given. */
  readonly maxBytes?: number;
  /** github.com without a token unless given. */
  readonly github?: GitHubAccess;
  /** Where yt-dlp is looked for; it is not asked unless given. */
  readonly programs?: ProgramSettings;
  /** Milliseconds since 1970; the clock unless given. */
  readonly now?: () => number;
}

/** The more particular ones first: the last takes every page. */
export function sourceReaders(ports: ReaderPorts): readonly SourceReader[] {
  const { web, languages, folders, maxBytes = 5_000_000, github, programs, now = Date.now } = ports;
  return [
    youTubeReader({ web, languages, now, ...(programs === undefined ? {} : { programs }) }),
    gitHubReader(web, github),
    hackerNewsReader(web),
    folderReader({ folders, maxBytes }),
    feedReader(web),
    pageReader(web),
  ];
}

/** The reader of a kind, or the first that takes the address; undefined: none reads such addresses. */
export function readerFor(
  readers: readonly SourceReader[],
  address: string,
  kind?: SourceKind,
): SourceReader | undefined {
  const wanted = kind ?? kindOfBare(address.trim());
  if (wanted !== undefined) return readers.find((reader) => reader.kind === wanted);
  const url = URL.parse(address.trim());
  return url === null ? undefined : readers.find((reader) => reader.takes(url));
}

/** Of what is no URL: a path, a video's or a channel's id, an address without `https://`. */
function kindOfBare(address: string): SourceKind | undefined {
  if (address.startsWith("/")) return "folder";
  return !address.includes("://") && youTubeAddress(address) !== undefined ? "youtube" : undefined;
}
