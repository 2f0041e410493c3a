/** The repository of documents is read as the GitOps repository is: by the same adapter, in a copy of its own. */
import { ConfigurationError, type Environment } from "../../runtime/config.ts";
import { remoteOf } from "../git/remote.ts";
import { branchRef } from "../git/settings.ts";

/**
 * The environment in which the Git adapter reads DOCS_REPO; undefined when there is none, or when it is the branch the
 * GitOps repository has. A token goes to the host it was given for and to no other. Throws ConfigurationError.
 */
export function docsEnvironment(env: Environment): Environment | undefined {
  const { DOCS_REPO: repository, DOCS_BRANCH: branch = "main", DOCS_TOKEN: own } = env;
  if (repository === undefined) return undefined;
  checkBranch(branch);
  const gitops = env["GITOPS_REPO"];
  const isSame = gitops !== undefined && remoteOf(gitops).url === remoteOf(repository).url;
  if (isSame && branch === (env["GITOPS_BRANCH"] ?? "main")) return undefined;
  const { GITOPS_TOKEN, GITHUB_TOKEN, ...rest } = env;
  const token = own ?? sharedToken(repository, { gitops, GITOPS_TOKEN, GITHUB_TOKEN });
  return {
    ...rest,
    GITOPS_REPO: repository,
    GITOPS_BRANCH: branch,
    ...(token === undefined ? {} : { GITOPS_TOKEN: token }),
  };
}

/** Of the GitOps repository on the same host, or GitHub's for GitHub. */
function sharedToken(
  repository: string,
  {
    gitops,
    GITOPS_TOKEN,
    GITHUB_TOKEN,
  }: Readonly<Record<"gitops" | "GITOPS_TOKEN" | "GITHUB_TOKEN", string | undefined>>,
): string | undefined {
  const host = hostOf(repository);
  if (host === undefined) return undefined;
  if (gitops !== undefined && hostOf(gitops) === host) return GITOPS_TOKEN ?? GITHUB_TOKEN;
  return host === "github.com" ? GITHUB_TOKEN : undefined;
}

/** Of an address over http(s), with its port; nothing else takes a token. */
export function hostOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, host } = new URL(address);
  return protocol === "https:" || protocol === "http:" ? host.toLowerCase() : undefined;
}

function checkBranch(branch: string): void {
  try {
    branchRef(branch);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError([`DOCS_BRANCH: ${JSON.stringify(branch)} is not the name of a branch`]);
  }
}
