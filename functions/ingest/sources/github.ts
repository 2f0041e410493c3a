/** GitHub: a repository's releases as a listing; a release, a file, an issue or a discussion as text. */
import * as z from "zod";
import type { SourceReader, Web } from "../../../shared/source-ports.ts";
import { gitHubAddress } from "./github-address.ts";
import type { GitHubAccess } from "./github-read.ts";
import { optionsOf, unreadable } from "./options.ts";

const Options = z.strictObject({
  /** Listed as well. */
  prereleases: z.boolean().default(false),
});

export function gitHubReader(web: Web, access: GitHubAccess = {}): SourceReader {
  const host = access.host ?? "github.com";
  return {
    kind: "github",
    takes: (address) => /^https?:$/u.test(address.protocol) && gitHubAddress(address, host) !== undefined,
    read: async ({ address, options, known }, signal) => {
      const read = optionsOf("github", Options, options);
      if ("kind" in read) return read;
      const short = /^[\w.-]+\/[\w.-]+$/u.test(address) ? `https://${host}/${address}` : address;
      const url = URL.parse(short);
      const asked = url === null ? undefined : gitHubAddress(url, host);
      if (asked === undefined) {
        const advice = `give https://${host}/owner/name, or the address of a release, a file, an issue or a discussion`;
        return unreadable(`${address.slice(0, 200)} is no repository on ${host}: ${advice}`);
      }
      const { readGitHub } = await import("./github-read.ts");
      const ports = { web, access, ...read.options, ...(known === undefined ? {} : { known }) };
      return readGitHub(asked, ports, signal);
    },
  };
}
