/** Under which address the Applications know a repository that the school reaches under another (a local mirror). */
import path from "node:path";
import { gitSettings, repositoryNames } from "../../shared/adapters/git/settings.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { normaliseAddress } from "../../shared/repository/address.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import type { Environment } from "../../shared/runtime/config.ts";

/**
 * Found as the functions find it, so that the stand-in cluster follows the same Applications. Undefined: they name the
 * very address the school uses. Throws RetryLater when the repository is out of reach.
 */
export async function addressInUse(env: Environment, dataDir: string): Promise<string | undefined> {
  const settings = { ...env, GITOPS_CACHE_DIR: path.join(dataDir, "git-cache") };
  const git = gitCli(gitSettings(settings));
  const { addresses } = await loadPlatform(git, await git.head(), repositoryNames(settings));
  const own = normaliseAddress(env["GITOPS_REPO"] ?? "");
  return addresses.find((address) => address !== own);
}
