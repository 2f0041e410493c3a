/** Hacker News: its front page or a search as a listing; of an item, the article it links to. */
import * as z from "zod";
import type { SourceReader, Web } from "../../../shared/source-ports.ts";
import { optionsOf, unreadable } from "./options.ts";

const HOST = "news.ycombinator.com";
const Options = z.strictObject({
  /** Words a story must hold; without any the front page is listed. */
  query: z.string().max(200).optional(),
  minPoints: z.int().min(0).max(100_000).default(0),
});

export function hackerNewsReader(web: Web): SourceReader {
  return {
    kind: "hackernews",
    takes: ({ host, protocol }) => /^https?:$/u.test(protocol) && (host === HOST || host === "hn.algolia.com"),
    read: async ({ address, options }, signal) => {
      const read = optionsOf("hackernews", Options, options);
      if ("kind" in read) return read;
      const url = URL.parse(address);
      if (url === null || (url.host !== HOST && url.host !== "hn.algolia.com")) {
        return unreadable(`${address.slice(0, 200)} is not on Hacker News: give https://${HOST}/ or an item of it`);
      }
      const { readItem, readListing } = await import("./hackernews-read.ts");
      const id = url.searchParams.get("id") ?? "";
      if (url.pathname === "/item") {
        return /^\d{1,12}$/u.test(id)
          ? readItem(id, web, signal)
          : unreadable(`${address} names no item: it needs ?id=`);
      }
      const query = (read.options.query ?? url.searchParams.get("q") ?? url.searchParams.get("query") ?? "").trim();
      return readListing({ query, minPoints: read.options.minPoints }, web, signal);
    },
  };
}
