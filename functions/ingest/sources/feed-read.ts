/** Fetches a feed, or finds the one a page offers. */
import { textOf } from "../../../shared/domain/answer-text.ts";
import type { SourceReading, Validators, Web } from "../../../shared/source-ports.ts";
import { feedEntries } from "./feed-entries.ts";
import { htmlHead } from "./html-head.ts";
import { unreadable } from "./options.ts";

const FEEDS =
  "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5";

/** Throws RetryLater. */
export async function readFeed(
  url: string,
  ports: { readonly web: Web; readonly known?: Validators },
  signal: AbortSignal,
  isOffered = false,
): Promise<SourceReading> {
  const { web, known } = ports;
  const answer = await web.get({ url, accept: FEEDS, ...(known === undefined ? {} : { known }) }, signal);
  if (answer.kind === "unchanged") return answer;
  if (answer.kind === "refused") return unreadable(answer.because);
  const text = textOf(answer);
  const listing = listingOf(text, answer.url, answer.validators);
  if (listing !== undefined) return listing;
  const [offered] = /<html\b|<!doctype html/iu.test(text.slice(0, 2_000)) ? htmlHead(text).feeds : [];
  const found = offered === undefined ? null : URL.parse(offered, answer.url);
  if (found !== null && !isOffered) return readFeed(found.href, { web }, signal, true);
  return unreadable(
    `${url}: it is no feed (RSS, Atom or JSON Feed), and a page that offers one was not found there: check the address`,
  );
}

/** Undefined when the text is no feed. */
export function listingOf(text: string, url: string, validators: Validators): SourceReading | undefined {
  const feed = feedEntries(text, url);
  if (feed === undefined) return undefined;
  if (feed.entries.length === 0 && feed.without > 0) {
    return unreadable(`${url}: none of the ${feed.without} entries of the feed has an address`);
  }
  return { kind: "listing", title: feed.title ?? url, entries: feed.entries, validators };
}
