/** Hacker News over its search API (hn.algolia.com/api), which is offered to programs and needs no key. */
import * as z from "zod";
import { textOf } from "../../../shared/domain/answer-text.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import type { ListedSource, SourceReading, UnreadableSource, Web } from "../../../shared/source-ports.ts";
import { gitHubAddress } from "./github-address.ts";
import { fragmentText, wordsIn } from "./html-text.ts";
import { unreadable } from "./options.ts";

export interface HackerNewsQuestion {
  /** Words; without any the front page. */
  readonly query: string;
  readonly minPoints: number;
}

const API = "https://hn.algolia.com/api/v1";
const ITEM = "https://news.ycombinator.com/item?id=";
/** What the API gives at once. */
const MOST_ENTRIES = 100;
const FEWEST_WORDS = 20;

const nullable = z.string().nullish();
const Hit = z.object({
  objectID: z.string(),
  title: nullable,
  url: nullable,
  story_text: nullable,
  points: z.number().nullish(),
  created_at: nullable,
});
const Hits = z.object({ hits: z.array(Hit) });
const Item = z.object({
  id: z.number(),
  title: nullable,
  url: nullable,
  text: nullable,
  author: nullable,
  created_at: nullable,
});

/** Throws RetryLater. */
export async function readListing(question: HackerNewsQuestion, web: Web, signal: AbortSignal): Promise<SourceReading> {
  const { query, minPoints } = question;
  const isSearch = query !== "";
  const parameters = new URLSearchParams({
    tags: isSearch ? "story" : "front_page",
    ...(isSearch ? { query } : {}),
    // Points are what the API can count by itself.
    ...(minPoints > 0 ? { numericFilters: `points>=${minPoints}` } : {}),
    hitsPerPage: String(MOST_ENTRIES),
  });
  const answer = await ask(
    `${API}/${isSearch ? "search_by_date" : "search"}?${parameters.toString()}`,
    Hits,
    web,
    signal,
  );
  if ("kind" in answer) return answer;
  const entries = answer.data.hits.filter(({ points }) => (points ?? 0) >= minPoints).flatMap(entryOf);
  const newest = entries.toSorted((a, b) => (b.published ?? "").localeCompare(a.published ?? ""));
  const title = isSearch ? `Hacker News: ${query}` : "Hacker News: front page";
  return { kind: "listing", title, entries: newest, validators: {} };
}

/** The article a story links to, and for a question or an announcement its own words. Throws RetryLater. */
export async function readItem(id: string, web: Web, signal: AbortSignal): Promise<SourceReading> {
  const answer = await ask(`${API}/items/${id}`, Item, web, signal);
  if ("kind" in answer) return answer;
  const { title, url, text, author, created_at: created } = answer.data;
  const address = `${ITEM}${id}`;
  const hit = { objectID: id, title, url, created_at: created };
  const [linked] = url === null || url === undefined ? [] : entryOf(hit);
  if (linked !== undefined) return { kind: "listing", title: linked.title, entries: [linked], validators: {} };
  const content = fragmentText(text ?? "");
  if (wordsIn(content) < FEWEST_WORDS) return unreadable(`${address} links to nothing and says too little itself`);
  const by = author === null || author === undefined ? {} : { by: author };
  const published = created === null || created === undefined ? {} : { published: created };
  return { kind: "text", title: title ?? address, content, format: "text", address, notes: [], ...by, ...published };
}

async function ask<Schema extends z.ZodType>(
  url: string,
  schema: Schema,
  web: Web,
  signal: AbortSignal,
): Promise<{ readonly data: z.infer<Schema> } | UnreadableSource> {
  const answer = await web.get({ url, accept: "application/json" }, signal);
  if (answer.kind === "refused") return unreadable(answer.because);
  if (answer.kind === "unchanged") throw new RetryLater("Hacker News answered without data", 60_000);
  const json = jsonOf(textOf(answer));
  const read = schema.safeParse(json);
  if (!read.success) throw new RetryLater("what Hacker News answered is not its data, or was cut short", 60_000);
  return { data: read.data };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A story without a link is itself what is to be read. */
function entryOf({ objectID, title, url, story_text: own, created_at: created }: z.infer<typeof Hit>): ListedSource[] {
  const link = url === null || url === undefined || url === "" ? null : URL.parse(url);
  if (link !== null && !/^https?:$/u.test(link.protocol)) return [];
  const content = link === null ? fragmentText(own ?? "") : "";
  const name = (title ?? "").trim();
  const address = link === null ? `${ITEM}${objectID}` : article(link);
  return [
    {
      address,
      title: name === "" ? address : name,
      ...(wordsIn(content) < FEWEST_WORDS ? {} : { content }),
      ...(created === null || created === undefined ? {} : { published: created }),
    },
  ];
}

/** A story about a repository is about what its README says, not about its next releases. */
function article(link: URL): string {
  const repository = gitHubAddress(link, "github.com");
  if (repository?.kind !== "releases" || link.pathname.split("/").filter(Boolean).length !== 2) return link.href;
  return `https://github.com/${repository.owner}/${repository.repo}/tree/HEAD`;
}
