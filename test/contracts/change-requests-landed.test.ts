/** What became of a request: merged in every way there is, withdrawn, taken back. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { gitHub } from "../../shared/adapters/git-github.ts";
import type { LandedCommit } from "../../shared/domain/improvement.ts";
import { PermanentError } from "../../shared/runtime/errors.ts";
import { author, BRANCH, CART, edited, message, type RequestRoom, requestRoom } from "../support/change-requests.ts";
import { type GitHubServer, gitHubServer } from "../support/github/server.ts";
import type { MergeMethod } from "../support/github/worktree.ts";

let github: GitHubServer;
let room: RequestRoom;
beforeAll(async () => {
  github = await gitHubServer();
});
beforeEach(async () => {
  github.calm();
  room = await requestRoom(github);
});
afterEach(() => room.remote.close());
afterAll(async () => {
  await github.close();
  expect(github.violations).toEqual([]);
});

const writes = () => github.requests.filter((name) => !name.startsWith("GET "));
async function stateNow() {
  const found = await room.adapter().find(BRANCH);
  if (found === undefined) throw new Error("there is no request");
  return found.state;
}
async function landedNow(): Promise<LandedCommit> {
  const state = await stateNow();
  if (state.kind !== "merged") throw new Error(`it is ${state.kind}`);
  return state.landed;
}
const branchExists = (branch: string) =>
  room.remote.git("rev-parse", "--verify", "-q", `refs/heads/${branch}`).then(
    () => true,
    () => false,
  );

describe("what landed, with the base moved and the branch deleted", () => {
  const merged = (method: MergeMethod) => () => room.people.merge(BRANCH, method);
  interface Case {
    /** Commits of a reviewer beside ours. */
    readonly extra?: number;
    readonly happens: () => Promise<unknown>;
    readonly kind: LandedCommit["kind"];
    /** As a revision of git; `last` unless given. */
    readonly first?: string;
  }
  const cases: Record<string, Case> = {
    "a merge": { happens: merged("merge"), kind: "merge" },
    "a merge of several": { extra: 2, happens: merged("merge"), kind: "merge" },
    "a squash": { happens: merged("squash"), kind: "squash" },
    "a squash of several": { extra: 2, happens: merged("squash"), kind: "squash" },
    "a rebase": { happens: merged("rebase"), kind: "rebase" },
    "a rebase of several": { extra: 2, happens: merged("rebase"), kind: "rebase", first: "main~2" },
    "a rebase that lost a merge": {
      extra: 1,
      async happens() {
        await room.people.updateBranch(BRANCH);
        await room.people.push(BRANCH, { "last.yaml": "last\n" }, "The last word\n");
        await room.people.merge(BRANCH, "rebase");
      },
      kind: "rebase",
      first: "main~2",
    },
    "a rebase of a commit that is there already": {
      extra: 1,
      async happens() {
        await room.remote.push({ "extra-0.yaml": "x\n" });
        await room.people.merge(BRANCH, "rebase");
      },
      kind: "rebase",
    },
    "a push of the branch as it is": {
      extra: 1,
      async happens() {
        await room.people.updateBranch(BRANCH);
        await room.people.pushOnto(BRANCH);
      },
      kind: "rebase",
      first: "main^1^1",
    },
  };

  test.each(Object.entries(cases))("%s, and it can be taken back by either adapter", async (_name, each) => {
    const { extra = 0, happens, kind, first = "main" } = each;
    await room.open();
    for (let n = 0; n < extra; n += 1) await room.people.push(BRANCH, { [`extra-${n}.yaml`]: "x\n" }, `Extra ${n}\n`);
    await room.remote.push({ "apps/other.yaml": "moved meanwhile\n" });
    await happens();
    const last = await room.remote.tip();
    const expected = { kind, last, first: await room.remote.git("rev-parse", first) };
    await room.people.deleteBranch(BRANCH);
    const base = await room.remote.push({ "apps/cart.yaml": edited(20, "later work", edited(3, "limits")) });

    const landed = await landedNow();
    expect(landed).toMatchObject(expected);
    expect(await room.remote.git("diff", "--name-only", landed.before ?? "", last)).toContain("apps/cart.yaml");
    await room.remote.git("branch", "twin");
    const undo = {
      commit: landed.last,
      ...(landed.before === undefined ? {} : { since: landed.before }),
      base,
      message,
    };
    for (const [branch, git] of [
      ["main", gitHub(room.settings)],
      ["twin", gitCli({ remote: room.remote.url, cacheDir: room.remote.cacheDir, author, branch: "twin" })],
    ] as const) {
      expect(await git.revert(undo)).toMatchObject({ kind: "pushed" });
      expect(await room.remote.show("apps/cart.yaml", branch)).toBe(edited(20, "later work"));
      expect(await room.remote.show("apps/other.yaml", branch)).toBe("moved meanwhile\n");
      const before = await room.remote.git("ls-tree", "-r", "--name-only", landed.before ?? "");
      expect(await room.remote.git("ls-tree", "-r", "--name-only", branch)).toBe(before);
    }
  });

  test("one commit pushed as it is keeps its own name", async () => {
    const base = await room.remote.tip();
    await room.open();
    const commit = await room.people.pushOnto(BRANCH);
    await room.remote.push({ "later.yaml": "later\n" });
    expect(await landedNow()).toEqual({ kind: "commit", first: commit, last: commit, before: base });
  });

  test("a merge into another branch is nobody's success", async () => {
    await room.open();
    await room.remote.git("branch", "release", "main");
    await room.people.retarget(BRANCH, "release");
    await room.people.merge(BRANCH, "squash");
    await expect(stateNow()).rejects.toThrow(PermanentError);
    await expect(stateNow()).rejects.toThrow(/merged into release, not into main/);
  });

  test("a merge the branch does not show is asked for again", async () => {
    await room.open();
    const before = await room.remote.tip();
    await room.people.merge(BRANCH, "squash");
    await room.remote.git("update-ref", "refs/heads/main", before);
    await expect(stateNow()).rejects.toMatchObject({
      name: "RetryLater",
      message: expect.stringMatching(/does not show/),
    });
  });
});

