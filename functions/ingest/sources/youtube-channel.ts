/** A channel or a playlist as YouTube's own feed lists it: its newest videos, fifteen of them. */
import { textOf } from "../../../shared/domain/answer-text.ts";
import type { SourceReading, SourceRequest, Web } from "../../../shared/source-ports.ts";
import { readFeed } from "./feed-read.ts";
import { unreadable } from "./options.ts";
import type { YouTubeAddress } from "./youtube-address.ts";

type Listed = Exclude<YouTubeAddress, { kind: "video" }>;

const FEED = "https://www.youtube.com/feeds/videos.xml";
const HEADERS = { "accept-language": "en-US,en;q=0.9", cookie: "SOCS=CAI; PREF=hl=en&tz=UTC" };

/** Throws RetryLater. */
export async function readChannel(
  listed: Listed,
  { known }: Pick<SourceRequest, "known">,
  web: Web,
  signal: AbortSignal,
): Promise<SourceReading> {
  const feed = listed.kind === "named" ? await feedOfPage(listed.page, web, signal) : feedOf(listed.by, listed.id);
  if (feed.kind === "unreadable") return feed;
  const reading = await readFeed(feed.url, { web, ...(known === undefined ? {} : { known }) }, signal);
  if (reading.kind !== "listing") return reading;
  // What a video says is in its captions; the description in the feed is not to be taken for it.
  return { ...reading, entries: reading.entries.map(({ content: _, ...entry }) => entry) };
}

function feedOf(by: string, id: string): { readonly kind: "feed"; readonly url: string } {
  return { kind: "feed", url: `${FEED}?${new URLSearchParams({ [by]: id }).toString()}` };
}

/** The page of a name says which channel it is. Several ids may stand there (recommended channels): its own come first. */
async function feedOfPage(page: string, web: Web, signal: AbortSignal) {
  const url = `${page}?hl=en`;
  const answer = await web.get({ url, accept: "text/html", headers: HEADERS }, signal);
  if (answer.kind === "unchanged") return unreadable(`${page}: YouTube answered without the page`);
  if (answer.kind === "refused") return unreadable(answer.because);
  const html = textOf(answer);
  const id = OWN_ID.map((pattern) => pattern.exec(html)?.[1]).find((found) => found !== undefined);
  if (id !== undefined) return feedOf("channel_id", id);
  const consent = new URL(answer.url).hostname.startsWith("consent.");
  const because = consent ? "YouTube asks for consent to its cookies" : "the page names no channel";
  return unreadable(
    `${page}: ${because}; give the channel's address with its id instead (https://www.youtube.com/channel/UC…, under "Share channel")`,
  );
}

const OWN_ID = [
  /feeds\/videos\.xml\?channel_id=(UC[\w-]{22})/u,
  /<link\s[^>]*rel="canonical"[^>]*\/channel\/(UC[\w-]{22})/u,
  /"externalId"\s*:\s*"(UC[\w-]{22})"/u,
  /<meta\s[^>]*itemprop="(?:channelId|identifier)"[^>]*content="(UC[\w-]{22})"/u,
  /"browseId"\s*:\s*"(UC[\w-]{22})"/u,
];
