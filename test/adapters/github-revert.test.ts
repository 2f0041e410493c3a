/** Reverts through GitHub's API come to the same tree as git's own, or say which files are in the way. */
import { chmod, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { gitHub } from "../../shared/adapters/git-github.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import { type GitHubServer, gitHubServer } from "../support/github/server.ts";

const author = "Cortex Online School <school@cortex.ai>";
const lines = (change: Record<number, string> = {}) =>
  Array.from({ length: 30 }, (_, at) => `${change[at + 1] ?? `line ${at + 1}`}\n`).join("");

let github: GitHubServer;
let remote: GitRemote;
let repository: { owner: string; name: string };
beforeAll(async () => {
  github = await gitHubServer();
});
beforeEach(async () => {
  github.calm();
  remote = await gitRemote({ "a.yaml": lines(), "b.yaml": "b\n", "c/d.yaml": "d\n" });
  repository = github.serve(remote.url);
});
afterEach(() => remote.close());
afterAll(async () => {
  await github.close();
  expect(github.violations).toEqual([]);
});

function adapter() {
  const identity = { kind: "token", token: github.token } as const;
  return gitHub({ ...repository, apiUrl: github.url, author, identity });
}
const work = (file: string) => path.join(remote.url, "..", "somebody", file);

/** Reverts `commit` on main by GitHub and on a twin of main by plain git. */
async function both(commit: string) {
  const base = await remote.tip();
  await remote.git("branch", "twin", base);
  const twin = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author, branch: "twin" });
  const gits = await twin.revert({ commit, base, message: "Rollback: x\n" });
  const ours = await adapter().revert({ commit, base, message: "Rollback: x\n" });
  return { ours, gits, base };
}

interface Case {
  readonly bad: () => Promise<string>;
  readonly later?: () => Promise<unknown>;
}
const push = (files: Record<string, string>, remove: string[] = []) => remote.push(files, { remove });

describe("to the same tree", () => {
  const cases: Record<string, Case> = {
    "a change nobody touched since": { bad: () => push({ "a.yaml": lines({ 3: "bad" }), "new.yaml": "new\n" }) },
    "a change beside later work in the same file": {
      bad: () => push({ "a.yaml": lines({ 3: "bad" }) }),
      later: () => push({ "a.yaml": lines({ 3: "bad", 20: "later" }), "b.yaml": "later\n" }),
    },
    "a change that somebody took back in part": {
      bad: () => push({ "a.yaml": lines({ 3: "bad", 20: "bad" }) }),
      later: () => push({ "a.yaml": lines({ 20: "bad" }) }),
    },
    "an added file that somebody removed": {
      bad: () => push({ "new.yaml": "new\n", "a.yaml": lines({ 3: "bad" }) }),
      later: () => push({}, ["new.yaml"]),
    },
    "a removed file that somebody brought back": {
      bad: () => push({ "a.yaml": lines({ 3: "bad" }) }, ["b.yaml"]),
      later: () => push({ "b.yaml": "b\n" }),
    },
    "a file made executable, changed since": {
      async bad() {
        await chmod(work("a.yaml"), 0o755);
        return push({});
      },
      later: () => push({ "a.yaml": lines({ 9: "later" }) }),
    },
    "a changed file made executable since": {
      bad: () => push({ "a.yaml": lines({ 3: "bad" }) }),
      async later() {
        await chmod(work("a.yaml"), 0o755);
        await push({});
      },
    },
    "a symbolic link": {
      async bad() {
        await symlink("b.yaml", work("link.yaml"));
        return push({ "a.yaml": lines({ 3: "bad" }) });
      },
      later: () => push({ "b.yaml": "later\n" }),
    },
    "a file turned into a folder": {
      async bad() {
        await rm(work("b.yaml"));
        return push({ "b.yaml/x.yaml": "x\n" });
      },
    },
    "a first commit of nothing else": { bad: () => remote.git("rev-list", "--max-parents=0", "main") },
  };

  test.each(Object.entries(cases))("%s", async (_name, { bad, later }) => {
    const commit = await bad();
    await later?.();
    const { ours, gits } = await both(commit);
    expect(gits.kind).toBe("pushed");
    expect(ours.kind).toBe("pushed");
    expect(await remote.git("rev-parse", "main^{tree}")).toBe(await remote.git("rev-parse", "twin^{tree}"));
    expect(await remote.git("log", "-1", "--format=%an <%ae>|%cn <%ce>|%B", "main")).toBe(
      `${author}|${author}|Rollback: x\n`,
    );
  });
});

