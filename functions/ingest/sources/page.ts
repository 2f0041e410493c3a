/** Any page of the web: the words of its article. */
import * as z from "zod";
import type { SourceReader, Web } from "../../../shared/source-ports.ts";
import { optionsOf } from "./options.ts";

export function pageReader(web: Web): SourceReader {
  return {
    kind: "page",
    takes: (address) => /^https?:$/u.test(address.protocol),
    read: async ({ address, options, known }, signal) => {
      const read = optionsOf("page", z.strictObject({}), options);
      if ("kind" in read) return read;
      const { readPage } = await import("./page-read.ts");
      return readPage(address, { web, ...(known === undefined ? {} : { known }) }, signal);
    },
  };
}
