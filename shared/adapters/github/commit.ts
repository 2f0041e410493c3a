/** Builds commits in the repository; no branch shows them until one is pushed. */
import * as z from "zod";
import type { FileChange } from "../../domain/change-set.ts";
import { PermanentError, RetryLater } from "../../runtime/errors.ts";
import { agree } from "../git/commit.ts";
import type { TreeEntry } from "../git/objects.ts";
import type { Identity } from "../git/settings.ts";
import type { GitHubClient, Question } from "./client.ts";
import { GitHubRefusal } from "./fates.ts";
import { blobId } from "./object-id.ts";
import type { CommitObject, GitHubObjects } from "./objects.ts";
import { atOnce } from "./parallel.ts";

/** A path's new content, or the blob it gets, or its end. */
export type Entry =
  | { readonly path: string; readonly mode: string; readonly text: string }
  | { readonly path: string; readonly mode: string; readonly blob: string }
  | { readonly path: string; readonly gone: true };

const Created = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) });

/**
 * A commit on top of `base` with exactly these changes; files that exist keep their mode. Throws an Error naming the
 * path when a file at `base` is not what the change set replaces, PermanentError when nothing changes or GitHub refuses.
 */
export async function buildCommit(
  client: GitHubClient,
  objects: GitHubObjects,
  input: { base: string; files: readonly FileChange[]; message: string; by: Identity },
): Promise<{ readonly commit: string; readonly tree: string }> {
  const { base, files, message, by } = input;
  const parent = await needCommit(client, objects, base);
  const present = await objects.entries(base);
  for (const file of files) agree(file, present.get(file.path), base);

  const tree = await buildTree(
    client,
    parent.tree,
    files.map((file) => entryOf(file, present.get(file.path))),
  );
  if (tree === parent.tree) throw new PermanentError(`the change set changes nothing at ${base}`);
  return { commit: await commitTree(client, { tree, parents: [base], message, by }), tree };
}

function entryOf({ path, after }: FileChange, found?: TreeEntry): Entry {
  return after === null ? { path, gone: true } : { path, mode: found?.mode ?? "100644", text: after };
}

export async function needCommit(client: GitHubClient, objects: GitHubObjects, id: string): Promise<CommitObject> {
  const found = await objects.commit(id);
  if (found === undefined) throw new Error(`${client.repository} has no commit ${id}`);
  return found;
}

/** The tree `base` with these entries; contents are uploaded as they are, which their ids prove. */
export async function buildTree(client: GitHubClient, base: string, entries: readonly Entry[]): Promise<string> {
  await atOnce(entries, (entry) => ("text" in entry ? upload(client, entry.text) : Promise.resolve()));
  // What goes makes room first: a folder may come where a file was.
  const inOrder = [...entries.filter((entry) => "gone" in entry), ...entries.filter((entry) => !("gone" in entry))];
  const tree = inOrder.map((entry) => {
    const { path } = entry;
    if ("gone" in entry) return { path, mode: "100644", type: "blob", sha: null } as const;
    const sha = "blob" in entry ? entry.blob : blobId(entry.text);
    return { path, mode: modeOf(entry.mode), type: entry.mode === "160000" ? "commit" : "blob", sha } as const;
  });
  return create(client, {
    action: "write a tree to",
    send: (send, at) => send("POST /repos/{owner}/{repo}/git/trees", { ...at, base_tree: base, tree }),
  });
}

export async function commitTree(
  client: GitHubClient,
  { tree, parents, message, by }: { tree: string; parents: string[]; message: string; by: Identity },
): Promise<string> {
  const person = { name: by.name, email: by.mail, date: new Date().toISOString() };
  return create(client, {
    action: "write a commit to",
    send: (send, at) =>
      send("POST /repos/{owner}/{repo}/git/commits", {
        ...at,
        message,
        tree,
        parents,
        author: person,
        committer: person,
      }),
  });
}

async function upload(client: GitHubClient, text: string): Promise<void> {
  const content = Buffer.from(text).toString("base64");
  const sha = await create(client, {
    action: "write a file to",
    send: (send, at) => send("POST /repos/{owner}/{repo}/git/blobs", { ...at, content, encoding: "base64" }),
  });
  if (sha !== blobId(text)) throw new Error(`${client.repository} stored a file as ${sha}, not as ${blobId(text)}`);
}

async function create(
  client: GitHubClient,
  { action, send }: Pick<Question<typeof Created>, "action" | "send">,
): Promise<string> {
  try {
    return (await client.ask({ action, answer: Created, send, right: "contents:write", expect: [409, 422] })).sha;
  } catch (error) {
    if (!(error instanceof GitHubRefusal)) throw error;
    // What was written a moment ago is not everywhere yet; a conflict is about nothing that was asked.
    if (error.status === 409 || notYet.test(error.said)) {
      throw new RetryLater(error.message, 5_000, { free: true });
    }
    throw new PermanentError(`${client.repository} refused the commit: ${error.said}`);
  }
}

const notYet = /BadObjectState|does not exist|not a valid (blob|tree|commit)|could not be (found|resolved)/i;

type Mode = "100644" | "100755" | "120000" | "160000";
function modeOf(mode: string): Mode {
  if (mode === "100755" || mode === "120000" || mode === "160000") return mode;
  return "100644";
}
