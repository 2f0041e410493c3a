/** What a ChangeRequests adapter must do: one request per branch, and the truth about what became of it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PermanentError } from "../../shared/runtime/errors.ts";
import { BRANCH, CART, edited, message, type RequestRoom, requestRoom } from "../support/change-requests.ts";
import { type GitHubServer, gitHubServer } from "../support/github/server.ts";
import { blobOf } from "./git.ts";

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
  // Both sides spoke as GitHub's published description says.
  expect(github.violations).toEqual([]);
});

const tipOf = (branch: string) => room.remote.git("rev-parse", `refs/heads/${branch}`);
const writes = () => github.requests.filter((name) => !name.startsWith("GET "));
async function stateNow() {
  const found = await room.adapter().find(BRANCH);
  if (found === undefined) throw new Error("there is no request");
  return found.state;
}

describe("open", () => {
  test("makes a branch with one commit of ours and a request for it", async () => {
    const base = await room.remote.tip();
    const opened = await room.open();
    const tip = await tipOf(BRANCH);
    expect(opened).toEqual({ number: 1, url: expect.stringMatching(/\/pull\/1$/), state: { kind: "open", head: tip } });
    expect(await room.remote.git("log", "-1", "--format=%P|%an|%cn|%B", tip)).toBe(
      `${base}|Cortex Online School|Cortex Online School|${message}`,
    );
    expect(await room.remote.show("apps/cart.yaml", tip)).toBe(edited(3, "limits"));
    expect(await room.remote.tip()).toBe(base);
    expect(await room.people.pulls()).toMatchObject([{ title: "Limits", body: "Why", head: BRANCH, base: "main" }]);
  });

  test("again changes nothing and answers with the same, also when the branch below has moved", async () => {
    const opened = await room.open();
    await room.remote.push({ "apps/other.yaml": "moved\n" });
    github.requests.length = 0;
    expect(await room.open()).toEqual(opened);
    expect(writes()).toEqual([]);
    expect(await room.people.pulls()).toHaveLength(1);
  });

  test("brings an open request that holds only our older commit up to the new change set, words included", async () => {
    const first = await room.open();
    const base = await room.remote.push({ "apps/other.yaml": "moved\n" });
    const second = await room.open(edited(3, "other limits"), { title: "Other limits", body: "Because" });
    const tip = await tipOf(BRANCH);
    expect(second).toEqual({ ...first, state: { kind: "open", head: tip } });
    expect(await room.remote.git("rev-list", "--parents", "-1", tip)).toBe(`${tip} ${base}`);
    expect(await room.remote.show("apps/cart.yaml", tip)).toBe(edited(3, "other limits"));
    expect(await room.people.pulls()).toMatchObject([{ title: "Other limits", body: "Because" }]);
  });

  test("leaves a reviewer's work alone: extra commits, and the base merged in", async () => {
    const opened = await room.open();
    const theirs = await room.people.push(BRANCH, { "apps/extra.yaml": "theirs\n" });
    github.requests.length = 0;
    expect(await room.open(edited(3, "other limits"))).toEqual({ ...opened, state: { kind: "open", head: theirs } });
    expect(writes()).toEqual([]);

    await room.remote.push({ "apps/other.yaml": "moved\n" });
    const merged = await room.people.updateBranch(BRANCH);
    expect((await room.open(edited(9, "x"))).state).toEqual({ kind: "open", head: merged });
    expect(await tipOf(BRANCH)).toBe(merged);
  });

  test("does not overwrite what a reviewer pushes in the very moment", async () => {
    await room.open();
    let theirs = "";
    github.before(async (operation) => {
      if (operation === "POST /graphql" && theirs === "") theirs = await room.people.push(BRANCH, { "a.yaml": "a\n" });
    });
    const opened = await room.open(edited(3, "other limits"));
    expect(opened.state).toEqual({ kind: "open", head: theirs });
    expect(await tipOf(BRANCH)).toBe(theirs);
  });

  test("takes over a branch of ours without a request, and refuses somebody else's", async () => {
    const base = await room.remote.tip();
    await room.open();
    const tip = await tipOf(BRANCH);
    const other = "improvement/i2";
    await room.remote.git("branch", other, tip);
    const opened = await room.open(undefined, { branch: other });
    expect(opened).toMatchObject({ number: 2, state: { kind: "open", head: tip } });

    const theirs = "improvement/i3";
    await room.remote.git("branch", theirs, base);
    const work = await room.people.push(theirs, { "a.yaml": "a\n" });
    await expect(room.open(undefined, { branch: theirs })).rejects.toThrow(PermanentError);
    await expect(room.open(undefined, { branch: theirs })).rejects.toThrow(/somebody else's work/);
    expect(await tipOf(theirs)).toBe(work);
  });

  test("of a request that is closed or merged answers so and opens no second one", async () => {
    await room.open();
    await room.people.close(BRANCH);
    await room.people.deleteBranch(BRANCH);
    expect((await room.open()).state).toEqual({ kind: "closed", by: "reviewer" });

    await room.open(undefined, { branch: "improvement/i2" });
    await room.people.merge("improvement/i2", "squash");
    await room.people.deleteBranch("improvement/i2");
    const base = await room.remote.git("rev-parse", "main~1");
    expect((await room.open(undefined, { branch: "improvement/i2", base })).state.kind).toBe("merged");
    expect(await room.people.pulls()).toHaveLength(2);
  });

  test("says why a change set cannot be one", async () => {
    const wrong = [{ path: "apps/cart.yaml", before: blobOf("something else\n"), after: "x\n" }];
    await expect(room.open("", { files: wrong })).rejects.toThrow(/apps\/cart\.yaml at .* replaces/);
    await expect(room.open(CART)).rejects.toThrow(/changes nothing/);
    expect(await room.people.pulls()).toEqual([]);
  });

  test("shows hostile words as harmless ones, and no more than GitHub takes", async () => {
    const title = `Fix #1 @dana\n\n\u202e${"long ".repeat(100)}`;
    await room.open(undefined, { title, body: `@acme/team fixes #12 <!-- x -->${"y".repeat(80_000)}` });
    const [pull] = await room.people.pulls();
    expect(pull?.title).toMatch(/^Fix # 1 @ dana long /);
    expect(pull?.body).toMatch(/^@ acme\/team fixes # 12 &lt;!-- x/);
  });
});

describe("find", () => {
  test("knows only requests of that branch in this repository", async () => {
    expect(await room.adapter().find(BRANCH)).toBeUndefined();
    const opened = await room.open();
    expect(await room.adapter().find(BRANCH)).toEqual(opened);
    expect(await room.adapter().find("improvement/i")).toBeUndefined();
  });

  test("finds it after the repository was given another name, also by a process that knew the old one", async () => {
    const { owner, name } = room.repository;
    const old = room.adapter();
    await old.find(BRANCH);
    await room.open();
    github.rename(`${owner}/${name}`, `${owner}-new/${name}`);
    expect(await old.find(BRANCH)).toMatchObject({ number: 1, state: { kind: "open" } });
    expect(await room.adapter().find(BRANCH)).toMatchObject({ number: 1 });
  });

  test("takes the open one of several, else the newest", async () => {
    await room.open();
    await room.people.close(BRANCH);
    const again = room.adapter();
    expect((await again.find(BRANCH))?.number).toBe(1);
    const [first] = await room.people.pulls();
    if (first === undefined) throw new Error("it is gone");
    first.state = "open";
    expect((await again.find(BRANCH))?.state.kind).toBe("open");
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["a review", async () => room.people.protect("main", { reviews: 1 }), /^an approving review$/],
    [
      "changes that were asked for",
      () => room.people.review(BRANCH, "CHANGES_REQUESTED", "dana"),
      /changes that dana asked for/,
    ],
    [
      "a check that failed and one that runs",
      async () => {
        room.people.protect("main", { checks: ["policy", "build"] });
        await room.people.check(BRANCH, "policy", "failure");
        await room.people.check(BRANCH, "build", null, "status");
      },
      /^the failed checks policy; the running checks build$/,
    ],
    ["a check nobody requires", () => room.people.check(BRANCH, "lint\u202e\n", "failure"), /^the failed checks lint$/],
    ["a check that never came", async () => room.people.protect("main", { checks: ["policy"] }), /^a rule of the/],
    ["the end of a draft", () => room.people.draft(BRANCH, true), /draft/],
    ["its conflicts", () => room.remote.push({ "apps/cart.yaml": edited(3, "otherwise") }), /conflicts with main/],
    [
      "the base to be merged in",
      async () => {
        room.people.protect("main", { upToDate: true });
        await room.remote.push({ "apps/other.yaml": "moved\n" });
      },
      /up to date with main/,
    ],
    ["GitHub itself", async () => room.people.undecided(1), /GitHub to find out/],
    [
      "another aim",
      async () => {
        await room.remote.git("branch", "release", "main");
        await room.people.retarget(BRANCH, "release");
      },
      /aimed at main instead of release/,
    ],
  ])("says that it waits for %s", async (_name, happens, expected) => {
    await room.open();
    await happens();
    expect(await stateNow()).toMatchObject({ kind: "open", waitsFor: expect.stringMatching(expected) });
  });

  test("says that it waits for nothing once everything is there", async () => {
    room.people.protect("main", { reviews: 1, checks: ["policy"] });
    await room.open();
    await room.people.review(BRANCH, "CHANGES_REQUESTED");
    await room.people.review(BRANCH, "APPROVED");
    await room.people.check(BRANCH, "policy", "success");
    expect(await stateNow()).toEqual({ kind: "open", head: await tipOf(BRANCH) });
  });
});
