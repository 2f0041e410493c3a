/** Every way GitHub can fail, and a process that dies at every step: one request, nothing of anybody's lost. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { BRANCH, edited, message, type RequestRoom, requestRoom } from "../support/change-requests.ts";
import type { Fault } from "../support/github/faults.ts";
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
  expect(github.violations).toEqual([]);
});

const CREATE_REF = /^POST .*\/git\/refs$/;
const CREATE_PULL = /^POST .*\/pulls$/;
const MERGE = /^PUT /;

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("it succeeded"),
    (error: Error) => error,
  );
}
/** As the pipeline does it: again, as often as an error says that this helps. */
async function insist<Value>(work: () => Promise<Value>): Promise<Value> {
  for (let tries = 0; ; tries += 1) {
    const answer = await work().catch((error: unknown) => {
      if (error instanceof RetryLater && tries < 12) return error;
      throw error;
    });
    if (!(answer instanceof RetryLater)) return answer;
  }
}

describe("whatever happens once", () => {
  const faults: readonly [string, Fault, boolean][] = [
    ["an outage", { status: 502, message: "Bad Gateway" }, false],
    ["an outage after it was done", { status: 503, message: "Service Unavailable" }, true],
    ["too many requests", { status: 429, message: "x", headers: { "retry-after": "1" } }, false],
    ["an answer cut short", "truncated", true],
    ["a connection that breaks", "reset", true],
    ["somebody's proxy", "proxy page", false],
  ];

  async function openAllAmong(happens: (branch: string) => void, branches: readonly string[]): Promise<void> {
    for (const branch of branches) {
      happens(branch);
      const opened = await insist(() => room.open(undefined, { branch }));
      expect(opened.state).toMatchObject({ kind: "open" });
      expect(await room.remote.git("rev-list", "--count", `main..${branch}`)).toBe("1");
    }
    const pulls = await room.people.pulls();
    expect(pulls.map(({ head }) => head)).toEqual(branches);
  }

  test("at every step of opening, one request is there in the end", async () => {
    await room.open(undefined, { branch: "improvement/0" });
    const steps = github.requests.length;
    room = await requestRoom(github);
    const branches = Array.from({ length: steps }, (_, step) => `improvement/${step}`);
    await openAllAmong((branch) => {
      const step = branches.indexOf(branch);
      const [, fault, done] = faults[step % faults.length] ?? ["", "reset", true];
      let at = 0;
      github.before(async () => {
        if (at === step) github.fail(fault, { times: 1, done });
        at += 1;
      });
    }, branches);
  });

  test.each(faults)("making the branch and the request, one is there in the end: %s", async (_name, fault, done) => {
    const steps = { "improvement/branch": CREATE_REF, "improvement/request": CREATE_PULL };
    await openAllAmong(
      (branch) => github.fail(fault, { on: steps[branch as keyof typeof steps], times: 1, done }),
      Object.keys(steps),
    );
  });

  test.each(faults)("a request is merged once and found merged: %s", async (_name, fault, done) => {
    await room.open();
    const base = await room.remote.tip();
    github.fail(fault, { on: MERGE, times: 1, done });
    const merged = await insist(() => room.adapter().merge(BRANCH));
    expect(merged.state).toMatchObject({ kind: "merged", landed: { kind: "merge", before: base } });
    expect(await room.remote.git("rev-list", "--first-parent", "--count", `${base}..main`)).toBe("1");
  });

  test.each(faults)(
    "bringing a request up to date and withdrawing it come to an end: %s",
    async (_name, fault, done) => {
      await room.open();
      github.fail(fault, { on: /graphql/, times: 1, done });
      const opened = await insist(() => room.open(edited(3, "other limits")));
      expect(opened.state).toEqual({ kind: "open", head: await room.remote.git("rev-parse", BRANCH) });
      expect(await room.remote.show("apps/cart.yaml", BRANCH)).toBe(edited(3, "other limits"));

      for (const on of [/^POST .*comments$/, /^PATCH .*pulls/, /graphql/]) {
        github.fail(fault, { on, times: 1, done });
      }
      await insist(() => room.adapter().withdraw(BRANCH, "no"));
      const [pull] = await room.people.pulls();
      expect(pull).toMatchObject({ state: "closed", comments: [{ body: expect.stringMatching(/withdraws/) }] });
      await expect(room.remote.git("rev-parse", "--verify", "-q", `refs/heads/${BRANCH}`)).rejects.toThrow();
    },
  );
});

