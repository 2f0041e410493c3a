/** What a revert would do, told by every adapter of the Git port; the branch stays where it is. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { gitHub } from "../../shared/adapters/git-github.ts";
import type { GitReader, GitWriter } from "../../shared/ports.ts";
import type { GitPreview } from "../../shared/preview-ports.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import { type GitHubServer, gitHubServer } from "../support/github/server.ts";
import { blobOf } from "./git.ts";

const author = "Cortex Online School <school@cortex.ai>";
const lines = (change: Record<number, string> = {}) =>
  Array.from({ length: 30 }, (_, at) => `${change[at + 1] ?? `line ${at + 1}`}\n`).join("");

let github: GitHubServer;
let remote: GitRemote;
let base: string;
beforeAll(async () => {
  github = await gitHubServer();
});
beforeEach(async () => {
  github.calm();
  remote = await gitRemote({ "a.yaml": lines(), "b.yaml": "b\n", "ä ö.yaml": "umlaut\n" });
  base = await remote.tip();
});
afterEach(() => remote.close());
afterAll(async () => {
  await github.close();
  expect(github.violations).toEqual([]);
});

const adapters: Record<string, () => GitReader & GitWriter & GitPreview> = {
  "git-cli": () => gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author }),
  github: () =>
    gitHub({
      ...github.serve(remote.url),
      apiUrl: github.url,
      author,
      identity: { kind: "token", token: github.token },
    }),
};

describe.each(Object.entries(adapters))("%s", (_name, open) => {
  async function preview(commit: string, since?: string) {
    const git = open();
    const head = await git.head();
    const told = await git.previewRevert({ commit, base: head, ...(since === undefined ? {} : { since }) });
    expect(await remote.tip()).toBe(head);
    return told;
  }

  test("later work on the same file is in what it tells, and the revert then writes just that", async () => {
    const bad = await remote.push({ "a.yaml": lines({ 3: "bad" }), "new.yaml": "new\n" }, { remove: ["ä ö.yaml"] });
    await remote.push({ "a.yaml": lines({ 3: "bad", 20: "later" }) });
    const told = await preview(bad);
    expect(told).toEqual({
      kind: "files",
      files: [
        { path: "a.yaml", before: blobOf(lines({ 3: "bad", 20: "later" })), after: lines({ 20: "later" }) },
        { path: "new.yaml", before: blobOf("new\n"), after: null },
        { path: "ä ö.yaml", before: null, after: "umlaut\n" },
      ],
    });
    const git = open();
    await git.revert({ commit: bad, base: await git.head(), message: "Rollback: x\n" });
    expect(await remote.show("a.yaml")).toBe(lines({ 20: "later" }));
    expect(await remote.show("new.yaml")).toBeNull();
    expect(await remote.show("ä ö.yaml")).toBe("umlaut\n");
  });

  test("of several commits, of a merge and of a squash: all that came with it", async () => {
    await remote.push({ "a.yaml": lines({ 3: "bad" }) });
    const last = await remote.push({ "a.yaml": lines({ 3: "bad", 9: "worse" }), "c.yaml": "c\n" });
    expect(await preview(last, base)).toMatchObject({
      files: [
        { path: "a.yaml", after: lines() },
        { path: "c.yaml", after: null },
      ],
    });

    await remote.clone("checkout", "-q", "-b", "side");
    await remote.push({ "side.txt": "side\n" });
    await remote.clone("reset", "-q", "--hard", last);
    await remote.clone("merge", "-q", "--no-ff", "-m", "Merge", await remote.tip());
    await remote.clone("push", "-q", "origin", "HEAD:main");
    const merge = await remote.clone("rev-parse", "HEAD");
    expect(await preview(merge)).toMatchObject({ kind: "files", files: [{ path: "side.txt", after: null }] });
    expect(await preview(merge, last)).toEqual(await preview(merge));
  });

  test("a conflict names its files; what is taken back already leaves nothing", async () => {
    const bad = await remote.push({ "a.yaml": lines({ 3: "bad" }), "b.yaml": "bad\n" });
    await remote.push({ "a.yaml": lines({ 3: "mended otherwise" }) });
    expect(await preview(bad)).toEqual({ kind: "conflict", paths: ["a.yaml"] });
    await remote.push({ "a.yaml": lines(), "b.yaml": "b\n" });
    expect(await preview(bad)).toEqual({ kind: "nothing" });
  });

  test("a file that is no text has no content, and is no deleted one", async () => {
    const picture = Buffer.from([0x89, 0x50, 0x00, 0xff]);
    await remote.push({ "picture.png": picture });
    const bad = await remote.push({ "picture.png": "text\n" });
    expect(await preview(bad)).toMatchObject({ files: [{ path: "picture.png", after: "" }] });
  });

  test("commits on the same paths since, newest first, and no others", async () => {
    const bad = await remote.push({ "a.yaml": lines({ 3: "bad" }), "new.yaml": "new\n" });
    const first = await remote.push(
      { "a.yaml": lines({ 3: "bad", 9: "x" }) },
      { message: "Tune it\n\nBecause.", by: "Ann <ann@example.org>" },
    );
    await remote.push({ "b.yaml": "elsewhere\n" });
    const second = await remote.push({ "new.yaml": "newer\n" }, { message: "Again" });
    const git = open();
    const range = { after: bad, head: await git.head(), paths: ["a.yaml", "new.yaml"] };
    const found = await git.commitsOn({ ...range, most: 10 });
    expect(found.map(({ commit, subject }) => [commit, subject])).toEqual([
      [second, "Again"],
      [first, "Tune it"],
    ]);
    expect(found[1]?.at).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
    expect((await git.commitsOn({ ...range, most: 1 })).map(({ commit }) => commit)).toEqual([second]);
    expect(await git.commitsOn({ ...range, after: range.head, most: 10 })).toEqual([]);
    expect(await git.commitsOn({ ...range, paths: [], most: 10 })).toEqual([]);
  });
});
