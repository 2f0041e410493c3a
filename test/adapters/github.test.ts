/** What is special to GitHub: many files in few requests, texts as they are, large trees, Apps, renamed repositories. */
import { generateKeyPairSync } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gitPort } from "../../shared/adapters/git/open.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { gitHub } from "../../shared/adapters/git-github.ts";
import { blobOf } from "../contracts/git.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import { type GitHubServer, gitHubServer } from "../support/github/server.ts";

const author = "Cortex Online School <school@cortex.ai>";
const message = "Implement: x\n\nImprovement-Id: i1\n";
const addition = { path: "new.yaml", before: null, after: "new\n" };

let github: GitHubServer;
let remote: GitRemote;
let repository: { owner: string; name: string };
beforeAll(async () => {
  github = await gitHubServer();
});
beforeEach(async () => {
  github.calm();
  remote = await gitRemote({ "a.yaml": "a\n", "b/c.yaml": "c\n", "b/d/e.yaml": "e\n", "b/d/f.yaml": "f\n" });
  repository = github.serve(remote.url);
});
afterEach(() => remote.close());
afterAll(async () => {
  await github.close();
  expect(github.violations).toEqual([]);
});

function adapter(more: Partial<Parameters<typeof gitHub>[0]> = {}) {
  return gitHub({
    ...repository,
    apiUrl: github.url,
    author,
    identity: { kind: "token", token: github.token },
    ...more,
  });
}
const plainGit = (branch = "main") => gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author, branch });
const asked = (pattern: RegExp) => github.requests.filter((name) => pattern.test(name)).length;

test("the environment chooses it", async () => {
  const git = gitPort({
    GITOPS_DRIVER: "github",
    GITOPS_REPO: `https://github.com/${repository.owner}/${repository.name}.git`,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: github.token,
  });
  const base = await git.head();
  expect(await git.isAncestor(base, base)).toBe(true);
  const blobs = [...(await git.tree(base)).values()];
  expect((await git.read(blobs)).get(blobOf("a\n"))).toBe("a\n");
  const pushed = await git.commit({ base, files: [addition], message });
  const tip = await remote.tip();
  expect(pushed).toEqual({ kind: "pushed", commit: tip });
  expect(await git.findOurs(base, tip, "i1")).toHaveLength(1);
  expect(await git.revert({ commit: tip, base: tip, message: "x" })).toMatchObject({ kind: "pushed" });
});

describe("files", () => {
  const odd: Record<string, Buffer> = {
    "bom.yaml": Buffer.from("\ufeffkind: Service\n"),
    "crlf.yaml": Buffer.from("a: 1\r\nb: 2\r\n"),
    "emoji.yaml": Buffer.from("a: 🚀\u2028\n"),
    "empty.yaml": Buffer.alloc(0),
    "latin1.yaml": Buffer.from([0x61, 0x3a, 0x20, 0xfc, 0x0a]),
    "utf16.yaml": Buffer.from("a: 1\n", "utf16le"),
    "nul.yaml": Buffer.from("a\0b"),
    "cr.yaml": Buffer.from("a: 1\rb: 2"),
    "large.yaml": Buffer.from("key: value and more of it\n".repeat(40_000)),
    "cut-by-graphql.yaml": Buffer.from(`${"x".repeat(600_000)}\n`),
  };

  test("of every kind are the same as plain git reads them", async () => {
    await remote.push(odd);
    const head = await remote.tip();
    const tree = await adapter().tree(head);
    const blobs = [...tree.values()];
    const expected = await plainGit().read(blobs);
    expect(await adapter().read(blobs)).toEqual(expected);

    expect(tree).toEqual(await plainGit().tree(head));
    for (const name of ["latin1.yaml", "utf16.yaml", "nul.yaml"]) expect(expected.get(tree.get(name) ?? "")).toBeNull();
  });

  test("by the hundred take a few requests, and none when they were read before", async () => {
    await remote.push(Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`many/${n}.yaml`, `n: ${n}\n`])));
    const git = adapter();
    const tree = await git.tree(await git.head());
    github.requests.length = 0;
    const contents = await git.read([...tree.values()]);
    expect(contents.size).toBe(254);
    expect(github.requests).toEqual(Array(3).fill("POST /graphql"));
    await git.read([...tree.values()]);
    expect(github.requests).toHaveLength(3);

    await remote.push({ "many/7.yaml": "changed\n" });
    github.requests.length = 0;
    await git.read([...(await git.tree(await git.head())).values()]);
    expect(asked(/graphql/)).toBe(1);
  });

  test("are read one by one where GitHub cannot answer for many", async () => {
    for (const fault of [{ status: 502, message: "Bad Gateway" }, "truncated", "proxy page"] as const) {
      github.calm();
      github.fail(fault, { on: /graphql/ });
      const blob = blobOf("a\n");
      expect(await adapter().read([blob])).toEqual(new Map([[blob, "a\n"]]));
    }
  });

  test("that are not in the repository are named", async () => {
    await expect(adapter().read(["0".repeat(40)])).rejects.toThrow(/has no blob 0{40}/);
    await expect(adapter().tree("0".repeat(40))).rejects.toThrow(/has no commit 0{40}/);
  });

  test("of a tree too large for one answer are listed folder by folder", async () => {
    const head = await remote.tip();
    const whole = await adapter().tree(head);
    for (const limit of [1, 2, 3, 4, 5]) {
      github.cutTrees(limit);
      const tree = await adapter().tree(head);
      expect(Object.fromEntries(tree)).toEqual(Object.fromEntries(whole));
    }
    github.cutTrees(0);
    const pushed = await adapter().commit({
      base: head,
      files: [{ path: "b/d/e.yaml", before: blobOf("e\n"), after: "changed\n" }],
      message,
    });
    expect(pushed.kind).toBe("pushed");
    expect(await remote.git("diff", "--name-only", head, "main")).toBe("b/d/e.yaml");
  });
});

