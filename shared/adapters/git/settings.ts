/** What the Git adapter needs to know, and how it is read from the environment. */
import path from "node:path";
import * as z from "zod";
import { ConfigurationError, type Environment, readSettings } from "../../runtime/config.ts";

export interface GitSettings {
  /** Any remote git accepts: a path, ssh, https. */
  readonly remote: string;
  /** `main` unless given. */
  readonly branch?: string;
  /** Folder for the local copies; several processes may share it, and it may be deleted at any time. */
  readonly cacheDir: string;
  /** `Name <mail>`: author and committer of every commit, and how the school knows its own. */
  readonly author: string;
  /** `linear` unless given. */
  readonly mode?: CommitMode;
  /** For https; handed to git through its environment only. */
  readonly token?: string;
  /** Variables git itself needs: PATH, HOME, SSH_AUTH_SOCK, proxies. Anything else is not passed on. */
  readonly environment?: Environment;
}

/**
 * `linear`: one commit per improvement on the branch. `merge`: that commit on a side branch, merged with `--no-ff`.
 * `pull-request`: people merge it; whatever is written without a request is linear then.
 */
export type CommitMode = "linear" | "merge" | "pull-request";

export interface Identity {
  readonly name: string;
  readonly mail: string;
}

/** What the Git adapter reads from the environment. */
export const gitVariables = {
  /** Any remote git accepts: a path, ssh, https. Credentials in it are taken out and never shown. */
  GITOPS_REPO: z.string({ error: "the GitOps repository is needed: a path or an address git accepts" }).min(1),
  GITOPS_BRANCH: z.string().default("main"),
  /** The address Applications use, when GITOPS_REPO is a mirror or a local path. */
  GITOPS_PUBLIC_URL: z.string().optional(),
  /** Folder for local copies of the repository; may be shared and may be deleted at any time. */
  GITOPS_CACHE_DIR: z.string().optional(),
  /** Author and committer, `Name <mail>`; by the mail the school knows its own commits. */
  GITOPS_AUTHOR: z.string().default("Cortex Online School <school@cortex.ai>"),
  GITOPS_COMMIT_MODE: z.enum(["linear", "merge", "pull-request"]).default("linear"),
  /** Token for https; GITHUB_TOKEN unless given. */
  GITOPS_TOKEN: z.string().optional(),
  GITHUB_TOKEN: z.string().optional(),
  TMPDIR: z.string().default("/tmp"),
};
const Variables = z.object(gitVariables);

/** Settings of the GitOps repository. Throws ConfigurationError listing every problem. */
export function gitSettings(env: Environment): GitSettings {
  const read = readSettings(Variables, env);
  const token = read.GITOPS_TOKEN ?? read.GITHUB_TOKEN;
  return {
    remote: read.GITOPS_REPO,
    branch: read.GITOPS_BRANCH,
    cacheDir: read.GITOPS_CACHE_DIR ?? path.join(read.TMPDIR, "cortex-school-git"),
    author: read.GITOPS_AUTHOR,
    mode: read.GITOPS_COMMIT_MODE,
    ...(token === undefined ? {} : { token }),
    environment: env,
  };
}

/** How Applications name the repository these settings are about. Throws ConfigurationError. */
export function repositoryNames(env: Environment): { repository: string; branch: string; publicUrl?: string } {
  const { GITOPS_REPO: repository, GITOPS_BRANCH: branch, GITOPS_PUBLIC_URL: publicUrl } = readSettings(Variables, env);
  return { repository, branch, ...(publicUrl === undefined ? {} : { publicUrl }) };
}

const passedOn = [
  "PATH",
  "HOME",
  "USER",
  "TMPDIR",
  "SSH_AUTH_SOCK",
  "GIT_SSH_COMMAND",
  "GIT_SSL_CAINFO",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "no_proxy",
  "NO_PROXY",
];

/** The part of the environment git gets; ssh never asks and never hangs for ever. */
export function gitEnvironment(env: Environment = {}): Record<string, string> {
  const kept: Record<string, string> = {
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15",
  };
  for (const name of passedOn) {
    const value = env[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** Parses `Name <mail>`. Throws ConfigurationError. */
export function identity(author: string): Identity {
  const [, name, mail] = /^\s*([^<>\n]*[^<>\s])\s*<([^<>\s]+)>\s*$/.exec(author) ?? [];
  if (name === undefined || mail === undefined) {
    throw new ConfigurationError([
      `the author of commits must be written "Name <mail>", not ${JSON.stringify(author)}`,
    ]);
  }
  return { name, mail };
}

/** Throws ConfigurationError for a name git would not take for a branch (git check-ref-format's rules). */
export function branchRef(branch: string): string {
  const bad = /^[-/.]|[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[/.]$/u.test(branch) || branch === "@";
  if (branch === "" || bad) throw new ConfigurationError([`${JSON.stringify(branch)} is not the name of a branch`]);
  return `refs/heads/${branch}`;
}
