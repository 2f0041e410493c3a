/** RSS, RDF, Atom and JSON Feed, as feedsmith reads them, become one list of entries. */
import { parseFeed } from "feedsmith";
import { cleanLine } from "../../../shared/domain/text.ts";
import type { ListedSource } from "../../../shared/source-ports.ts";
import { mended } from "./feed-mend.ts";
import { dateOf } from "./html-head.ts";
import { fragmentText, wordsIn } from "./html-text.ts";

export interface FeedEntries {
  readonly title?: string;
  readonly entries: readonly ListedSource[];
  /** Entries without an address to come back to. */
  readonly without: number;
}
interface Entry {
  readonly link?: string | undefined;
  /** Counts as a link where it is a whole address of the web. */
  readonly id?: string | undefined;
  readonly base?: string | undefined;
  readonly title?: string | undefined;
  readonly date?: unknown;
  readonly html?: string | undefined;
  readonly text?: string | undefined;
  /** Where a format has one field for teasers and whole texts alike. */
  readonly maybeWhole?: string | undefined;
}

/** The newest are kept. */
const MOST_ENTRIES = 500;
const LONGEST_CONTENT = 500_000;
/** A description of so many words that does not trail off is the text itself. */
const WHOLE_TEXT_WORDS = 200;

/** Undefined: the text is no feed. `base`: where it was read. */
export function feedEntries(text: string, base: string): FeedEntries | undefined {
  const read = parsed(text);
  if (read === undefined) return undefined;
  const seen = new Set<string>();
  const listed = read.entries.flatMap((entry) => {
    const address = addressOf(entry, base);
    if (address === undefined || seen.has(address)) return [];
    seen.add(address);
    return [{ entry, address, published: typeof entry.date === "string" ? dateOf(entry.date) : undefined }];
  });
  const newest = listed.every(({ published }) => published !== undefined)
    ? listed.toSorted((a, b) => (b.published ?? "").localeCompare(a.published ?? ""))
    : listed;
  return {
    ...(read.title === undefined ? {} : { title: line(read.title) }),
    entries: newest.slice(0, MOST_ENTRIES).map(({ entry, address, published }) => {
      const content = contentOf(entry);
      const title = line(entry.title ?? "");
      return {
        address,
        title: title === "" ? address : title,
        ...(content === undefined ? {} : { content }),
        ...(published === undefined ? {} : { published }),
      };
    }),
    without: read.entries.filter((entry) => addressOf(entry, base) === undefined).length,
  };
}

function parsed(text: string): { title?: string | undefined; entries: Entry[] } | undefined {
  const json = /^\s*\{/u.test(text);
  const tries = json ? [text] : [text, mended(text)];
  const read = tries.map(attempt).filter((each) => each !== undefined);
  // Of a feed that is not well formed, mending may bring back what was lost.
  return read.toSorted((a, b) => b.entries.length - a.entries.length)[0];
}

function attempt(text: string): { title?: string | undefined; entries: Entry[] } | undefined {
  let read: ReturnType<typeof parseFeed>;
  try {
    read = parseFeed(text);
  } catch {
    // Whatever it stumbles over, it is no feed, or none yet: the mended text is tried.
    return undefined;
  }
  return { title: titleOf(read), entries: entriesOf(read) };
}

type Parsed = ReturnType<typeof parseFeed>;

function titleOf({ feed }: Parsed): string | undefined {
  const { title } = feed;
  return typeof title === "string" ? title : title?.value;
}

function entriesOf(read: Parsed): Entry[] {
  if (read.format === "json") {
    return (read.feed.items ?? []).map((item) => ({
      link: item.url ?? item.external_url,
      id: item.id,
      title: item.title ?? (item.content_text ?? item.summary)?.slice(0, 100),
      date: item.date_published ?? item.date_modified,
      html: item.content_html,
      text: item.content_text,
    }));
  }
  if (read.format === "atom") {
    return (read.feed.entries ?? []).map((entry) => ({
      link: alternate(entry.links),
      id: entry.id,
      base: [read.feed.xml?.base, entry.xml?.base].reduce<string | undefined>(joined, undefined),
      title: entry.title?.value,
      date: entry.published ?? entry.updated,
      ...(entry.content?.type === "text" ? { text: entry.content.value } : { html: entry.content?.value }),
      maybeWhole: entry.summary?.value,
    }));
  }
  const items = read.feed.items ?? [];
  return items.map((item) => {
    const { link, title, description, content, dc } = item;
    const guid = "guid" in item ? item.guid : undefined;
    const date = "pubDate" in item ? item.pubDate : undefined;
    const about = "rdf" in item ? item.rdf?.about : undefined;
    return {
      link: link ?? alternate(item.atom?.links),
      id: (guid?.isPermaLink === false ? undefined : guid?.value) ?? about,
      title: title ?? fragmentText(description ?? "").slice(0, 100),
      date: date ?? dc?.dates?.[0],
      html: content?.encoded,
      maybeWhole: description,
    };
  });
}

function alternate(
  links: readonly { href?: string | undefined; rel?: string | undefined; type?: string | undefined }[] | undefined,
) {
  const pages = links?.filter(({ rel }) => rel === undefined || rel === "alternate");
  return (pages?.find(({ type }) => type === undefined || /html/u.test(type)) ?? pages?.[0])?.href;
}

function joined(base: string | undefined, next: string | undefined): string | undefined {
  if (next === undefined) return base;
  return base === undefined ? next : (URL.parse(next, base)?.href ?? base);
}

function addressOf({ link = "", id = "", base }: Entry, feed: string): string | undefined {
  const from = base === undefined ? feed : (URL.parse(base, feed)?.href ?? feed);
  const url = link.trim() === "" ? URL.parse(id.trim()) : URL.parse(link.trim(), from);
  return url === null || !/^https?:$/u.test(url.protocol) || url.href.length > 2_000 ? undefined : url.href;
}

function contentOf({ html, text, maybeWhole }: Entry): string | undefined {
  const whole = html === undefined ? text?.trim() : fragmentText(html.slice(0, LONGEST_CONTENT));
  if (whole !== undefined && whole !== "") return whole.slice(0, LONGEST_CONTENT);
  if (maybeWhole === undefined) return undefined;
  const words = fragmentText(maybeWhole.slice(0, LONGEST_CONTENT));
  const trailsOff = /(?:\[?(?:…|\.\.\.)\]?|read more|continue reading)\W*$/iu.test(words);
  return wordsIn(words) >= WHOLE_TEXT_WORDS && !trailsOff ? words : undefined;
}

function line(text: string): string {
  return cleanLine(fragmentText(text)).slice(0, 300);
}
