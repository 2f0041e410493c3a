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

/** Heads with all their scripts and styles; what comes later is not looked at. */
const HEAD_CHARACTERS = 500_000;

export function htmlHead(html: string): HtmlHead {
  const start = html.slice(0, HEAD_CHARACTERS).replaceAll(/<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1\s*>/giu, " ");
  const tags = Array.from(
    start.matchAll(/<(meta|link)\b((?:[^>"']|"[^"]*"|'[^']*')*)>/giu),
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
  const time = /<time\b[^>]*\bdatetime\s*=\s*["']([^"']{8,40})["']/iu.exec(html)?.[1];
  const title = meta("og:title", "twitter:title") ?? elementText(start, "title") ?? elementText(html, "h1");
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

function elementText(html: string, name: string): string | undefined {
  const inside = new RegExp(`<${name}\\b[^>]*>([\\s\\S]{1,2000}?)</${name}\\s*>`, "iu").exec(html)?.[1];
  const text = inside === undefined ? "" : oneLine(fragmentText(inside));
  return text === "" ? undefined : text;
}

function decoded(value: string): string {
  return value.includes("&") ? oneLine(fragmentText(value.replaceAll("<", "&lt;"))) : value;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim();
}
