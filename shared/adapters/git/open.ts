/** The Git port as the environment wants it. */
import * as z from "zod";
import type { GitReader, GitWriter } from "../../ports.ts";
import { type Environment, readSettings } from "../../runtime/config.ts";
import { gitCli } from "../git-cli.ts";
import { gitHubSettings } from "../github/settings.ts";
import { gitSettings } from "./settings.ts";

const Variables = z.object({
  /** `git` works with every remote, GitHub included; `github` needs neither the git binary nor a disk. */
  GITOPS_DRIVER: z.enum(["git", "github"]).default("git"),
});

/**
 * Reads and writes the GitOps repository that `env` names. Opens nothing until it is used. Throws ConfigurationError
 * listing what is wrong.
 */
export function gitPort(env: Environment): GitReader & GitWriter {
  const { GITOPS_DRIVER: driver } = readSettings(Variables, env);
  return driver === "git" ? gitCli(gitSettings(env)) : gitHubLater(env);
}

/** GitHub's client is loaded by the first call, so that a cold start with plain git does not wait for it. */
function gitHubLater(env: Environment): GitReader & GitWriter {
  const settings = gitHubSettings(env);
  let opening: Promise<GitReader & GitWriter> | undefined;
  async function opened(): Promise<GitReader & GitWriter> {
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
  };
}
