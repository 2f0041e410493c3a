/** Where repositories are: github.com, and a GitHub Enterprise Server beside it. */
import { ConfigurationError } from "../../../shared/runtime/config.ts";

/** One server, and as whom it is asked. */
export interface GitHubAccess {
  /** Of the addresses people send, with its port: `github.com`. */
  readonly host: string;
  /** The REST API's root. */
  readonly apiUrl: string;
  /** Raises what may be asked an hour from 60 to 5,000, and shows private repositories. */
  readonly token?: string;
}

/** Anybody's. */
export const GITHUB_COM: GitHubAccess = { host: "github.com", apiUrl: "https://api.github.com" };

/**
 * `token`: SOURCE_GITHUB_TOKEN, for the server that GITHUB_API_URL names, else for github.com; no other host gets it.
 * Throws ConfigurationError.
 */
export function gitHubAccesses(
  token: string | undefined,
  apiUrl: string | undefined,
): readonly [GitHubAccess, ...GitHubAccess[]] {
  const own = token === undefined ? {} : { token };
  const server = apiUrl === undefined ? undefined : serverAt(apiUrl);
  if (server === undefined || server.host === GITHUB_COM.host) return [{ ...GITHUB_COM, ...own }];
  return [GITHUB_COM, { ...server, ...own }];
}

/** A token never travels over plain http except to this machine. */
function serverAt(apiUrl: string): GitHubAccess {
  const url = URL.parse(apiUrl);
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(url?.hostname ?? "");
  if (url === null || !(url.protocol === "https:" || (url.protocol === "http:" && isHere))) {
    throw new ConfigurationError([`GITHUB_API_URL: must be an https address, not ${JSON.stringify(apiUrl)}`]);
  }
  // A server has its API under /api/v3; github.com and what GitHub hosts for one enterprise have a host of their own for it.
  const host = url.pathname === "/" ? url.host.replace(/^api\./u, "") : url.host;
  return { host, apiUrl: `${url.origin}${url.pathname}`.replace(/\/+$/u, "") };
}
