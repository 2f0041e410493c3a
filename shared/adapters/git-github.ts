/** The Git port over GitHub's Git Data API: no git binary and no local copy. */
import type { GitReader, GitWriter } from "../ports.ts";
import type { GitPreview } from "../preview-ports.ts";
import { mergeMessage } from "./git/merge-message.ts";
import { isRegularFile, notFilesOf } from "./git/objects.ts";
import { branchRef, identity } from "./git/settings.ts";
import { gitHubClient } from "./github/client.ts";
import { buildCommit, commitTree } from "./github/commit.ts";
import { gitHubHistory } from "./github/history.ts";
import { gitHubObjects } from "./github/objects.ts";
import { pushCommit } from "./github/push.ts";
import { buildRevert, previewRevert } from "./github/revert.ts";
import type { GitHubSettings } from "./github/settings.ts";

/**
 * Reads and writes one branch of a GitOps repository. Opens nothing until it is used. Errors: RetryLater when GitHub is
 * out of reach, limits how much may be asked or an operator has to mend something (its message says what),
 * PermanentError when GitHub refuses a commit. Throws ConfigurationError for unusable settings.
 */
export function gitHub(settings: GitHubSettings): GitReader & GitWriter & GitPreview {
  const by = identity(settings.author);
  const branch = branchRef(settings.branch ?? "main").replace("refs/heads/", "");
  const client = gitHubClient(settings);
  const objects = gitHubObjects(client);
  const history = gitHubHistory(client, { branch, mail: by.mail });
  const push = (commit: string, base: string) => pushCommit(client, history, { commit, base, branch });

  return {
    head: (signal) => history.tip(signal),

    async tree(commit) {
      const files = [...(await objects.entries(commit))].filter(([, entry]) => isRegularFile(entry));
      return new Map(files.map(([path, { blob }]) => [path, blob]));
    },

    notFiles: async (commit) => notFilesOf(await objects.entries(commit)),
    read: (blobs) => objects.read(blobs),
    isAncestor: (ancestor, descendant) => history.isAncestor(ancestor, descendant),
    findOurs: (after, head, improvement) => history.findOurs(after, head, improvement),

    async commit({ base, files, message }) {
      const { commit, tree } = await buildCommit(client, objects, { base, files, message, by });
      if (settings.mode !== "merge") return push(commit, base);
      const merge = { tree, parents: [base, commit], message: mergeMessage(message), by };
      return push(await commitTree(client, merge), base);
    },

    /** Nothing left to take back (it was reverted before) counts as pushed, with `base` as the commit. */
    async revert({ commit, since, base, message }) {
      await history.mustShow(commit, base);
      const reverted = await buildRevert(client, objects, { commit, since, base, message, by });
      if (reverted.kind === "conflict") return reverted;
      return reverted.kind === "nothing" ? { kind: "pushed", commit: base } : push(reverted.commit, base);
    },

    async previewRevert({ commit, since, base }) {
      await history.mustShow(commit, base);
      return previewRevert(client, objects, { commit, since, base });
    },
    commitsOn: (input) => history.commitsOn(input),
  };
}