describe("merge", () => {
  test.each<[string, readonly MergeMethod[], boolean, LandedCommit["kind"]]>([
    ["as a merge where everything is allowed", ["merge", "squash", "rebase"], false, "merge"],
    ["squashed where merges are not allowed", ["squash", "rebase"], false, "squash"],
    ["rebased where nothing else is", ["rebase"], false, "rebase"],
    ["squashed where the branch must be linear", ["merge", "squash", "rebase"], true, "squash"],
  ])("%s", async (_name, allowed, linear, kind) => {
    room.people.allow(...allowed);
    room.people.protect("main", { linear });
    await room.open();
    const answer = await room.adapter().merge(BRANCH);
    expect(answer.state).toMatchObject({ kind: "merged", landed: { kind, last: await room.remote.tip() } });
    expect(await room.remote.git("log", "-2", "--format=%(trailers:key=Improvement-Id,valueonly)")).toContain("i1");
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["a review is missing", async () => room.people.protect("main", { reviews: 1 }), /review/],
    ["a check has not come", async () => room.people.protect("main", { checks: ["policy"] }), /a rule of the/],
    ["it conflicts", () => room.remote.push({ "apps/cart.yaml": edited(3, "otherwise") }), /conflicts/],
    ["no way is allowed", async () => room.people.allow(), /a way to merge/],
  ])("leaves it open when %s, and says so", async (_name, happens, expected) => {
    await room.open();
    await happens();
    const tip = await room.remote.tip();
    expect((await room.adapter().merge(BRANCH)).state).toMatchObject({
      kind: "open",
      waitsFor: expect.stringMatching(expected),
    });
    expect(await room.remote.tip()).toBe(tip);
  });

  test("does not merge what was pushed in the very moment", async () => {
    await room.open();
    let theirs = "";
    github.before(async (operation) => {
      if (operation.startsWith("PUT ") && theirs === "") theirs = await room.people.push(BRANCH, { "a.yaml": "a\n" });
    });
    const { state } = await room.adapter().merge(BRANCH);
    expect(state).toMatchObject({ kind: "open", head: theirs, waitsFor: expect.stringMatching(/was modified/) });
    expect(await room.remote.show("a.yaml")).toBeNull();
  });

  test("of what is not open says what it is; of what is not there, so", async () => {
    await expect(room.adapter().merge(BRANCH)).rejects.toThrow(PermanentError);
    await room.open();
    await room.people.close(BRANCH);
    expect((await room.adapter().merge(BRANCH)).state).toEqual({ kind: "closed", by: "reviewer" });
  });
});

