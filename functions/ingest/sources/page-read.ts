/** One document of the web as text: an article, plain text, Markdown, captions; or the feed that it turns out to be. */
import { textOf } from "../../../shared/domain/answer-text.ts";
import type { SourceReading, SourceText, Validators, Web, WebAnswer } from "../../../shared/source-ports.ts";
import { htmlHead } from "./html-head.ts";
import { articleText, wordsIn } from "./html-text.ts";
import { unreadable } from "./options.ts";

type Answered = Extract<WebAnswer, { kind: "ok" }>;

const ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.9, text/markdown;q=0.9, text/vtt;q=0.9, */*;q=0.5";
/** Fewer are a page that a script fills, a login or an error. */
const FEWEST_WORDS = 8;
const AS_TEXT = "save it as plain text or Markdown and send that as content";
/** Formats nobody reads here, by media type or by their first characters. */
const OTHERS: readonly {
  readonly type: RegExp;
  readonly begins?: RegExp;
  readonly what: string;
  readonly instead?: string;
}[] = [
  { type: /\/pdf\b/iu, begins: /^%PDF-/u, what: "a PDF" },
  {
    type: /officedocument|msword|opendocument|rtf/iu,
    begins: /^(?:PK\u0003\u0004|\{\\rtf)/u,
    what: "an office document or an archive",
  },
  { type: /^image\//iu, begins: /^(?:\u0089PNG|GIF8|\u00ff\u00d8\u00ff)/u, what: "an image" },
  { type: /^(?:audio|video)\//iu, what: "a recording", instead: "send its transcript as content" },
  {
    type: /zip|gzip|x-tar|octet-stream;? ?.*\bname=.*\.(?:zip|gz|tar)/iu,
    begins: /^\u001f\u008b/u,
    what: "an archive",
  },
];

/** Throws RetryLater. */
export async function readPage(
  url: string,
  { web, known }: { readonly web: Web; readonly known?: Validators },
  signal: AbortSignal,
): Promise<SourceReading> {
  const answer = await web.get(
    { url, accept: ACCEPT, isPage: true, ...(known === undefined ? {} : { known }) },
    signal,
  );
  if (answer.kind === "unchanged") return answer;
  return answer.kind === "refused" ? unreadable(answer.because) : documentOf(answer);
}

/** What was answered, by its media type and, where that says little, by how it begins. */
export async function documentOf(answer: Answered): Promise<SourceReading> {
  const { url, contentType, body } = answer;
  const begin = Buffer.from(body.subarray(0, 512)).toString("latin1");
  const other = OTHERS.find(({ type, begins }) => type.test(contentType) || begins?.test(begin) === true);
  if (other !== undefined) return unreadable(`${url} is ${other.what}: ${other.instead ?? AS_TEXT}`);
  const text = textOf(answer);
  const begins = withoutLeadingComments(text);
  if (/^(?:<\?xml[^>]*>)?\s*<(?:rss|feed|rdf:RDF)\b/iu.test(begins) || isJsonFeed(text)) {
    const { listingOf } = await import("./feed-read.ts");
    return listingOf(text, url, answer.validators) ?? unreadable(`${url}: the feed cannot be read`);
  }
  const isHtml = /html/iu.test(contentType) || /^(?:<\?xml[^>]*>)?<(?:!doctype html|html|head|body)\b/iu.test(begins);
  return isHtml ? article(url, text) : plain(url, text);
}

/** The first characters that say what a document is. */
function withoutLeadingComments(text: string): string {
  let rest = text.slice(0, 20_000).trimStart();
  const declaration = /^<\?xml[^>]*>/iu.exec(rest)?.[0] ?? "";
  rest = rest.slice(declaration.length).trimStart();
  while (rest.startsWith("<!--")) {
    const end = rest.indexOf("-->");
    if (end < 0) break;
    rest = rest.slice(end + 3).trimStart();
  }
  return declaration + rest;
}

function isJsonFeed(text: string): boolean {
  return /^\s*\{/u.test(text) && /"version"\s*:\s*"https:\/\/jsonfeed\.org\//u.test(text.slice(0, 5_000));
}

function article(url: string, html: string): SourceReading {
  const { title, author, published, canonical } = htmlHead(html);
  const content = articleText(html);
  if (wordsIn(content) < FEWEST_WORDS) {
    return unreadable(`${url} holds no article: a script may draw it, or it asks for a login; ${AS_TEXT}`);
  }
  return {
    kind: "text",
    title: title ?? url,
    content,
    format: "text",
    address: canonicalOf(url, canonical),
    notes: [],
    ...(author === undefined ? {} : { by: author }),
    ...(published === undefined ? {} : { published }),
  };
}

/** A page may name its own address, and never another host's: it could take the place of what is known of that. */
function canonicalOf(url: string, canonical: string | undefined): string {
  const named = canonical === undefined ? null : URL.parse(canonical, url);
  const own = new URL(url);
  own.hash = "";
  if (named === null || named.host !== own.host || !/^https?:$/u.test(named.protocol)) return own.href;
  // Half of the web's templates name the front page on every page.
  if (named.pathname === "/" && own.pathname !== "/") return own.href;
  named.hash = "";
  return named.href;
}

function plain(url: string, text: string): SourceText | ReturnType<typeof unreadable> {
  if (text.trim() === "") return unreadable(`${url} is empty`);
  const format = /^\s*[{[]/u.test(text)
    ? "json"
    : /^\s*WEBVTT/u.test(text)
      ? "vtt"
      : /\.srt$/iu.test(new URL(url).pathname)
        ? "srt"
        : "text";
  const heading = /^\s{0,3}#\s+(.{1,200}?)\s*#*\s*$/mu.exec(text.slice(0, 5_000))?.[1];
  const file = decodeURIComponent(
    /[^/]*$/u.exec(new URL(url).pathname)?.[0].replaceAll(/%(?![0-9a-f]{2})/giu, "%25") ?? "",
  );
  const title = (format === "text" ? heading : undefined) ?? (file === "" ? url : file);
  return { kind: "text", title, content: text, format, address: canonicalOf(url, undefined), notes: [] };
}
