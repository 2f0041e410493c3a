/** Merge mode of the Git port: each improvement is a branch of one commit, merged with `--no-ff`. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { gitHub } from "../../shared/adapters/git-github.ts";
import type { GitReader, GitWriter } from "../../shared/ports.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import { type GitHubServer, gitHubServer } from "../support/github/server.ts";

const author = "Cortex Online School <school@cortex.ai>";
const message = "Implement: x\n\nBody\n\nImprovement-Id: i1\nChange-Set: abc\n";
const addition = { path: "new.yaml", before: null, after: "new\n" };

let github: GitHubServer;
let remote: GitRemote;
beforeAll(async () => {
  github = await gitHubServer();
});
beforeEach(async () => {
  remote = await gitRemote({ "a.yaml": "a\n" });
});
afterEach(() => remote.close());
afterAll(() => github.close());

const adapters: Record<string, () => GitReader & GitWriter> = {
  "git-cli": () => gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author, mode: "merge" }),
  github: () => {
    const identity = { kind: "token", token: github.token } as const;
    return gitHub({ ...github.serve(remote.url), apiUrl: github.url, author, identity, mode: "merge" });
  },
};

describe.each(Object.entries(adapters))("%s in merge mode", (_name, open) => {
  test("brings one commit and its merge, both by us, both with the trailers", async () => {
    const git = open();
    const base = await git.head();
    const pushed = await git.commit({ base, files: [addition], message });

    const tip = await remote.tip();
    expect(pushed).toEqual({ kind: "pushed", commit: tip });
    expect(await remote.git("rev-list", "--count", `${base}..main`)).toBe("2");
    expect(await remote.git("rev-parse", "main^1")).toBe(base);
    expect(await remote.git("rev-parse", "main^2^")).toBe(base);
    expect(await remote.git("log", "-1", "--format=%cn <%ce>|%s|%(trailers:key=Improvement-Id,valueonly)", tip)).toBe(
      `${author}|Merge branch 'improvement/i1'|i1\n`,
    );
    expect(await remote.git("log", "-1", "--format=%an <%ae>|%B", "main^2")).toBe(`${author}|${message}`);
    expect(await remote.git("diff", "--name-only", "main^1", "main")).toBe("new.yaml");
  });

  test("finds the merge first, so that whoever looks for what landed gets what Argo CD reports", async () => {
    const git = open();
    const base = await git.head();
    await git.commit({ base, files: [addition], message });
    const tip = await remote.tip();
    const found = await git.findOurs(base, tip, "i1");
    expect(found.map(({ commit }) => commit)).toEqual([tip, await remote.git("rev-parse", "main^2")]);
  });

  test("takes all of it back as one commit, and keeps later work", async () => {
    const git = open();
    const base = await git.head();
    await git.commit({ base, files: [addition], message });
    const merge = await remote.tip();
    const later = await remote.push({ "later.yaml": "later\n" });
    const reverted = await git.revert({ commit: merge, base: later, message: "Rollback: x\n" });
    expect(reverted).toEqual({ kind: "pushed", commit: await remote.tip() });
    expect(await remote.show("new.yaml")).toBeNull();
    expect(await remote.show("later.yaml")).toBe("later\n");
    expect(await remote.git("rev-list", "--count", `${later}..main`)).toBe("1");
  });

  test("pushes neither when the branch has moved", async () => {
    const git = open();
    const base = await git.head();
    const next = await remote.push({ "theirs.yaml": "theirs\n" });
    expect(await git.commit({ base, files: [addition], message })).toEqual({ kind: "moved" });
    expect(await remote.tip()).toBe(next);
  });
});

describe("with pull requests as the mode", () => {
  test.each(["git-cli", "github"])("%s writes without a request as one linear commit", async (name) => {
    const settings = { author, mode: "pull-request" } as const;
    const identity = { kind: "token", token: github.token } as const;
    const git =
      name === "github"
        ? gitHub({ ...github.serve(remote.url), apiUrl: github.url, identity, ...settings })
        : gitCli({ remote: remote.url, cacheDir: remote.cacheDir, ...settings });
    const base = await git.head();
    await git.commit({ base, files: [addition], message });
    expect(await remote.git("rev-list", "--parents", "-1", "main")).toBe(`${await remote.tip()} ${base}`);
  });
});
