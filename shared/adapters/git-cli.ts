/** The Git port over the git binary (2.34 or newer) and any remote it accepts. */
import type { GitReader, GitWriter } from "../ports.ts";
import type { GitPreview } from "../preview-ports.ts";
import { gitCache } from "./git/cache.ts";
import { buildCommit, buildMerge } from "./git/commit.ts";
import { commitsOn, findOurs } from "./git/log.ts";
import { mergeMessage } from "./git/merge-message.ts";
import { entriesOf, isRegularFile, needCommit, notFilesOf, readBlobs } from "./git/objects.ts";
import { pushCommit } from "./git/push.ts";
import { remoteOf } from "./git/remote.ts";
import { buildRevert, previewRevert } from "./git/revert.ts";
import { GitFailure } from "./git/run.ts";
import { branchRef, type GitSettings, gitEnvironment, identity } from "./git/settings.ts";

/**
 * Reads and writes one branch of a GitOps repository. Opens nothing until it is used. Errors: RetryLater when the remote
 * is out of reach or an operator has to mend something (its message says what), PermanentError when the remote refuses
 * a commit, GitFailure for anything git itself could not do. Throws ConfigurationError for unusable settings.
 *
 * @example gitCli({ remote: "/srv/gitops.git", cacheDir: "/var/cache/school", author: "School <school@example.org>" })
 */
export function gitCli(settings: GitSettings): GitReader & GitWriter & GitPreview {
  const by = identity(settings.author);
  const cache = gitCache({
    cacheDir: settings.cacheDir,
    remote: remoteOf(settings.remote, settings.token),
    ref: branchRef(settings.branch ?? "main"),
    env: gitEnvironment(settings.environment),
  });

  return {
    head: (signal) => cache.healing(() => cache.head(signal), signal),

    tree: (commit) =>
      cache.healing(async () => {
        const files = [...(await entriesOf(cache, commit))].filter(([, entry]) => isRegularFile(entry));
        return new Map(files.map(([path, { blob }]) => [path, blob]));
      }),

    notFiles: (commit) => cache.healing(async () => notFilesOf(await entriesOf(cache, commit))),

    read: (blobs) => cache.healing(() => readBlobs(cache, blobs)),

    isAncestor: (ancestor, descendant) =>
      cache.healing(async () => {
        for (const commit of [descendant, ancestor]) if (!(await cache.hasCommit(commit))) return false;
        const { code, stderr } = await cache.attempt(["merge-base", "--is-ancestor", ancestor, descendant]);
        if (code !== 0 && code !== 1) throw new GitFailure("merge-base", stderr);
        return code === 0;
      }),

    commit: ({ base, files, message }) =>
      cache.healing(async () => {
        await needCommit(cache, base);
        const commit = await buildCommit(cache, { base, files, message, by });
        if (settings.mode !== "merge") return pushCommit(cache, { commit, base });
        const merge = await buildMerge(cache, { commit, base, message: mergeMessage(message), by });
        return pushCommit(cache, { commit: merge, base });
      }),

    findOurs: (after, head, improvement) =>
      cache.healing(() => findOurs(cache, { after, head, improvement, mail: by.mail })),

    /** Nothing left to take back (it was reverted before) counts as pushed, with `base` as the commit. */
    revert: ({ commit, since, base, message }) =>
      cache.healing(async () => {
        const reverted = await buildRevert(cache, { commit, since, base, message, by });
        if (reverted.kind === "conflict") return reverted;
        if (reverted.kind === "nothing") return { kind: "pushed", commit: base };
        return pushCommit(cache, { commit: reverted.commit, base });
      }),

    previewRevert: ({ commit, since, base }) => cache.healing(() => previewRevert(cache, { commit, since, base, by })),
    commitsOn: (input) => cache.healing(() => commitsOn(cache, input)),
  };
}
