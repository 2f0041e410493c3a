/** All readers of sources, and which of them an address belongs to. What they need is loaded when they first read. */
import type { CaptionProgram, LocalFiles, SourceKind, SourceReader, Web } from "../../../shared/source-ports.ts";
import { feedReader } from "./feed.ts";
import { folderReader } from "./folder.ts";
import { gitHubReader } from "./github.ts";
import type { GitHubAccess } from "./github-access.ts";
import { hackerNewsReader } from "./hackernews.ts";
import { pageReader } from "./page.ts";
import { youTubeReader } from "./youtube.ts";
import { youTubeAddress } from "./youtube-address.ts";

export interface ReaderPorts {
  readonly web: Web;
  /** BCP 47, the most wanted first; SOURCE_LANGUAGES. */
  readonly languages: readonly string[];
  /** Without them no files of this machine are read. */
  readonly files?: LocalFiles;
  /** github.com without a token unless given. */
  readonly github?: readonly GitHubAccess[];
  /** yt-dlp; it is not asked unless given. */
  readonly captionProgram?: CaptionProgram;
  /** Milliseconds since 1970; the clock unless given. */
  readonly now?: () => number;
}

/** The more particular ones first: the last takes every page. */
export function sourceReaders(ports: ReaderPorts): readonly SourceReader[] {
  const { web, languages, files, github, captionProgram, now = Date.now } = ports;
  return [
    youTubeReader({ web, languages, now, ...(captionProgram === undefined ? {} : { captionProgram }) }),
    gitHubReader(web, github),
    hackerNewsReader(web),
    folderReader(files),
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