describe("stale answers", () => {
  test("a list that does not show the request yet leads to no second one", async () => {
    await room.adapter().find(BRANCH);
    await room.open();
    github.stale(/^GET .*\/pulls$/, 2);
    expect(await failure(room.open())).toMatchObject({ name: "RetryLater", message: expect.stringMatching(/already/) });
    github.stale(/^GET .*\/pulls$/, 1);
    expect(await room.open()).toMatchObject({ number: 1, state: { kind: "open" } });
    expect(await room.people.pulls()).toHaveLength(1);
  });

  test("a branch that still looks missing is not made twice", async () => {
    const branch = "improvement/i2";
    await room.open();
    await failure(room.adapter().withdraw(branch, "x"));
    await room.remote.git("branch", branch, BRANCH);
    github.stale(/^GET .*\/git\/ref\//, 1);
    expect(await failure(room.open(undefined, { branch }))).toMatchObject({ name: "RetryLater", free: true });
    expect(await room.open(undefined, { branch })).toMatchObject({ number: 2 });
  });

  test("a branch that looks older than it is, is not overwritten", async () => {
    await room.open();
    await room.open();
    const theirs = await room.people.push(BRANCH, { "a.yaml": "a\n" });
    github.stale(/^GET .*\/git\/ref\//, 1);
    expect((await room.open(edited(3, "other"))).state).toMatchObject({ kind: "open", head: theirs });
    expect(await room.remote.git("rev-parse", BRANCH)).toBe(theirs);
  });

  test("a request that still looks open is not merged twice", async () => {
    await room.open();
    await room.adapter().find(BRANCH);
    const tip = await room.people.merge(BRANCH, "squash");
    github.stale(/^GET .*\/pulls\/\{pull_number\}$/, 1);
    expect((await room.adapter().merge(BRANCH)).state).toMatchObject({ kind: "merged", landed: { last: tip } });
    expect(await room.remote.tip()).toBe(tip);
  });
});

describe("two at once", () => {
  test("open one request", async () => {
    const both = await Promise.all([insist(() => room.open()), insist(() => room.open())]);
    expect(both.map(({ number }) => number)).toEqual([1, 1]);
    expect(await room.people.pulls()).toHaveLength(1);
  });
});

describe("what an operator or a rule forbids", () => {
  const reader = () => ({ kind: "token", token: github.reader }) as const;
  const input = async () => ({
    branch: BRANCH,
    base: await room.remote.tip(),
    files: [{ path: "a.yaml", before: null, after: "a\n" }],
    message,
    title: "x",
    body: "x",
  });

  test("a token that may not write is said plainly and tried rarely", async () => {
    const error = await failure(room.adapter({ identity: reader() }).open(await input()));
    expect(error).toMatchObject({ afterMs: 60_000, message: expect.stringMatching(/right contents:write/) });
    const right = "Resource not accessible by personal access token";
    github.fail({ status: 403, message: right }, { on: CREATE_PULL });
    expect(await failure(room.open())).toMatchObject({ message: expect.stringMatching(/pull_requests:write/) });
    github.calm();
    await room.open();
    const merging = failure(room.adapter({ identity: reader() }).merge(BRANCH));
    expect(await merging).toMatchObject({ afterMs: 60_000, message: expect.stringMatching(/contents:write/) });
  });

  test("a rule for all branches, or words GitHub does not take, end it with GitHub's reason", async () => {
    room.people.protect(BRANCH);
    const error = await failure(room.open());
    expect(error).toMatchObject({ name: "PermanentError", message: expect.stringMatching(/pull request.*its rules/) });
    const branch = "improvement/i2";
    const body = {
      message: "Validation Failed",
      errors: [{ resource: "PullRequest", field: "title", code: "invalid" }],
    };
    github.fail({ status: 422, message: "x", body }, { on: CREATE_PULL });
    expect(await failure(room.open(undefined, { branch }))).toMatchObject({
      name: "PermanentError",
      message: expect.stringMatching(/title is invalid/),
    });
  });

  test("limits are waited for as long as GitHub says", async () => {
    const secondary =
      "You have exceeded a secondary rate limit and have been temporarily blocked from content creation.";
    for (const on of [CREATE_REF, CREATE_PULL]) {
      github.fail({ status: 403, message: secondary, headers: { "retry-after": "61" } }, { on, times: 1 });
      expect(await failure(room.open())).toMatchObject({ afterMs: 61_000, free: true });
    }
    await room.open();
    github.fail({ status: 403, message: secondary, headers: { "retry-after": "61" } }, { on: MERGE, times: 1 });
    expect(await failure(room.adapter().merge(BRANCH))).toMatchObject({ afterMs: 61_000, free: true });
  });

  test("what a token may not see is only left out of the words", async () => {
    room.people.protect("main", { checks: ["policy"] });
    await room.open();
    await room.people.check(BRANCH, "policy", "failure");
    github.fail(
      { status: 403, message: "Resource not accessible by integration" },
      { on: /check-runs|status$|issues/ },
    );
    expect((await room.adapter().find(BRANCH))?.state).toMatchObject({ waitsFor: "a rule of the repository" });
    await room.people.close(BRANCH);
    expect((await room.adapter().find(BRANCH))?.state).toEqual({ kind: "closed" });
  });
});

describe("a process killed", () => {
  const program = `
    const { gitHubChangeRequests } = await import(${JSON.stringify(new URL("../../shared/adapters/change-requests.ts", import.meta.url).href)});
    const { settings, method, input } = JSON.parse(process.argv[1]);
    await gitHubChangeRequests(settings)[method](...input);`;

  /** Ends it with SIGKILL as soon as GitHub has done what was asked, or before GitHub does anything. */
  async function killedAt(on: RegExp, done: boolean, method: string, ...input: readonly unknown[]): Promise<void> {
    const asked = Promise.withResolvers<void>();
    github.fail("stall", { on, done });
    const asking = (operation: string) => {
      if (on.test(operation)) asked.resolve();
    };
    if (done) github.after(asking);
    else github.before(async (operation) => asking(operation));
    const argument = JSON.stringify({ settings: room.settings, method, input });
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, argument], { stdio: "inherit" });
    const gone = once(child, "exit");
    await Promise.race([asked.promise, gone.then(() => Promise.reject(new Error("it ended by itself")))]);
    child.kill("SIGKILL");
    await gone;
    github.calm();
  }

  test.each([
    ["before the branch was made", CREATE_REF, false],
    ["after the branch was made", CREATE_REF, true],
    ["before the request was made", CREATE_PULL, false],
    ["after the request was made", CREATE_PULL, true],
  ])("%s: a fresh one opens the same request once", async (_name, on, done) => {
    const base = await room.remote.tip();
    const before = blobOf((await room.remote.show("apps/cart.yaml")) ?? "");
    const files = [{ path: "apps/cart.yaml", before, after: edited(3, "limits") }];
    await killedAt(on, done, "open", { branch: BRANCH, base, files, message, title: "Limits", body: "Why" });
    const opened = await insist(() => room.open());
    expect(opened).toMatchObject({ number: 1, state: { kind: "open" } });
    expect(await room.people.pulls()).toHaveLength(1);
    expect(await room.remote.git("rev-list", "--count", `main..${BRANCH}`)).toBe("1");
  });

  test.each([
    ["after the comment", /^POST .*comments$/],
    ["after closing it", /^PATCH .*pulls/],
    ["after deleting the branch", /graphql/],
  ])("%s of a withdrawal: a fresh one does the rest", async (_name, on) => {
    await room.open();
    await killedAt(on, true, "withdraw", BRANCH, "no");
    await insist(() => room.adapter().withdraw(BRANCH, "no"));
    const [pull] = await room.people.pulls();
    expect(pull).toMatchObject({ state: "closed", comments: [expect.anything()] });
    await expect(room.remote.git("rev-parse", "--verify", "-q", `refs/heads/${BRANCH}`)).rejects.toThrow();
  });

  test("after it merged: a fresh one finds it merged", async () => {
    await room.open();
    await killedAt(MERGE, true, "merge", BRANCH);
    const tip = await room.remote.tip();
    expect((await room.adapter().merge(BRANCH)).state).toMatchObject({ kind: "merged", landed: { last: tip } });
    expect(await room.remote.tip()).toBe(tip);
  });
});
