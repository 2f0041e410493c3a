/** What GitHub knows of a repository beyond Git: pull requests, reviews, checks and the rules of its branches. */
import { type Git, refOf, textOf } from "./repository.ts";
import { commitsBetween, type MergeMethod, mergeInto } from "./worktree.ts";

export interface PullRecord {
  readonly number: number;
  title: string;
  body: string;
  /** Branches. */
  readonly head: string;
  base: string;
  readonly by: string;
  state: "open" | "closed";
  draft: boolean;
  headSha: string;
  /** Where the branch stood when it was merged, else when it was last looked at. */
  baseSha: string;
  mergeCommit: string | null;
  mergedBy?: string;
  closedBy?: string;
  readonly created: string;
  closed: string | null;
  readonly comments: { readonly by: string; readonly body: string }[];
  readonly reviews: { readonly by: string; readonly state: string }[];
}

/** What must be before a branch takes a pull request; a branch with rules takes nothing else. */
export interface BranchRules {
  readonly reviews?: number;
  readonly checks?: readonly string[];
  readonly upToDate?: boolean;
  readonly linear?: boolean;
}

export interface CheckRecord {
  readonly name: string;
  readonly conclusion: "success" | "failure" | null;
}

export interface Forge {
  readonly id: number;
  owner: string;
  name: string;
  readonly git: Git;
  readonly pulls: PullRecord[];
  readonly rules: Map<string, BranchRules>;
  /** By commit; `runs` are check runs, `statuses` commit statuses. */
  readonly runs: Map<string, CheckRecord[]>;
  readonly statuses: Map<string, CheckRecord[]>;
  readonly methods: Set<MergeMethod>;
  /** So many next looks find it not yet known whether a request can be merged. */
  undecided: number;
  readonly mergeable: Map<string, boolean>;
}

export function newForge(id: number, owner: string, name: string, git: Git): Forge {
  return {
    id,
    owner,
    name,
    git,
    pulls: [],
    rules: new Map(),
    runs: new Map(),
    statuses: new Map(),
    methods: new Set(["merge", "squash", "rebase"]),
    undecided: 0,
    mergeable: new Map(),
  };
}

export const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

const turns = new WeakMap<Forge, Promise<unknown>>();

/** One thing after another in one repository: each request and each act of a person is seen whole or not at all. */
export function inTurn<T>(forge: Forge, act: () => Promise<T>): Promise<T> {
  const mine = (turns.get(forge) ?? Promise.resolve()).then(act);
  turns.set(
    forge,
    mine.catch(() => undefined),
  );
  return mine;
}

/** What GitHub does by itself when branches move: heads follow, requests close with their branch or count as merged. */
export async function settle({ git, pulls }: Forge): Promise<void> {
  const open = pulls.filter(({ state }) => state === "open");
  if (open.length === 0) return;
  const listed = await textOf(git(["for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads"]));
  const tips = new Map(listed.split("\n").map((line) => [line.slice(0, -41), line.slice(-40)]));
  for (const pull of open) {
    const [head, base] = [tips.get(pull.head), tips.get(pull.base)];
    if (head === pull.headSha && base === pull.baseSha) continue;
    if (head === undefined || base === undefined) {
      Object.assign(pull, { state: "closed", closed: now(), closedBy: "somebody" });
      continue;
    }
    if (head !== pull.headSha) await textOf(git(["update-ref", `refs/pull/${pull.number}/head`, head]));
    pull.headSha = head;
    if ((await git(["merge-base", "--is-ancestor", head, base])).code !== 0) {
      pull.baseSha = base;
      continue;
    }
    // Pushed there by somebody; the merge GitHub tried earlier is all it can name.
    const order = { base: pull.baseSha, head, method: "merge", message: "tried", by: ROBOT, author: ROBOT } as const;
    const tried = (await mergeInto(git, order)) ?? null;
    Object.assign(pull, { state: "closed", closed: now(), mergedBy: "somebody", mergeCommit: tried });
  }
}

const ROBOT = { name: "GitHub", email: "noreply@github.com" };

/** Null where no review is required and none was given. */
export function reviewDecision(
  forge: Forge,
  pull: PullRecord,
): "APPROVED" | "CHANGES_REQUESTED" | "REVIEW_REQUIRED" | null {
  const { reviews = 0 } = forge.rules.get(pull.base) ?? {};
  const given = pull.reviews.filter(({ state }) => state !== "COMMENTED");
  const last = [...new Map(given.map(({ by, state }) => [by, state])).values()];
  if (last.includes("CHANGES_REQUESTED")) return "CHANGES_REQUESTED";
  const approvals = last.filter((state) => state === "APPROVED").length;
  if (approvals < reviews) return "REVIEW_REQUIRED";
  return approvals > 0 ? "APPROVED" : null;
}

