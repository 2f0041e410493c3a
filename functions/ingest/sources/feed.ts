/** RSS, Atom and JSON Feed: a listing of what a blog or a project publishes. */
import * as z from "zod";
import type { SourceReader, Web } from "../../../shared/source-ports.ts";
import { optionsOf } from "./options.ts";

/** How addresses of feeds usually end; others are configured as feeds. */
const USUAL =
  /(?:\/(?:feed|rss|atom)s?\/?|\/(?:feed|rss|atom|index|feeds\/[\w-]+)\.(?:xml|rdf|json|atom|rss)|\.(?:rss|atom|rdf))$/iu;

export function feedReader(web: Web): SourceReader {
  return {
    kind: "feed",
    takes: (address) => /^https?:$/u.test(address.protocol) && USUAL.test(address.pathname),
    read: async ({ address, options, known }, signal) => {
      const read = optionsOf("feed", z.strictObject({}), options);
      if ("kind" in read) return read;
      const { readFeed } = await import("./feed-read.ts");
      return readFeed(address, { web, ...(known === undefined ? {} : { known }) }, signal);
    },
  };
}
