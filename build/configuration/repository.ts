/** The GitOps repository, and how changes get into it. */
import type { Variable } from "./variable.ts";

export const repository: readonly Variable[] = [
  {
    names: ["GITOPS_REPO"],
    part: true,
    default: "local: a sample platform",
    readBy: "ingest, evaluate, validate, plan, implement, sync, rollback, coordinator",
    what: "any remote git accepts, or a path",
  },
  {
    names: ["GITOPS_BRANCH"],
    part: true,
    default: "`main`",
    readBy: "as `GITOPS_REPO`",
    what: "the branch Argo CD follows",
  },
  {
    names: ["GITOPS_PUBLIC_URL"],
    part: true,
    default: "–",
    readBy: "as `GITOPS_REPO`",
    what: "the address Applications use, when `GITOPS_REPO` is a mirror",
  },
  {
    names: ["GITOPS_TOKEN", "GITHUB_TOKEN"],
    part: true,
    default: "–",
    readBy: "as `GITOPS_REPO`",
    what: "for https; the first wins; on GitHub it needs the right `contents: write`, and `pull requests: write` where the branch takes pull requests only",
  },
  {
    names: ["GITOPS_DRIVER"],
    part: true,
    default: "`git`",
    readBy: "as `GITOPS_REPO`",
    what: "`github`: GitHub's API instead of the git program, which can do the same over https",
  },
  {
    names: ["GITOPS_COMMIT_MODE"],
    part: true,
    default: "`linear`",
    readBy: "as `GITOPS_REPO`",
    what: "`merge`: each improvement is a branch of one commit, merged with `--no-ff`; `pull-request`: a pull request on GitHub, which people merge",
  },
  {
    names: ["GITHUB_API_URL"],
    part: true,
    default: "by `GITOPS_REPO`'s host",
    readBy: "as `GITOPS_REPO`, driver `github` or pull requests; ingest",
    what: "of a GitHub Enterprise Server that has it elsewhere than at `/api/v3`; with it `ingest` reads that server's repositories beside those of github.com, when `SOURCE_HOSTS` (or `SOURCE_PRIVATE_HOSTS`) lists its host",
  },
  {
    names: ["GITHUB_APP_ID", "GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_PRIVATE_KEY"],
    part: true,
    default: "–",
    readBy: "as `GITOPS_REPO`, driver `github` or pull requests",
    what: "a GitHub App in place of a token; the key is PEM, line ends may be `\\n`",
  },
  {
    names: ["GITOPS_AUTHOR"],
    part: true,
    default: "`Cortex Online School <school@cortex.ai>`",
    readBy: "as `GITOPS_REPO`",
    what: "author and committer",
  },
  {
    names: ["GITOPS_CACHE_DIR"],
    part: true,
    default: "`TMPDIR`; local: the data directory",
    readBy: "as `GITOPS_REPO`",
    what: "local copies; may be deleted at any time",
  },
];
