/** Known issues: a YAML file in one of the repositories, or the issues of a GitHub repository. */
import { leftOutByContent } from "../../knowledge/chunking/readable.ts";
import type { FileRead, SourceReader } from "../../knowledge/indexing/ports.ts";
import type { IndexBook } from "../../knowledge-ports.ts";
import type { GitReader } from "../../ports.ts";
import { ConfigurationError, type Environment } from "../../runtime/config.ts";
import { RetryLater } from "../../runtime/errors.ts";
import { hostOf } from "./docs-repository.ts";

export interface IssuePlaces {
  /** Where a file is looked for, in this order. */
  readonly gits: readonly Pick<GitReader, "head" | "tree" | "read" | "isAncestor">[];
  readonly env: Environment;
  readonly book: Pick<IndexBook, "ledger">;
}

const SOURCE = "issues";
/** Somebody has to write the file or correct the setting. */
const MISSING_RETRY_MS = 60_000;

/** `setting`: KNOWN_ISSUES. Throws ConfigurationError. */
export function knownIssues(setting: string, { gits, env, book }: IssuePlaces): SourceReader {
  if (/\.ya?ml$/i.test(setting)) return issueFile(setting.replace(/^\.?\/+/, ""), gits);
  const [, owner, name] = /^([\w.-]+)\/([\w.-]+)$/.exec(setting) ?? [];
  if (owner === undefined || name === undefined) {
    throw new ConfigurationError([
      `KNOWN_ISSUES: the path of a YAML file or owner/name of a GitHub repository is needed, not ${JSON.stringify(setting.slice(0, 100))}`,
    ]);
  }
  return trackerLater(`${owner}/${name}`, env, async () => (await book.ledger("issues", SOURCE))?.version);
}

function issueFile(path: string, gits: IssuePlaces["gits"]): SourceReader {
  return {
    corpus: "issues",
    source: SOURCE,
    follows: ["gitops", "docs"],
    async version(signal) {
      for (const git of gits) {
        const commit = await git.head(signal);
        if ((await git.tree(commit)).has(path)) return commit;
      }
      throw new RetryLater(`KNOWN_ISSUES names ${path}, which is in no repository`, MISSING_RETRY_MS, { free: true });
    },
    // A blob's id says nothing about which repository holds it.
    async files(version) {
      for (const [number, git] of gits.entries()) {
        if (!(await git.isAncestor(version, version))) continue;
        const blob = (await git.tree(version)).get(path);
        return new Map(blob === undefined ? [] : [[path, `${number}:${blob}`]]);
      }
      return undefined;
    },
    async chunks(files) {
      const read = new Map<string, FileRead>();
      for (const [file, content] of files) {
        const [number = "", blob = ""] = content.split(":");
        const text = (await gits[Number(number)]?.read([blob]))?.get(blob) ?? null;
        read.set(file, await fileRead(file, text));
      }
      return read;
    },
  };
}

async function fileRead(path: string, text: string | null): Promise<FileRead> {
  const why = leftOutByContent(text);
  if (text === null || why !== undefined) return { chunks: [], leftOut: why ?? "not text" };
  const { chunksOfIssues } = await import("../../knowledge/chunking/chunk-issues.ts");
  const { chunks, problems } = chunksOfIssues({ source: SOURCE, path, text });
  return problems.length === 0 ? { chunks } : { chunks, leftOut: problems.slice(0, 3).join("; ") };
}

/** GitHub's client is loaded by the first question. */
function trackerLater(
  repository: string,
  env: Environment,
  versionBefore: () => Promise<string | undefined>,
): SourceReader {
  let opening: Promise<SourceReader> | undefined;
  async function open(): Promise<SourceReader> {
    const [{ gitHubClient }, { gitHubSettings }, { issueTracker }] = await Promise.all([
      import("../github/client.ts"),
      import("../github/settings.ts"),
      import("./issue-tracker.ts"),
    ]);
    return issueTracker(gitHubClient(gitHubSettings(trackerEnvironment(repository, env))), versionBefore);
  }
  const opened = () => (opening ??= open());
  return {
    corpus: "issues",
    source: SOURCE,
    version: async (signal) => (await opened()).version(signal),
    files: async (version, signal) => (await opened()).files(version, signal),
    chunks: async (files, signal) => (await opened()).chunks(files, signal),
  };
}

/** The GitOps repository's token goes there only when that repository is on the same GitHub. */
function trackerEnvironment(repository: string, env: Environment): Environment {
  const { GITOPS_TOKEN, ...rest } = env;
  const isThere = env["GITHUB_API_URL"] !== undefined || hostOf(env["GITOPS_REPO"] ?? "") === "github.com";
  return {
    ...rest,
    GITOPS_REPO: `https://github.com/${repository}`,
    ...(isThere && GITOPS_TOKEN !== undefined ? { GITOPS_TOKEN } : {}),
  };
}
