/** Every way GitHub can refuse, fall silent or answer half: each has its fate, and no answer shows the token. */
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gitHub } from "../../shared/adapters/git-github.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import type { Fault } from "../support/github/faults.ts";
import { type GitHubServer, gitHubServer } from "../support/github/server.ts";

const author = "Cortex Online School <school@cortex.ai>";
const message = "Implement: x\n\nImprovement-Id: i1\n";
const addition = { path: "new.yaml", before: null, after: "new\n" };
const PATCH = /^PATCH /;

let github: GitHubServer;
let remote: GitRemote;
let repository: { owner: string; name: string };
beforeAll(async () => {
  github = await gitHubServer();
});
beforeEach(async () => {
  github.calm();
  remote = await gitRemote({ "a.yaml": "a\n", "b/c.yaml": "c\n" });
  repository = github.serve(remote.url);
});
afterEach(() => remote.close());
afterAll(() => github.close());

function adapter(more: Partial<Parameters<typeof gitHub>[0]> = {}) {
  const identity = { kind: "token", token: github.token } as const;
  return gitHub({ ...repository, apiUrl: github.url, author, identity, timeoutMs: 20_000, ...more });
}
async function failure(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => new Error("it succeeded"),
    (thrown: Error) => thrown,
  );
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(github.token);
  return error;
}
async function push(git = adapter(), base?: string) {
  return git.commit({ base: base ?? (await git.head()), files: [addition], message });
}

const now = new Date().toUTCString();
const inSeconds = (seconds: number) => String(Math.floor(Date.parse(now) / 1_000) + seconds);
const secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

describe("what passes by itself is tried again when GitHub says, and uses up no attempt", () => {
  test.each<[string, Fault, number]>([
    ["an outage", { status: 503, message: "Service Unavailable" }, 15_000],
    ["an outage of stated length", { status: 502, message: "x", headers: { "retry-after": "7" } }, 7_000],
    ["too many requests", { status: 429, message: "x", headers: { "retry-after": "12" } }, 12_000],
    ["too many requests, no time stated", { status: 429, message: "x" }, 60_000],
    ["the secondary limit", { status: 403, message: secondary, headers: { "retry-after": "60" } }, 60_000],
    ["the secondary limit, no time stated", { status: 403, message: secondary }, 60_000],
    [
      "the primary limit, by GitHub's own clock",
      {
        status: 403,
        message: "API rate limit exceeded for user ID 1.",
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": inSeconds(90), date: now },
      },
      90_000,
    ],
    ["a wait nobody can mean", { status: 429, message: "x", headers: { "retry-after": "999999999" } }, 3_600_000],
    ["an answer cut short", "truncated", 15_000],
    ["a connection that breaks", "reset", 15_000],
    ["somebody's proxy", "proxy page", 15_000],
  ])("%s", async (_name, fault, afterMs) => {
    github.fail(fault);
    const error = await failure(adapter().head());
    expect(error).toBeInstanceOf(RetryLater);
    expect(error).toMatchObject({ afterMs, free: true });
  });

  test("the limit of GraphQL, which answers 200", async () => {
    const error = { type: "RATE_LIMITED", message: "API rate limit exceeded" };
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": inSeconds(90), date: now };
    github.fail({ status: 200, message: "x", headers, body: { data: null, errors: [error] } }, { on: /graphql/ });
    expect(await failure(adapter().read(["0".repeat(40)]))).toMatchObject({ afterMs: 90_000, free: true });
  });

  test("silence", async () => {
    github.fail("stall");
    const error = await failure(adapter({ timeoutMs: 200 }).head());
    expect(error).toMatchObject({ afterMs: 15_000, free: true, message: expect.stringMatching(/silent for 200 ms/) });
  });

  test("a server that is gone", async () => {
    const gone = await gitHubServer();
    await gone.close();
    const error = await failure(adapter({ apiUrl: gone.url }).head());
    expect(error).toMatchObject({ free: true, message: expect.stringMatching(/out of reach \(.*ECONNREFUSED/) });
  });
});

describe("an operator's mistake is said plainly and tried rarely", () => {
  const token = (text: string) => ({ identity: { kind: "token", token: text } as const });
  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["a wrong token", () => adapter(token("ghp_wrong")).head(), /does not accept the credentials .*GITOPS_TOKEN/],
    ["a token that may not write", () => push(adapter(token(github.reader))), /not allowed .* right contents:write/],
    ["no such repository", () => adapter({ name: "nothing" }).head(), /no such repository.*check GITOPS_REPO/],
    ["no such branch", () => adapter({ branch: "release" }).head(), /no branch release .*create it/],
  ])("%s", async (_name, act, text) => {
    const error = await failure(act());
    expect(error).toBeInstanceOf(RetryLater);
    expect(error).toMatchObject({ afterMs: 60_000, free: false, message: expect.stringMatching(text) });
    expect(error.message).not.toContain("ghp_wrong");
  });

  test("a repository without any commit", async () => {
    const empty = await gitRemote();
    const error = await failure(adapter(github.serve(empty.url)).head());
    expect(error).toMatchObject({ afterMs: 60_000, message: expect.stringMatching(/create it with a first commit/) });
    await empty.close();
  });
});

test("an aborted signal ends the call with its reason, also while GitHub is silent", async () => {
  const control = new AbortController();
  github.fail("stall");
  const looking = adapter().head(control.signal);
  control.abort(new Error("drained"));
  await expect(looking).rejects.toThrow("drained");
});

