/** The Git Data API: refs, commits, trees and blobs, over git plumbing. */
import { type Answer, type Asked, gitCommit, gitRef, ok, refused } from "./answers.ts";
import { commitOf, type Git, objectOf, type Person, refOf, textOf, withIndex } from "./repository.ts";

const EMPTY = "Git Repository is empty.";

export async function branches({ git, at, query }: Asked): Promise<Answer> {
  const { stdout } = await git(["for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads"]);
  const lines = stdout.toString("utf8").trim().split("\n").filter(Boolean);
  return ok(
    lines.slice(0, Number(query["per_page"] ?? 30)).map((line) => {
      const [name = "", sha = ""] = line.split(" ");
      return { name, commit: { sha, url: `${at}/commits/${sha}` }, protected: false };
    }),
  );
}

export async function readRef({ git, at, parameters }: Asked): Promise<Answer> {
  const ref = `refs/${parameters["ref"]}`;
  if ((await git(["for-each-ref", "--count=1"])).stdout.length === 0) return refused(409, EMPTY);
  const sha = await refOf(git, ref);
  return sha === undefined ? refused(404, "Not Found") : ok(gitRef(at, ref, sha));
}

export async function createRef({ git, at, body }: Asked): Promise<Answer> {
  const { ref, sha } = body as { ref: string; sha: string };
  if ((await objectOf(git, sha, "commit")) === undefined) return refused(422, "Object does not exist");
  const { code } = await git(["update-ref", ref, sha, "0".repeat(40)]);
  return code === 0 ? ok(gitRef(at, ref, sha), 201) : refused(422, "Reference already exists");
}

/** `force: false`: only from an ancestor. Two at once: git's own lock lets one through. */
export async function updateRef({ git, at, parameters, body }: Asked): Promise<Answer> {
  const ref = `refs/${parameters["ref"]}`;
  const { sha, force = false } = body as { sha: string; force?: boolean };
  const old = await refOf(git, ref);
  if (old === undefined) return refused(422, "Reference does not exist");
  if ((await objectOf(git, sha, "commit")) === undefined) return refused(422, "Object does not exist");
  const forward = (await git(["merge-base", "--is-ancestor", old, sha])).code === 0;
  if (!forward && !force) return refused(422, "Update is not a fast forward");
  const { code } = await git(["update-ref", ref, sha, old]);
  if (code !== 0) return refused(422, "Reference cannot be updated");
  return ok(gitRef(at, ref, sha));
}

export async function readCommit({ git, at, parameters }: Asked): Promise<Answer> {
  const commit = await commitOf(git, parameters["commit_sha"] ?? "");
  return commit === undefined ? refused(404, "Not Found") : ok(gitCommit(at, commit));
}

export async function createCommit({ git, at, body }: Asked): Promise<Answer> {
  const {
    message,
    tree,
    parents = [],
    author,
    committer = author,
  } = body as {
    message: string;
    tree: string;
    parents?: string[];
    author: Person;
    committer?: Person;
  };
  if ((await objectOf(git, tree, "tree")) === undefined) return refused(422, "Tree SHA does not exist");
  for (const parent of parents) {
    if ((await objectOf(git, parent, "commit")) === undefined) {
      return refused(422, "Parent SHA does not exist or is not a commit object");
    }
  }
  const by = committer ?? author;
  const env = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: author.date,
    GIT_COMMITTER_NAME: by.name,
    GIT_COMMITTER_EMAIL: by.email,
    GIT_COMMITTER_DATE: by.date,
  };
  const lineage = parents.flatMap((parent) => ["-p", parent]);
  const sha = await textOf(git(["commit-tree", tree, ...lineage], { env, input: message }));
  const commit = await commitOf(git, sha);
  if (commit === undefined) throw new Error(`${sha} was written and is not there`);
  return ok(gitCommit(at, commit), 201);
}

