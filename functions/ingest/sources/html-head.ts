/** What a page says of itself in its head. */
import { fragmentText } from "./html-text.ts";

export interface HtmlHead {
  readonly title?: string;
  readonly author?: string;
  readonly published?: string;
  /** As written: relative, or of any host. */
  readonly canonical?: string;
  /** Feeds the page offers, as written. */
  readonly feeds: readonly string[];
}

/** Heads without their scripts and styles; what comes later is not looked at. */
const HEAD_CHARACTERS = 200_000;

export function htmlHead(html: string): HtmlHead {
  const start = markupOnly(html.slice(0, 2_000_000)).slice(0, HEAD_CHARACTERS);
  const tags = Array.from(
    start.matchAll(/<(meta|link)\b((?:[^>"']|"[^"]{0,2000}"|'[^']{0,2000}'){0,500})>/giu),
    ([, name = "", inside = ""]) => ({
      name: name.toLowerCase(),
      attributes: attributesOf(inside),
    }),
  );
  const meta = (...names: readonly string[]) => {
    for (const wanted of names) {
      const tag = tags.find(({ attributes }) =>
        [attributes["property"], attributes["name"], attributes["itemprop"]].some(
          (name) => name?.toLowerCase() === wanted,
        ),
      );
      const content = tag?.attributes["content"]?.trim();
      if (content !== undefined && content !== "") return content;
    }
    return undefined;
  };
  const links = tags.filter(({ name }) => name === "link").map(({ attributes }) => attributes);
  const rel = (link: Attributes, wanted: string) => (link["rel"] ?? "").toLowerCase().split(/\s+/u).includes(wanted);
  const time = /<time\b[^>]{0,200}?\bdatetime\s*=\s*["']([^"']{8,40})["']/iu.exec(start)?.[1];
  const title = meta("og:title", "twitter:title") ?? elementText(start, "title") ?? elementText(start, "h1");
  const author = meta("author", "article:author");
  const published = dateOf(meta("article:published_time", "datepublished", "date", "dc.date") ?? time);
  const canonical = links.find((link) => rel(link, "canonical"))?.["href"];
  return {
    ...(title === undefined ? {} : { title }),
    ...(author === undefined || /^https?:/iu.test(author) ? {} : { author }),
    ...(published === undefined ? {} : { published }),
    ...(canonical === undefined ? {} : { canonical }),
    feeds: links
      .filter(
        (link) => rel(link, "alternate") && /^application\/(?:rss|atom|feed)\+(?:xml|json)/iu.test(link["type"] ?? ""),
      )
      .flatMap((link) => link["href"] ?? []),
  };
}

/** ISO 8601 of a date in any of the forms pages and feeds write; undefined for none. */
export function dateOf(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text.trim());
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

type Attributes = Readonly<Record<string, string>>;

function attributesOf(inside: string): Attributes {
  const pairs = inside.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gu);
  return Object.fromEntries(
    Array.from(pairs, ([, name = "", double, single, bare]) => [
      name.toLowerCase(),
      decoded(double ?? single ?? bare ?? ""),
    ]),
  );
}

/** Without comments, scripts and styles; one that does not end hides the rest. In one pass: pages may be made to be slow. */
function markupOnly(html: string): string {
  const kept: string[] = [];
  let from = 0;
  for (const match of html.matchAll(/<!--|<(script|style)\b/giu)) {
    if (match.index < from) continue;
    kept.push(html.slice(from, match.index));
    const close = match[1] === undefined ? "-->" : `</${match[1]}`;
    const end = match[1] === undefined ? html.indexOf(close, match.index) : closing(html, close, match.index);
    if (end < 0) return kept.join(" ");
    from = end + close.length;
  }
  return [...kept, html.slice(from)].join(" ");
}

function closing(html: string, close: string, from: number): number {
  const pattern = new RegExp(close, "giu");
  pattern.lastIndex = from;
  return pattern.exec(html)?.index ?? -1;
}

function elementText(html: string, name: string): string | undefined {
  const inside = new RegExp(`<${name}\\b[^>]{0,500}>([\\s\\S]{1,1000}?)</${name}\\s{0,10}>`, "iu").exec(html)?.[1];
  const text = inside === undefined ? "" : oneLine(fragmentText(inside));
  return text === "" ? undefined : text;
}

function decoded(value: string): string {
  return value.includes("&") ? oneLine(fragmentText(value.replaceAll("<", "&lt;"))) : value;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim();
}
