/** What the GitHub adapter needs to know, and how it is read from the environment. */
import * as z from "zod";
import { ConfigurationError, type Environment, readSettings } from "../../runtime/config.ts";
import { remoteOf } from "../git/remote.ts";
import { type CommitMode, gitSettings } from "../git/settings.ts";

export interface GitHubSettings {
  readonly owner: string;
  readonly name: string;
  /** The REST API's root; GraphQL is found from it. */
  readonly apiUrl: string;
  /** `main` unless given. */
  readonly branch?: string;
  /** `Name <mail>`: author and committer of every commit, and how the school knows its own. */
  readonly author: string;
  /** Without one only public repositories can be read. */
  readonly identity?: GitHubIdentity;
  /** `linear` unless given. */
  readonly mode?: CommitMode;
  /** Milliseconds one request may take, its body included; 30,000 unless given. */
  readonly timeoutMs?: number;
}

export type GitHubIdentity =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "app"; readonly appId: string; readonly privateKey: string; readonly installation: number };

const Variables = z.object({
  GITOPS_REPO: z.string({ error: "the GitOps repository is needed: https://github.com/owner/name" }).min(1),
  /** For GitHub Enterprise Server where it is not at /api/v3 of the repository's host. */
  GITHUB_API_URL: z.string().optional(),
  /** A GitHub App instead of a token; all three or none. */
  GITHUB_APP_ID: z.string().regex(/^\w+$/).optional(),
  GITHUB_APP_INSTALLATION_ID: z.coerce.number().int().positive().optional(),
  /** PEM; line ends may be written as \n. */
  GITHUB_APP_PRIVATE_KEY: z.string().optional(),
});

/** Settings of a GitOps repository on GitHub. Throws ConfigurationError listing what is wrong. */
export function gitHubSettings(env: Environment): GitHubSettings {
  const read = readSettings(Variables, env);
  const { author, branch, token, mode } = gitSettings(env);
  const { host, owner, name, password } = repositoryOn(read.GITOPS_REPO);
  const secret = token ?? password;
  const identity = appOf(read) ?? (secret === undefined ? undefined : ({ kind: "token", token: secret } as const));
  return {
    owner,
    name,
    apiUrl: apiOf(read.GITHUB_API_URL ?? (host === "github.com" ? "https://api.github.com" : `https://${host}/api/v3`)),
    author,
    ...(branch === undefined ? {} : { branch }),
    ...(mode === undefined ? {} : { mode }),
    ...(identity === undefined ? {} : { identity }),
  };
}

/**
 * Settings for pull requests; undefined when the repository is not on GitHub as far as its address tells, or nobody says
 * who is to open them. `known`: the operator says that it is GitHub, wherever it stands. Throws ConfigurationError.
 */
export function pullRequestSettings(env: Environment, known: boolean): GitHubSettings | undefined {
  const read = readSettings(Variables, env);
  const location = locationOf(read.GITOPS_REPO);
  if (location === undefined) return undefined;
  const onGitHub = known || read.GITHUB_API_URL !== undefined || location.host === "github.com";
  if (!onGitHub) return undefined;
  const settings = gitHubSettings(env);
  return settings.identity === undefined ? undefined : settings;
}

/** How people know the repository; for messages. */
export function addressOf({ owner, name, apiUrl }: GitHubSettings): string {
  const { hostname, host } = new URL(apiUrl);
  return `${hostname === "api.github.com" ? "github.com" : host}/${owner}/${name}`;
}

interface Location {
  readonly host: string;
  readonly owner: string;
  readonly name: string;
  readonly password?: string;
}

function repositoryOn(address: string): Location {
  const location = locationOf(address);
  if (location !== undefined) return location;
  const shown = remoteOf(address).redact(remoteOf(address).url);
  throw new ConfigurationError([
    `GITOPS_REPO: GITOPS_DRIVER=github needs a repository on GitHub (https://github.com/owner/name), not ${JSON.stringify(shown)}`,
  ]);
}

/** https, ssh and scp-like addresses name the same repository; undefined for anything else. */
function locationOf(address: string): Location | undefined {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(address);
  const parsed = URL.canParse(address) && scp === null ? new URL(address) : undefined;
  const path =
    parsed === undefined ? scp?.[2] : /^(https?|ssh|git):$/.test(parsed.protocol) ? parsed.pathname : undefined;
  const [, owner, name] = /^\/?([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(path ?? "") ?? [];
  const host =
    (parsed === undefined ? scp?.[1] : parsed.protocol.startsWith("http") ? parsed.host : parsed.hostname) ?? "";
  if (owner === undefined || name === undefined || host === "") return undefined;
  const password = parsed === undefined || parsed.password === "" ? undefined : decodeURIComponent(parsed.password);
  return { host: host.toLowerCase(), owner, name, ...(password === undefined ? {} : { password }) };
}

/** A token never travels over plain http except to this machine. */
function apiOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(parsed?.hostname ?? "");
  if (parsed === undefined || !(parsed.protocol === "https:" || (parsed.protocol === "http:" && here))) {
    throw new ConfigurationError([`GITHUB_API_URL: must be an https address, not ${JSON.stringify(url)}`]);
  }
  return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, "");
}

function appOf(read: z.infer<typeof Variables>): GitHubIdentity | undefined {
  const { GITHUB_APP_ID: appId, GITHUB_APP_PRIVATE_KEY: key, GITHUB_APP_INSTALLATION_ID: installation } = read;
  if (appId === undefined && key === undefined && installation === undefined) return undefined;
  if (appId !== undefined && key !== undefined && installation !== undefined) {
    return { kind: "app", appId, privateKey: key.replaceAll("\\n", "\n"), installation };
  }
  throw new ConfigurationError([
    "GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID, GITHUB_APP_PRIVATE_KEY: a GitHub App needs all three",
  ]);
}