/** `limit`: entries a listing holds before it is cut, as GitHub does at 100,000. */
export function readTree(limit: () => number) {
  return async ({ git, at, parameters, query }: Asked): Promise<Answer> => {
    const sha = parameters["tree_sha"] ?? "";
    if ((await objectOf(git, sha, "tree")) === undefined) return refused(404, "Not Found");
    const recursive = query["recursive"] === undefined ? [] : ["-r", "-t"];
    const all = (await textOf(git(["ls-tree", "-z", "-l", ...recursive, sha]))).split("\0").filter(Boolean);
    const most = recursive.length === 0 ? Number.POSITIVE_INFINITY : limit();
    return ok({
      sha,
      url: `${at}/git/trees/${sha}`,
      truncated: all.length > most,
      tree: all.slice(0, Math.min(most, all.length)).map((line) => treeEntry(at, line)),
    });
  };
}

function treeEntry(at: string, line: string) {
  const [, mode = "", type = "", sha = "", size = "", path = ""] =
    /^(\d+) (\w+) ([0-9a-f]+) +(-|\d+)\t(.*)$/s.exec(line) ?? [];
  const folder = type === "tree" ? "trees" : "blobs";
  return {
    path,
    mode,
    type,
    sha,
    ...(size === "-" ? {} : { size: Number(size) }),
    ...(type === "commit" ? {} : { url: `${at}/git/${folder}/${sha}` }),
  };
}

interface NewEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha?: string | null;
  readonly content?: string;
}

export async function createTree({ git, at, body }: Asked): Promise<Answer> {
  const { base_tree, tree } = body as { base_tree?: string; tree: NewEntry[] };
  if (base_tree !== undefined && (await objectOf(git, base_tree, "tree")) === undefined) {
    return refused(422, "base_tree is not a valid tree oid");
  }
  return withIndex(async (env) => {
    if (base_tree !== undefined) await textOf(git(["read-tree", base_tree], { env }));
    for (const entry of tree) {
      const trouble = await enter(git, entry, env);
      if (trouble !== undefined) return refused(422, trouble);
    }
    const sha = await textOf(git(["write-tree"], { env }));
    const entries = (await textOf(git(["ls-tree", "-z", "-l", sha]))).split("\0").filter(Boolean);
    const json = {
      sha,
      url: `${at}/git/trees/${sha}`,
      truncated: false,
      tree: entries.map((line) => treeEntry(at, line)),
    };
    return ok(json, 201);
  });
}

/** What is wrong with the entry; undefined when it is in the index now. */
async function enter(git: Git, entry: NewEntry, env: Record<string, string>): Promise<string | undefined> {
  const { path, mode, type, sha, content } = entry;
  if (sha === null) {
    const listed = await textOf(git(["ls-files", "-z", "--", `:(literal)${path}`], { env }));
    if (listed === "") return "GitRPC::BadObjectState";
    await textOf(git(["update-index", "-z", "--index-info"], { env, input: `0 ${"0".repeat(40)}\t${path}\0` }));
    return undefined;
  }
  const blob = sha ?? (await textOf(git(["hash-object", "-w", "--stdin"], { input: content ?? "" })));
  if (type === "blob" && (await objectOf(git, blob, "blob")) === undefined) {
    return `tree.sha ${blob} is not a valid blob`;
  }
  const { code } = await git(["update-index", "--add", "--replace", "-z", "--index-info"], {
    env,
    input: `${mode} ${blob}\t${path}\0`,
  });
  return code === 0 ? undefined : "tree.path contains a malformed path component";
}

export async function readBlob({ git, at, parameters }: Asked): Promise<Answer> {
  const sha = parameters["file_sha"] ?? "";
  const bytes = await objectOf(git, sha, "blob");
  if (bytes === undefined) return refused(404, "Not Found");
  // In lines of 60, as GitHub does it.
  const content = bytes.toString("base64").replace(/.{60}/g, "$&\n");
  const json = { sha, node_id: `B_${sha}`, url: `${at}/git/blobs/${sha}`, size: bytes.length, content };
  return ok({ ...json, encoding: "base64" });
}

export async function createBlob({ git, at, body }: Asked): Promise<Answer> {
  const { content, encoding = "utf-8" } = body as { content: string; encoding?: string };
  const bytes = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
  const sha = await textOf(git(["hash-object", "-w", "--stdin"], { input: bytes }));
  return ok({ sha, url: `${at}/git/blobs/${sha}` }, 201);
}