/** GitHub's words for what is missing; empty when nothing is. */
export async function missing(forge: Forge, pull: PullRecord): Promise<readonly string[]> {
  const { reviews = 0, checks = [], upToDate = false } = forge.rules.get(pull.base) ?? {};
  const decision = reviewDecision(forge, pull);
  const reported = [...(forge.runs.get(pull.headSha) ?? []), ...(forge.statuses.get(pull.headSha) ?? [])];
  const expected = checks.filter((name) => !reported.some((run) => run.name === name && run.conclusion === "success"));
  return [
    ...(decision === "CHANGES_REQUESTED" ? ["Changes have been requested."] : []),
    ...(decision === "REVIEW_REQUIRED"
      ? [`At least ${reviews} approving review is required by reviewers with write access.`]
      : []),
    ...expected.map((name) => `Required status check "${name}" is expected.`),
    ...(upToDate && (await isBehind(forge, pull))
      ? ["Head branch is out of date. Review and try the merge again."]
      : []),
  ];
}

export async function isBehind({ git }: Forge, pull: PullRecord): Promise<boolean> {
  return (await git(["merge-base", "--is-ancestor", `refs/heads/${pull.base}`, pull.headSha])).code !== 0;
}

export async function conflicts({ git, mergeable }: Forge, pull: PullRecord): Promise<boolean> {
  const base = (await refOf(git, `refs/heads/${pull.base}`)) ?? "";
  const key = `${base} ${pull.headSha}`;
  const forward = (await git(["merge-base", "--is-ancestor", base, pull.headSha])).code === 0;
  const order = { base, head: pull.headSha, method: "merge", message: "try", by: ROBOT, author: ROBOT } as const;
  const clean = mergeable.get(key) ?? (forward || (await mergeInto(git, order)) !== undefined);
  mergeable.set(key, clean);
  return !clean;
}

/** Does what the button does; a refusal's status and words otherwise. */
export async function merge(
  forge: Forge,
  pull: PullRecord,
  input: { by: string; method: MergeMethod; title?: string | undefined; message?: string | undefined },
): Promise<{ status: number; said: string } | undefined> {
  const { git, methods, rules } = forge;
  const { by, method } = input;
  if (pull.state !== "open") return { status: 405, said: "Pull Request is not mergeable" };
  if (pull.draft) return { status: 405, said: "Pull Request is still a draft" };
  const named = { merge: "Merge commits", squash: "Squash merges", rebase: "Rebase merges" }[method];
  if (!methods.has(method)) return { status: 405, said: `${named} are not allowed on this repository.` };
  if (method === "merge" && rules.get(pull.base)?.linear === true) {
    return { status: 405, said: "This branch must not contain merge commits." };
  }
  const [lack] = await missing(forge, pull);
  if (lack !== undefined) return { status: 405, said: lack };

  const base = (await refOf(git, `refs/heads/${pull.base}`)) ?? "";
  const commits = await commitsBetween(git, base, pull.headSha);
  const [first] = commits;
  const own = first !== undefined && commits.length === 1 ? first.message.split("\n") : undefined;
  const plain = own === undefined || method === "merge";
  const merging = `Merge pull request #${pull.number} from ${forge.owner}/${pull.head}\n\n${pull.title}`;
  const squashing = `${plain ? pull.title : own[0]} (#${pull.number})\n\n${plain ? commits.map((commit) => `* ${commit.message}`).join("\n") : own.slice(1).join("\n").trim()}`;
  const usual = method === "merge" ? merging : squashing;
  const message = input.title === undefined ? usual : `${input.title}\n\n${input.message ?? ""}`;
  const person = { name: by, email: `${by}@users.noreply.github.com` };
  const author = { name: pull.by, email: `${pull.by}@users.noreply.github.com` };
  const landed = await mergeInto(git, { base, head: pull.headSha, method, message, by: person, author });
  if (landed === undefined) return { status: 405, said: "Pull Request is not mergeable" };
  const moved = await git(["update-ref", `refs/heads/${pull.base}`, landed, base]);
  if (moved.code !== 0) return { status: 405, said: "Base branch was modified. Review and try the merge again." };
  const done = { state: "closed", closed: now(), mergedBy: by, mergeCommit: landed, baseSha: base } as const;
  Object.assign(pull, done);
  return undefined;
}