test("a branch that GitHub shows as it was before the commit is not taken for one without it", async () => {
  const before = await remote.tip();
  const bad = await push({ "b.yaml": "bad\n" });
  const git = adapter();
  github.lag(before, 1);
  await expect(git.revert({ commit: bad, base: await git.head(), message: "x" })).rejects.toThrow(
    /does not show .* \(yet\)/,
  );
  expect(await git.revert({ commit: bad, base: await git.head(), message: "x" })).toMatchObject({ kind: "pushed" });
  expect(await remote.show("b.yaml")).toBe("b\n");
});

describe("not at all", () => {
  const cases: Record<string, Case & { readonly paths: readonly string[] }> = {
    "the same lines changed since": {
      bad: () => push({ "a.yaml": lines({ 3: "bad" }) }),
      later: () => push({ "a.yaml": lines({ 3: "other" }) }),
      paths: ["a.yaml"],
    },
    "an added file that was changed since": {
      bad: () => push({ "new.yaml": "new\n" }),
      later: () => push({ "new.yaml": "changed\n" }),
      paths: ["new.yaml"],
    },
    "a changed file that was removed since": {
      bad: () => push({ "b.yaml": "bad\n" }),
      later: () => push({}, ["b.yaml"]),
      paths: ["b.yaml"],
    },
    "a removed file that somebody wrote anew": {
      bad: () => push({}, ["b.yaml"]),
      later: () => push({ "b.yaml": "another\n" }),
      paths: ["b.yaml"],
    },
    "two files of three": {
      bad: () => push({ "a.yaml": lines({ 3: "bad" }), "b.yaml": "bad\n", "c/d.yaml": "bad\n" }),
      later: () => push({ "a.yaml": lines({ 3: "other" }), "c/d.yaml": "other\n" }),
      paths: ["a.yaml", "c/d.yaml"],
    },
  };

  test.each(Object.entries(cases))("%s", async (_name, { bad, later, paths }) => {
    const commit = await bad();
    await later?.();
    const { ours, gits, base } = await both(commit);
    expect(gits).toEqual({ kind: "conflict", paths });
    expect(ours).toEqual({ kind: "conflict", paths });
    expect(await remote.tip()).toBe(base);
  });

  test.each<[string, Case, string]>([
    [
      "a file comes back where there is a folder by now",
      { bad: () => push({}, ["b.yaml"]), later: () => push({ "b.yaml/x.yaml": "x\n" }) },
      "b.yaml",
    ],
    [
      "a file comes back whose folder is a file by now",
      { bad: () => push({}, ["c/d.yaml"]), later: () => push({ c: "c\n" }) },
      "c/d.yaml",
    ],
    [
      "a file that was renamed since, which git would follow",
      {
        bad: () => push({ "a.yaml": lines({ 3: "bad" }) }),
        later: () => push({ "renamed.yaml": lines({ 3: "bad" }) }, ["a.yaml"]),
      },
      "a.yaml",
    ],
  ])("%s", async (_name, { bad, later }, file) => {
    const commit = await bad();
    await later?.();
    const base = await remote.tip();
    expect(await adapter().revert({ commit, base, message: "x" })).toEqual({ kind: "conflict", paths: [file] });
    expect(await remote.tip()).toBe(base);
  });
});
