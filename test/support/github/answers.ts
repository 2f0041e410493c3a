/** What a route gets and what it answers; the parts of GitHub's answers that many routes share. */
import type { CommitData, Git } from "./repository.ts";

export interface Asked {
  readonly git: Git;
  /** `https://…/repos/owner/name` */
  readonly at: string;
  readonly url: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}
export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(json: unknown, status = 200): Answer {
  return { status, json };
}
export function refused(status: number, message: string): Answer {
  return { status, json: { message, documentation_url: "https://docs.github.com/rest", status: String(status) } };
}

const unsigned = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** A commit of the Git database. */
export function gitCommit(at: string, commit: CommitData) {
  return {
    sha: commit.sha,
    node_id: `C_${commit.sha}`,
    url: `${at}/git/commits/${commit.sha}`,
    html_url: `${at}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${at}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${at}/git/commits/${sha}`,
      html_url: `${at}/commit/${sha}`,
    })),
    verification: unsigned,
  };
}

/** A commit as lists and comparisons show it. */
export function listedCommit(at: string, commit: CommitData) {
  return {
    sha: commit.sha,
    node_id: `C_${commit.sha}`,
    url: `${at}/commits/${commit.sha}`,
    html_url: `${at}/commit/${commit.sha}`,
    comments_url: `${at}/commits/${commit.sha}/comments`,
    commit: {
      url: `${at}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${at}/git/trees/${commit.tree}` },
      comment_count: 0,
      verification: unsigned,
    },
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({ sha, url: `${at}/commits/${sha}`, html_url: `${at}/commit/${sha}` })),
  };
}

export function gitRef(at: string, ref: string, sha: string) {
  return {
    ref,
    node_id: `R_${sha}`,
    url: `${at}/git/${ref}`,
    object: { type: "commit", sha, url: `${at}/git/commits/${sha}` },
  };
}
