/** What people do on GitHub: they push, review, merge and close. */
import type { BranchRules, CheckRecord, Forge, PullRecord } from "./forge.ts";
import { inTurn, merge, now, settle } from "./forge.ts";
import { refOf, textOf } from "./repository.ts";
import { commitOn, type MergeMethod, mergeInto } from "./worktree.ts";

export interface People {
  /** All requests so far, as they are now. */
  pulls(): Promise<readonly PullRecord[]>;
  /** A person's commit on a branch of the repository; returns it. */
  push(branch: string, files: Readonly<Record<string, string>>, message?: string): Promise<string>;
  /** "Update branch": what `from` has is merged into `branch`. */
  updateBranch(branch: string, from?: string): Promise<string>;
  /** Presses the button. Throws an Error with GitHub's words when it is grey. */
  merge(branch: string, method: MergeMethod): Promise<string>;
  /** Moves `onto` to the branch, without the button. */
  pushOnto(branch: string, onto?: string): Promise<string>;
  close(branch: string): Promise<void>;
  deleteBranch(branch: string): Promise<void>;
  review(branch: string, state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED", by?: string): Promise<void>;
  /** A check run on the tip of a branch; null: it still runs. As a commit status with `kind`. */
  check(branch: string, name: string, conclusion: CheckRecord["conclusion"], kind?: "run" | "status"): Promise<void>;
  draft(branch: string, draft: boolean): Promise<void>;
  /** The request is to be merged into another branch. */
  retarget(branch: string, base: string): Promise<void>;
  /** From now on the branch takes pull requests only, and those by these rules. */
  protect(branch: string, rules?: BranchRules): void;
  /** Ways to merge that the repository allows. */
  allow(...methods: readonly MergeMethod[]): void;
  /** So many next looks find it not yet known whether a request can be merged. */
  undecided(times: number): void;
}

const REVIEWER = { name: "Reviewer", email: "reviewer@example.org" };

export function people(forge: Forge): People {
  const { git } = forge;

  async function openPull(branch: string): Promise<PullRecord> {
    await settle(forge);
    const pull = forge.pulls.findLast((each) => each.head === branch && each.state === "open");
    if (pull === undefined) throw new Error(`no open pull request of ${branch}`);
    return pull;
  }
  async function tip(branch: string): Promise<string> {
    const found = await refOf(git, `refs/heads/${branch}`);
    if (found === undefined) throw new Error(`no branch ${branch}`);
    return found;
  }
  async function move(branch: string, to: string, from: string): Promise<string> {
    await textOf(git(["update-ref", `refs/heads/${branch}`, to, from]));
    await settle(forge);
    return to;
  }

  const acts: People = {
    async pulls() {
      await settle(forge);
      return forge.pulls;
    },
    async push(branch, files, message = "A reviewer's work\n") {
      const from = await tip(branch);
      return move(branch, await commitOn(git, from, { files, message, by: REVIEWER }), from);
    },
    async updateBranch(branch, from = "main") {
      const [base, head] = [await tip(branch), await tip(from)];
      const message = `Merge branch '${from}' into ${branch}\n`;
      const merged = await mergeInto(git, { base, head, method: "merge", message, by: REVIEWER, author: REVIEWER });
      if (merged === undefined) throw new Error("it conflicts");
      return move(branch, merged, base);
    },
    async merge(branch, method) {
      const refusal = await merge(forge, await openPull(branch), { by: "reviewer", method });
      if (refusal !== undefined) throw new Error(refusal.said);
      return tip(forge.pulls.findLast((each) => each.head === branch)?.base ?? "");
    },
    pushOnto: async (branch, onto = "main") => move(onto, await tip(branch), await tip(onto)),
    async close(branch) {
      Object.assign(await openPull(branch), { state: "closed", closed: now(), closedBy: "reviewer" });
    },
    async deleteBranch(branch) {
      await textOf(git(["update-ref", "-d", `refs/heads/${branch}`]));
    },
    async review(branch, state, by = "reviewer") {
      (await openPull(branch)).reviews.push({ by, state });
    },
    async check(branch, name, conclusion, kind = "run") {
      const of = kind === "run" ? forge.runs : forge.statuses;
      const sha = await tip(branch);
      const others = (of.get(sha) ?? []).filter((each) => each.name !== name);
      of.set(sha, [...others, { name, conclusion }]);
    },
    async draft(branch, draft) {
      (await openPull(branch)).draft = draft;
    },
    async retarget(branch, base) {
      (await openPull(branch)).base = base;
    },
    protect: (branch, rules = {}) => void forge.rules.set(branch, rules),
    allow(...methods) {
      forge.methods.clear();
      for (const method of methods) forge.methods.add(method);
    },
    undecided(times) {
      forge.undecided = times;
    },
  };
  return {
    ...acts,
    pulls: () => inTurn(forge, () => acts.pulls()),
    push: (...all) => inTurn(forge, () => acts.push(...all)),
    updateBranch: (...all) => inTurn(forge, () => acts.updateBranch(...all)),
    merge: (...all) => inTurn(forge, () => acts.merge(...all)),
    pushOnto: (...all) => inTurn(forge, () => acts.pushOnto(...all)),
    close: (...all) => inTurn(forge, () => acts.close(...all)),
    deleteBranch: (...all) => inTurn(forge, () => acts.deleteBranch(...all)),
    review: (...all) => inTurn(forge, () => acts.review(...all)),
    check: (...all) => inTurn(forge, () => acts.check(...all)),
    draft: (...all) => inTurn(forge, () => acts.draft(...all)),
    retarget: (...all) => inTurn(forge, () => acts.retarget(...all)),
  };
}
