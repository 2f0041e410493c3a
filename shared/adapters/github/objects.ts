/** Reads commits, trees and blobs. What an id names never changes, so each is asked for once and then remembered. */
import * as z from "zod";
import { isObjectId } from "../git/cache.ts";
import { asText, type TreeEntry } from "../git/objects.ts";
import type { GitHubClient } from "./client.ts";
import { GitHubRefusal, NoAnswer } from "./fates.ts";
import { Memory } from "./memory.ts";
import { blobId } from "./object-id.ts";
import { atOnce } from "./parallel.ts";

export interface CommitObject {
  readonly tree: string;
  readonly parents: readonly string[];
}

export interface GitHubObjects {
  /** Undefined when the repository has no such commit. */
  commit(id: string): Promise<CommitObject | undefined>;
  /** Everything a commit contains, by path. Throws an Error when there is no such commit. */
  entries(commit: string): Promise<ReadonlyMap<string, TreeEntry>>;
  /** Contents by blob id; null for what is not UTF-8 text. Throws an Error when there is no such blob. */
  read(blobs: readonly string[]): Promise<ReadonlyMap<string, string | null>>;
}

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Commit = z.object({ tree: z.object({ sha: Sha }), parents: z.array(z.object({ sha: Sha })) });
const Tree = z.object({
  truncated: z.boolean().default(false),
  tree: z.array(
    z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: Sha, size: z.number().optional() }),
  ),
});
const Blob = z.object({ content: z.string(), encoding: z.literal("base64") });

/** Trees are large; approval and commit look at neighbouring ones, a revert at three. */
const TREES_KEPT = 4;
const COMMITS_KEPT = 1_000;
/** Characters of text. */
const TEXT_KEPT = 16_000_000;
/** One GraphQL query must end within ten seconds on GitHub's side. */
const BLOBS_PER_QUERY = 100;
const BYTES_PER_QUERY = 1_000_000;
/** GraphQL cuts texts that are longer. */
const LARGE_BYTES = 400_000;

