/** The Git port and pull requests as the environment wants them. */
import * as z from "zod";
import type { ChangeRequests } from "../../forge-ports.ts";
import type { GitReader, GitWriter } from "../../ports.ts";
import type { GitPreview } from "../../preview-ports.ts";
import { ConfigurationError, type Environment, readSettings } from "../../runtime/config.ts";
import { gitCli } from "../git-cli.ts";
import { type GitHubSettings, gitHubSettings, pullRequestSettings } from "../github/settings.ts";
import { gitSettings } from "./settings.ts";

const Variables = z.object({
  /** `git` works with every remote, GitHub included; `github` needs neither the git binary nor a disk. */
  GITOPS_DRIVER: z.enum(["git", "github"]).default("git"),
});

/**
 * Reads and writes the GitOps repository that `env` names. Opens nothing until it is used. Throws ConfigurationError
 * listing what is wrong.
 */
export function gitPort(env: Environment): GitReader & GitWriter & GitPreview {
  const { GITOPS_DRIVER: driver } = readSettings(Variables, env);
  return driver === "git" ? gitCli(gitSettings(env)) : gitHubLater(env);
}

/** GitHub's client is loaded by the first call, so that a cold start with plain git does not wait for it. */
function gitHubLater(env: Environment): GitReader & GitWriter & GitPreview {
  const settings = gitHubSettings(env);
  let opening: Promise<GitReader & GitWriter & GitPreview> | undefined;
  async function opened(): Promise<GitReader & GitWriter & GitPreview> {
    opening ??= import("../git-github.ts").then(({ gitHub }) => gitHub(settings));
    return opening;
  }
  return {
    head: async (signal) => (await opened()).head(signal),
    tree: async (commit) => (await opened()).tree(commit),
    read: async (blobs) => (await opened()).read(blobs),
    isAncestor: async (ancestor, descendant) => (await opened()).isAncestor(ancestor, descendant),
    commit: async (input) => (await opened()).commit(input),
    findOurs: async (after, head, improvement) => (await opened()).findOurs(after, head, improvement),
    revert: async (input) => (await opened()).revert(input),
    previewRevert: async (input) => (await opened()).previewRevert(input),
    commitsOn: async (input) => (await opened()).commitsOn(input),
  };
}

/** How changes reach the branch: pushed, or merged by people. Throws ConfigurationError. */
export function commitMode(env: Environment): "direct" | "pull-request" {
  return gitSettings(env).mode === "pull-request" ? "pull-request" : "direct";
}

/**
 * Pull requests of the GitOps repository; undefined where there is no GitHub to open them on, or nobody to open them as.
 * Opens nothing until it is used. Throws ConfigurationError, also when pull requests are wanted and cannot be had.
 */
export function changeRequests(env: Environment): ChangeRequests | undefined {
  const { GITOPS_DRIVER: driver } = readSettings(Variables, env);
  const settings = pullRequestSettings(env, driver === "github");
  if (settings !== undefined) return changeRequestsLater(settings);
  if (commitMode(env) !== "pull-request") return undefined;
  throw new ConfigurationError([
    "GITOPS_COMMIT_MODE: pull-request needs a repository on GitHub (GITOPS_REPO=https://github.com/owner/name, or GITHUB_API_URL for a GitHub Enterprise Server) and somebody to open them as (GITOPS_TOKEN or GITHUB_TOKEN with the rights contents:write and pull_requests:write, or a GitHub App)",
  ]);
}

function changeRequestsLater(settings: GitHubSettings): ChangeRequests {
  let opening: Promise<ChangeRequests> | undefined;
  async function opened(): Promise<ChangeRequests> {
    opening ??= import("../change-requests.ts").then(({ gitHubChangeRequests }) => gitHubChangeRequests(settings));
    return opening;
  }
  return {
    open: async (input) => (await opened()).open(input),
    openRevert: async (input) => (await opened()).openRevert(input),
    find: async (branch, signal) => (await opened()).find(branch, signal),
    merge: async (branch) => (await opened()).merge(branch),
    withdraw: async (branch, because) => (await opened()).withdraw(branch, because),
  };
}