describe("history", () => {
  test("of hundreds of commits is searched to its end", async () => {
    const base = await remote.tip();
    const git = adapter();
    const first = await git.commit({ base, files: [addition], message });
    const tree = await remote.git("rev-parse", "main^{tree}");
    let tip = await remote.tip();
    const by = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
    for (let n = 0; n < 205; n += 1) tip = await remote.git(...by, "commit-tree", tree, "-p", tip, "-m", `${n}`);
    await remote.git("update-ref", "refs/heads/main", tip);

    for (const after of [base, { since: Date.now() - 3_600_000 }]) {
      const found = await git.findOurs(after, tip, "i1");
      expect(found.map(({ commit }) => commit)).toEqual([first.kind === "pushed" ? first.commit : ""]);
    }
  });

  test("that was looked at is not asked for again", async () => {
    const [first, second] = [await remote.tip(), await remote.push({ "x.yaml": "x\n" })];
    const git = adapter();
    for (let n = 0; n < 3; n += 1) expect(await git.isAncestor(first, second)).toBe(true);
    expect(asked(/compare/)).toBe(1);
  });
});

describe("as an App", () => {
  test.each(["pkcs1", "pkcs8"] as const)("with a key in %s", async (type) => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type, format: "pem" },
    });
    github.app("7", publicKey);
    const git = adapter({ identity: { kind: "app", appId: "7", privateKey, installation: 42 } });
    const pushed = await git.commit({ base: await git.head(), files: [addition], message });
    expect(pushed).toEqual({ kind: "pushed", commit: await remote.tip() });
    // One token serves for an hour.
    expect(asked(/access_tokens/)).toBe(1);
  });

  test("with somebody else's key, or none", async () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const wrong = adapter({ identity: { kind: "app", appId: "8", privateKey, installation: 42 } });
    await expect(wrong.head()).rejects.toThrow(/does not accept the credentials/);
    const none = adapter({ identity: { kind: "app", appId: "7", privateKey: "no key", installation: 42 } });
    await expect(none.head()).rejects.toThrow(/GitHub cannot be asked/);
  });
});

test("a repository that was renamed is found under its old name, for reading and for writing", async () => {
  const { owner, name } = repository;
  github.rename(`${owner}/${name}`, `${owner}-new/${name}`);
  const git = adapter();
  const base = await git.head();
  const pushed = await git.commit({ base, files: [addition], message });
  expect(pushed).toEqual({ kind: "pushed", commit: await remote.tip() });
  expect((await git.read([blobOf("a\n")])).get(blobOf("a\n"))).toBe("a\n");
});