describe("a push whose answer is lost", () => {
  const lost: readonly [string, Fault][] = [
    ["an outage", { status: 502, message: "Bad Gateway" }],
    ["an answer cut short", "truncated"],
    ["a broken connection", "reset"],
    ["silence", "stall"],
  ];

  test.each(lost)("is found to have landed: %s", async (_name, fault) => {
    github.fail(fault, { on: PATCH, done: true });
    const git = adapter({ timeoutMs: 1_500 });
    expect(await push(git)).toEqual({ kind: "pushed", commit: await remote.tip() });
    expect(await remote.show("new.yaml")).toBe("new\n");
  });

  test.each(lost)("is tried later when it did not land: %s", async (_name, fault) => {
    const base = await remote.tip();
    github.fail(fault, { on: PATCH });
    expect(await failure(push(adapter({ timeoutMs: 1_500 })))).toMatchObject({ free: true });
    expect(await remote.tip()).toBe(base);
  });

  test("is found to have landed even when somebody has built on it already", async () => {
    github.fail({ status: 502, message: "Bad Gateway" }, { on: PATCH, done: true });
    let later = false;
    github.before(async (operation) => {
      if (operation !== "GET /repos/{owner}/{repo}/git/ref/{ref}" || later || (await remote.show("new.yaml")) === null)
        return;
      later = true;
      await remote.push({ "later.yaml": "later\n" });
    });
    const pushed = await push();
    expect(pushed).toEqual({ kind: "pushed", commit: await remote.git("rev-parse", "main^") });
  });
});

describe("a push that meets others", () => {
  test("is `moved` when the branch moves between our look and GitHub's", async () => {
    github.before(async (operation) => {
      if (PATCH.test(operation)) await remote.push({ "theirs.yaml": "theirs\n" });
    });
    expect(await push()).toEqual({ kind: "moved" });
    expect(await remote.git("log", "-1", "--format=%an", "main")).toBe("Somebody");
  });

  test("is `moved` also while the branch still looks as before", async () => {
    const base = await remote.tip();
    const git = adapter();
    await git.head();
    await remote.push({ "theirs.yaml": "theirs\n" });
    github.lag(base, 2);
    expect(await push(git, base)).toEqual({ kind: "moved" });
  });

  test("does not bring back what somebody took off the branch", async () => {
    const first = await remote.tip();
    const base = await remote.push({ "taken-off.yaml": "x\n" });
    await remote.git("update-ref", "refs/heads/main", first);
    expect(await push(adapter(), base)).toEqual({ kind: "moved" });
    expect(await remote.tip()).toBe(first);
  });

  test.each([
    [422, "Repository rule violations found; Changes must be made through a pull request."],
    [409, "Could not update ref: Changes must be made through a pull request."],
    [422, 'Required status check "policy" is expected.'],
    [422, "At least 1 approving review is required by reviewers with write access."],
    [403, "Protected branch update failed for refs/heads/main."],
  ])(
    "is `protected` where the branch takes pull requests only (%i), with GitHub's own words",
    async (status, words) => {
      const base = await remote.tip();
      github.protect(status, words);
      expect(await push()).toEqual({ kind: "protected", because: expect.stringContaining(words) });
      expect(await remote.tip()).toBe(base);
    },
  );

  test.each([
    [422, "Commits must have verified signatures."],
    [422, "Repository rule violations found; Commit message must match a given regex pattern"],
    [422, "Repository rule violations found; Push cannot contain secrets"],
  ])("is refused for good where a rule forbids the commit (%i), with GitHub's own words", async (status, words) => {
    const base = await remote.tip();
    github.protect(status, words);
    const error = await failure(push());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(words);
    expect(await remote.tip()).toBe(base);
  });

  test("comes back soon after a conflict that GitHub does not explain", async () => {
    github.fail({ status: 409, message: "Conflict" }, { on: PATCH });
    expect(await failure(push())).toMatchObject({ afterMs: 5_000, free: true });
  });
});

describe("writing objects", () => {
  test.each<[string, Fault, RegExp, object]>([
    ["what is not everywhere yet", { status: 422, message: "GitRPC::BadObjectState" }, /git\/trees$/, { free: true }],
    [
      "a tree that is not everywhere yet",
      { status: 422, message: "Tree SHA does not exist" },
      /commits$/,
      { free: true },
    ],
    ["a conflict", { status: 409, message: "Conflict" }, /git\/blobs$/, { afterMs: 5_000, free: true }],
    [
      "a path GitHub does not take",
      { status: 422, message: "tree.path contains a malformed path component" },
      /trees$/,
      { name: "PermanentError" },
    ],
  ])("%s", async (_name, fault, on, fate) => {
    const base = await remote.tip();
    github.fail(fault, { on: new RegExp(`^POST .*${on.source}`) });
    expect(await failure(push())).toMatchObject(fate);
    expect(await remote.tip()).toBe(base);
  });

  test("a file that GitHub stored differently is not committed", async () => {
    const base = await remote.tip();
    github.fail(
      { status: 201, message: "x", body: { sha: "1".repeat(40), url: "https://x" } },
      { on: /^POST .*blobs$/ },
    );
    expect((await failure(push())).message).toMatch(/stored a file as 1{40}/);
    expect(await remote.tip()).toBe(base);
  });
});