describe("withdraw", () => {
  test("comments, closes and deletes the branch, once", async () => {
    await room.open();
    await room.adapter().withdraw(BRANCH, "dana said no; fixes #1");
    await room.adapter().withdraw(BRANCH, "again");
    const [pull] = await room.people.pulls();
    expect(pull).toMatchObject({ state: "closed", comments: [{ body: expect.stringMatching(/said no; fixes # 1$/) }] });
    expect(await branchExists(BRANCH)).toBe(false);
    expect(await stateNow()).toEqual({ kind: "closed", by: "school-bot" });
  });

  test("leaves alone what others closed or merged, and work that came in the very moment", async () => {
    await room.open();
    await room.people.close(BRANCH);
    await room.adapter().withdraw(BRANCH, "too late");
    expect(await branchExists(BRANCH)).toBe(true);
    expect((await room.people.pulls())[0]?.comments).toEqual([]);

    await room.open(undefined, { branch: "improvement/i2" });
    await room.people.merge("improvement/i2", "merge");
    github.requests.length = 0;
    await room.adapter().withdraw("improvement/i2", "too late");
    expect(writes()).toEqual([]);

    await room.open(edited(9, "x"), { branch: "improvement/i3" });
    let pushed = false;
    github.before(async (operation) => {
      if (operation !== "POST /graphql" || pushed) return;
      pushed = true;
      await room.people.push("improvement/i3", { "a.yaml": "a\n" });
    });
    await room.adapter().withdraw("improvement/i3", "no");
    expect(await branchExists("improvement/i3")).toBe(true);
  });

  test("of a branch without a request deletes it when it is ours", async () => {
    await room.open();
    await room.remote.git("branch", "improvement/i2", BRANCH);
    await room.adapter().withdraw("improvement/i2", "no");
    expect(await branchExists("improvement/i2")).toBe(false);
    await room.adapter().withdraw("improvement/i3", "no");
  });
});

describe("openRevert", () => {
  const UNDO = "rollback/i1";
  async function revert(landed: LandedCommit) {
    const base = await room.remote.tip();
    const { last: commit, before } = landed;
    const since = before === undefined ? {} : { since: before };
    const words = { message: "Rollback: x\n\nImprovement-Id: i1\n", title: "Take back x", body: "It hurt" };
    return room.adapter().openRevert({ branch: UNDO, commit, ...since, base, ...words });
  }
  async function landed(): Promise<LandedCommit> {
    await room.open();
    await room.people.push(BRANCH, { "extra.yaml": "x\n" });
    await room.people.merge(BRANCH, "rebase");
    return landedNow();
  }

  test("makes a request that takes back all that landed and keeps later work, once", async () => {
    const range = await landed();
    await room.remote.push({ "apps/cart.yaml": edited(20, "later work", edited(3, "limits")) });
    const opened = await revert(range);
    expect(opened).toMatchObject({ number: 2, state: { kind: "open" } });
    expect(await room.remote.show("apps/cart.yaml", UNDO)).toBe(edited(20, "later work"));
    expect(await room.remote.show("extra.yaml", UNDO)).toBeNull();
    expect(await revert(range)).toEqual(opened);
    await room.people.merge(UNDO, "squash");
    expect(await revert(range)).toMatchObject({ number: 2, state: { kind: "merged" } });
    expect(await room.remote.show("apps/cart.yaml")).toBe(edited(20, "later work"));
  });

  test("leaves to people what they made of it, also where the revert itself would conflict by now", async () => {
    const range = await landed();
    await revert(range);
    const theirs = await room.people.push(UNDO, { "apps/cart.yaml": edited(3, "by hand") });
    await room.remote.push({ "apps/cart.yaml": edited(3, "mended otherwise") });
    expect(await revert(range)).toMatchObject({ number: 2, state: { kind: "open", head: theirs } });
  });

  test("names the files of a conflict, and opens nothing where nothing is left", async () => {
    const range = await landed();
    await room.remote.push({ "apps/cart.yaml": edited(3, "mended otherwise") });
    expect(await revert(range)).toEqual({ kind: "conflict", paths: ["apps/cart.yaml"] });
    await room.remote.push({ "apps/cart.yaml": CART }, { remove: ["extra.yaml"] });
    expect(await revert(range)).toBeUndefined();
    expect(await branchExists(UNDO)).toBe(false);
  });
});
