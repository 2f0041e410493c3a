/** GitHub: a repository's releases as a listing; a release, a file, an issue or a discussion as text. */
import * as z from "zod";
import type { SourceReader, Web } from "../../../shared/source-ports.ts";
import { GITHUB_COM, type GitHubAccess } from "./github-access.ts";
import { gitHubAddress } from "./github-address.ts";
import { optionsOf, unreadable } from "./options.ts";

const Options = z.strictObject({
  /** Listed as well. */
  prereleases: z.boolean().default(false),
});

/** `servers`: github.com alone unless given. */
export function gitHubReader(web: Web, servers: readonly GitHubAccess[] = [GITHUB_COM]): SourceReader {
  const askedOf = (url: URL) => {
    for (const access of servers) {
      const asked = gitHubAddress(url, access.host);
      if (asked !== undefined) return { access, asked };
    }
    return undefined;
  };
  return {
    kind: "github",
    takes: (address) => /^https?:$/u.test(address.protocol) && askedOf(address) !== undefined,
    read: async ({ address, options, known }, signal) => {
      const read = optionsOf("github", Options, options);
      if ("kind" in read) return read;
      // A name without a server is one that everybody knows.
      const short = /^[\w.-]+\/[\w.-]+$/u.test(address) ? `https://${GITHUB_COM.host}/${address}` : address;
      const url = URL.parse(short);
      const found = url === null ? undefined : askedOf(url);
      if (found === undefined) {
        const hosts = servers.map(({ host }) => host).join(" or ");
        const advice = `give https://${servers[0]?.host}/owner/name, or the address of a release, a file, an issue or a discussion`;
        return unreadable(`${address.slice(0, 200)} is no repository on ${hosts}: ${advice}`);
      }
      const { readGitHub } = await import("./github-read.ts");
      const ports = { web, access: found.access, ...read.options, ...(known === undefined ? {} : { known }) };
      return readGitHub(found.asked, ports, signal);
    },
  };
}