export function gitHubObjects(client: GitHubClient): GitHubObjects {
  const commits = new Memory<CommitObject>(COMMITS_KEPT);
  const trees = new Memory<ReadonlyMap<string, TreeEntry>>(TREES_KEPT);
  const texts = new Memory<string | null>(TEXT_KEPT, (text) => 100 + (text?.length ?? 0));
  /** Bytes by blob, as trees say. */
  const sizes = new Memory<number>(200_000);

  async function commit(id: string): Promise<CommitObject | undefined> {
    if (!isObjectId(id)) return undefined;
    const known = commits.get(id);
    if (known !== undefined) return known;
    const found = await orNone(
      client.ask({
        action: `read the commit ${id} of`,
        answer: Commit,
        send: (send, at) => send("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", { ...at, commit_sha: id }),
        expect: [404, 409, 422],
      }),
    );
    if (found === undefined) return undefined;
    return commits.set(id, { tree: found.tree.sha, parents: found.parents.map(({ sha }) => sha) });
  }

  async function entries(id: string): Promise<ReadonlyMap<string, TreeEntry>> {
    const { tree } = (await commit(id)) ?? missing(`commit ${id}`);
    const known = trees.get(tree);
    if (known !== undefined) return known;
    const all = new Map<string, TreeEntry>();
    await walk(tree, "", all);
    return trees.set(tree, all);
  }

  /** Whole if GitHub gives it whole, else folder by folder. */
  async function walk(tree: string, prefix: string, into: Map<string, TreeEntry>): Promise<void> {
    const whole = await listing(tree, true);
    if (!whole.truncated) return keep(whole.tree, prefix, into);
    const level = await listing(tree, false);
    if (level.truncated)
      throw new Error(`${client.repository}: GitHub does not list all of the folder ${prefix || "/"}`);
    keep(level.tree, prefix, into);
    const folders = level.tree.filter(({ type }) => type === "tree");
    await atOnce(folders, ({ path, sha }) => walk(sha, `${prefix}${path}/`, into));
  }

  async function listing(tree: string, recursive: boolean): Promise<z.infer<typeof Tree>> {
    return client.ask({
      action: "list the files of",
      answer: Tree,
      send: (send, at) =>
        send("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
          ...at,
          tree_sha: tree,
          ...(recursive ? { recursive: "1" } : {}),
        }),
    });
  }

  function keep(found: z.infer<typeof Tree>["tree"], prefix: string, into: Map<string, TreeEntry>): void {
    for (const { path, mode, type, sha, size } of found) {
      if (type === "tree") continue;
      into.set(`${prefix}${path}`, { mode, blob: sha });
      if (size !== undefined) sizes.set(sha, size);
    }
  }

  async function read(blobs: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    const contents = new Map<string, string | null>();
    const unknown = new Set<string>();
    for (const blob of blobs) {
      const known = texts.get(blob);
      if (known === undefined) unknown.add(blob);
      else contents.set(blob, known);
    }
    const keepText = (blob: string, text: string | null) => contents.set(blob, texts.set(blob, text));

    const small = [...unknown].filter((blob) => (sizes.get(blob) ?? 0) <= LARGE_BYTES);
    await atOnce(batches(small), async (batch) => {
      for (const [blob, text] of await queried(batch)) keepText(blob, text);
    });
    const rest = [...unknown].filter((blob) => !contents.has(blob));
    await atOnce(rest, async (blob) => {
      keepText(blob, asText(await bytesOf(blob)));
    });
    return contents;
  }

  function batches(blobs: readonly string[]): string[][] {
    const all: string[][] = [];
    let room = 0;
    for (const blob of blobs) {
      const size = sizes.get(blob) ?? BYTES_PER_QUERY / BLOBS_PER_QUERY;
      const last = all.at(-1);
      if (last === undefined || last.length === BLOBS_PER_QUERY || size > room) {
        all.push([blob]);
        room = BYTES_PER_QUERY - size;
      } else {
        last.push(blob);
        room -= size;
      }
    }
    return all;
  }

  /** Many texts in one request; those that came back unchanged, which their ids prove. */
  async function queried(blobs: readonly string[]): Promise<readonly (readonly [string, string])[]> {
    const found = await orNothing(
      client.query({
        action: "read files of",
        answer: z.object({
          repository: z.record(z.string(), z.object({ text: z.string().nullish() }).nullish()).nullish(),
        }),
        text: `query Texts($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { ${blobs
          .map((blob, at) => `b${at}: object(oid: "${blob}") { ... on Blob { text } }`)
          .join(" ")} } }`,
        variables: {},
      }),
    );
    return blobs.flatMap((blob, at) => {
      const text = found?.repository?.[`b${at}`]?.text;
      return typeof text === "string" && !text.includes("\0") && blobId(text) === blob ? [[blob, text] as const] : [];
    });
  }

  async function bytesOf(blob: string): Promise<Buffer> {
    const found = await orNone(
      client.ask({
        action: "read a file of",
        answer: Blob,
        send: (send, at) => send("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", { ...at, file_sha: blob }),
        expect: [404, 422],
      }),
    );
    const bytes = Buffer.from((found ?? missing(`blob ${blob}`)).content, "base64");
    if (blobId(bytes) === blob) return bytes;
    throw new NoAnswer(`cannot read a file of ${client.repository}: ${blob} came damaged`, 15_000, { free: true });
  }

  function missing(what: string): never {
    throw new Error(`${client.repository} has no ${what}`);
  }

  return { commit, entries, read };
}

async function orNone<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GitHubRefusal) return undefined;
    throw error;
  }
}

/** A query too long for GitHub ends without an answer; its blobs are then asked for one by one. */
async function orNothing<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NoAnswer || error instanceof GitHubRefusal) return undefined;
    throw error;
  }
}
