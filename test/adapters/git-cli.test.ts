/** What is special to the git binary: its local copy, its remotes and their ways to fail. */
import { execFile, spawn } from "node:child_process";
import { chmod, chown, mkdir, readdir, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gitSettings, repositoryNames } from "../../shared/adapters/git/settings.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { blobOf } from "../contracts/git.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";

const author = "Cortex Online School <school@cortex.ai>";
const message = "Implement: x\n\nImprovement-Id: i1\n";
const addition = { path: "new.yaml", before: null, after: "new\n" };

let remote: GitRemote;
beforeEach(async () => {
  remote = await gitRemote({ "a.yaml": "a\n", "b/c.yaml": "c\n" });
});
afterEach(() => remote.close());

function adapter(more: Partial<Parameters<typeof gitCli>[0]> = {}) {
  return gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author, ...more });
}
async function copyOf(): Promise<string> {
  const name = (await readdir(remote.cacheDir)).find((entry) => entry.endsWith(".git"));
  return path.join(remote.cacheDir, name ?? "");
}
async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("it succeeded"),
    (error: Error) => error,
  );
}
/** Shell commands the remote runs before or after it has moved the branch. */
async function hook(name: string, script: string): Promise<void> {
  const file = path.join(remote.url, "hooks", name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

describe("an operator's mistake is said plainly and tried rarely", () => {
  test.each<[string, () => Partial<Parameters<typeof gitCli>[0]>, RegExp]>([
    ["a branch that does not exist", () => ({ branch: "release" }), /no branch release .*create it/],
    ["a repository that does not exist", () => ({ remote: `${remote.url}x` }), /no such repository.*check its address/],
  ])("%s", async (_name, settings, text) => {
    const error = await failure(adapter(settings()).head());
    expect(error).toBeInstanceOf(RetryLater);
    expect((error as RetryLater).afterMs).toBe(60_000);
    expect(error.message).toMatch(text);
  });

  test("settings that cannot work are refused at once", () => {
    for (const wrong of [{ author: "School" }, { branch: "--upload-pack=x" }, { branch: "a..b" }, { branch: "a b" }]) {
      expect(() => adapter(wrong)).toThrow(ConfigurationError);
    }
  });

  test("a remote that looks like an option is only a remote", async () => {
    const error = await failure(adapter({ remote: "--upload-pack=touch /tmp/x" }).head());
    expect(error).toBeInstanceOf(RetryLater);
  });
});

test("a branch of another name is read and written", async () => {
  await remote.git("branch", "team/release", "main");
  const git = adapter({ branch: "team/release" });
  const base = await git.head();
  await git.commit({ base, files: [addition], message });
  expect(await remote.git("log", "-1", "--format=%cn", "team/release")).toBe("Cortex Online School");
  expect(await remote.tip()).toBe(base);
});

test("neither hooks nor settings of the user's reach git", async () => {
  const home = path.join(remote.cacheDir, "..", "home");
  await mkdir(path.join(home, "hooks"), { recursive: true });
  await writeFile(path.join(home, ".gitconfig"), `[core]\n\thooksPath = ${home}/hooks\n[user]\n\tname = Me\n[core`);
  await writeFile(path.join(home, "hooks", "pre-push"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const git = adapter({ environment: { HOME: home, PATH: process.env["PATH"] } });
  expect(await git.commit({ base: await git.head(), files: [addition], message })).toMatchObject({ kind: "pushed" });
});

test("an aborted signal ends the call with its reason", async () => {
  const control = new AbortController();
  control.abort(new Error("drained"));
  await expect(adapter().head(control.signal)).rejects.toThrow("drained");
});

describe("a push whose fate is unclear", () => {
  const push = async () => {
    const git = adapter();
    return git.commit({ base: await git.head(), files: [addition], message });
  };

  test("is found to have landed when the remote died after it had moved the branch", async () => {
    await hook("post-receive", "kill -9 $PPID");
    expect(await push()).toEqual({ kind: "pushed", commit: await remote.tip() });
    expect(await remote.show("new.yaml")).toBe("new\n");
  });

  test("is found to have landed even when somebody has built on it already", async () => {
    const script = [
      "read old new ref",
      "unset GIT_QUARANTINE_PATH",
      'next=$(git -c user.name=S -c user.email=s@x commit-tree "$new^{tree}" -p "$new" -m later)',
      'git update-ref refs/heads/main "$next"',
      "kill -9 $PPID",
    ];
    await hook("post-receive", script.join("\n"));
    const pushed = await push();
    const tip = await remote.tip();
    expect(pushed).toEqual({ kind: "pushed", commit: await remote.git("rev-parse", `${tip}^`) });
  });

  test("is tried later when the remote died before it had moved it", async () => {
    const base = await remote.tip();
    await hook("pre-receive", "kill -9 $PPID");
    expect(await failure(push())).toBeInstanceOf(RetryLater);
    expect(await remote.tip()).toBe(base);
  });

  test("is `moved` when the branch moved between our look and the remote's", async () => {
    const script = [
      "read old new ref",
      "unset GIT_QUARANTINE_PATH",
      'next=$(git -c user.name=S -c user.email=s@x commit-tree "$old^{tree}" -p "$old" -m other)',
      'git update-ref refs/heads/main "$next"',
    ];
    await hook("update", `set -- "$2" "$3" "$1"\nprintf '%s %s %s\\n' "$1" "$2" "$3" | {\n${script.join("\n")}\n}`);
    expect(await push()).toEqual({ kind: "moved" });
    expect(await remote.git("log", "-1", "--format=%s", "main")).toBe("other");
  });

  test("is refused for good when a hook declines it, with the remote's own words", async () => {
    await remote.refuse("policy: no changes on Fridays");
    const error = await failure(push());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toMatch(/pre-receive hook declined; policy: no changes on Fridays/);
  });

  test("is `protected` where the remote takes pull requests only, with its own words", async () => {
    const base = await remote.tip();
    await remote.refuse("GitLab: You are not allowed to push code to protected branches on this project.");
    expect(await push()).toEqual({ kind: "protected", because: expect.stringMatching(/declined; GitLab: You are/) });
    expect(await remote.tip()).toBe(base);
  });
});

describe("the local copy", () => {
  const damage: readonly [string, () => Promise<unknown>][] = [
    ["deleted", async () => rm(await copyOf(), { recursive: true })],
    ["half made", async () => rm(path.join(await copyOf(), "objects"), { recursive: true })],
    [
      "an empty folder with a file in it",
      async () => {
        const copy = await copyOf();
        await rm(copy, { recursive: true });
        await mkdir(copy);
        await writeFile(path.join(copy, "config"), "");
      },
    ],
    [
      "without its packs",
      async () => {
        const packs = path.join(await copyOf(), "objects", "pack");
        for (const file of await readdir(packs)) await rm(path.join(packs, file));
      },
    ],
    [
      "cut short",
      async () => {
        const packs = path.join(await copyOf(), "objects", "pack");
        for (const file of await readdir(packs)) {
          await chmod(path.join(packs, file), 0o644);
          await truncate(path.join(packs, file), 40);
        }
      },
    ],
  ];

  test.each(damage)("that is %s is built again, whatever is asked first", async (_name, harm) => {
    const base = await adapter().head();
    const blob = blobOf("a\n");
    await harm();
    expect(await adapter().read([blob])).toEqual(new Map([[blob, "a\n"]]));
    await harm();
    expect([...(await adapter().tree(base)).keys()]).toEqual(["a.yaml", "b/c.yaml"]);
    await harm();
    expect(await adapter().isAncestor(base, base)).toBe(true);
    await harm();
    const pushed = await adapter().commit({ base, files: [addition], message });
    if (pushed.kind !== "pushed") throw new Error("the branch moved");
    await harm();
    expect(await adapter().findOurs(base, pushed.commit, "i1")).toHaveLength(1);
    await harm();
    expect((await adapter().revert({ commit: pushed.commit, base: pushed.commit, message: "x" })).kind).toBe("pushed");
    await harm();
    expect(await adapter().head()).toBe(await remote.tip());
    expect(await remote.show("new.yaml")).toBeNull();
  });

  test("asks for the blobs of a commit it has not seen yet", async () => {
    const git = adapter();
    await git.head();
    await remote.push({ "later.yaml": "later\n" });
    const blob = blobOf("later\n");
    expect((await git.read([blob])).get(blob)).toBe("later\n");
  });

  test("brings only what is new", async () => {
    await remote.push(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`many/${n}.yaml`, `${n}\n`])));
    const git = adapter();
    await git.head();
    await remote.push({ "one-more.yaml": "x\n" });
    await git.head();
    const packs = path.join(await copyOf(), "objects", "pack");
    const counts = await Promise.all(
      (await readdir(packs))
        .filter((file) => file.endsWith(".idx"))
        .map(async (file) => {
          const { stdout } = await promisify(execFile)("git", ["verify-pack", "-v", path.join(packs, file)]);
          return stdout.split("\n").filter((line) => /^[0-9a-f]{40} /.test(line)).length;
        }),
    );
    expect(counts).toHaveLength(2);
    expect(Math.min(...counts)).toBeLessThan(6);
  });

  test.runIf(process.getuid?.() === 0)("of another user is not used: git would obey its configuration", async () => {
    await adapter().head();
    await chown(await copyOf(), 12_345, 12_345);
    await expect(adapter().head()).rejects.toThrow(/belongs to another user/);
    await chown(await copyOf(), 0, 0);
    await chown(remote.cacheDir, 12_345, 12_345);
    await expect(adapter().head()).rejects.toThrow(ConfigurationError);
  });

  test("is shared by processes that all begin at once, and leaves nothing behind", async () => {
    const base = await remote.tip();
    const script = `
      const { gitCli } = await import(${JSON.stringify(path.resolve("shared/adapters/git-cli.ts"))});
      const [remote, cacheDir, n] = process.argv.slice(1);
      const git = gitCli({ remote, cacheDir, author: ${JSON.stringify(author)} });
      for (;;) {
        const base = await git.head();
        const message = "Implement: x\\n\\nImprovement-Id: i" + n + "\\n";
        const files = [{ path: n + ".yaml", before: null, after: n + "\\n" }];
        const pushed = await git.commit({ base, files, message });
        if (pushed.kind !== "pushed") continue;
        const head = await git.head();
        const [ours] = await git.findOurs(base, head, "i" + n);
        if (ours?.commit !== pushed.commit) throw new Error("lost");
        break;
      }`;
    const runs = ["1", "2", "3", "4"].map(
      (n) =>
        new Promise<number | null>((resolve) => {
          const args = ["--input-type=module", "-e", script, remote.url, remote.cacheDir, n];
          spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] }).on("close", resolve);
        }),
    );
    expect(await Promise.all(runs)).toEqual([0, 0, 0, 0]);
    expect(await remote.git("rev-list", "--count", `${base}..main`)).toBe("4");
    const left = await readdir(remote.cacheDir);
    expect(left.filter((name) => !/^[0-9a-f]{24}\.git(\.scratch)?$/.test(name))).toEqual([]);
    expect(await readdir(`${await copyOf()}.scratch`)).toEqual([]);
  });
});

describe("settings from the environment", () => {
  test("have safe defaults", () => {
    const settings = gitSettings({ GITOPS_REPO: "/srv/x.git", GITHUB_TOKEN: "t" });
    expect(settings).toMatchObject({ remote: "/srv/x.git", branch: "main", author, token: "t" });
    expect(repositoryNames({ GITOPS_REPO: "/srv/x.git", GITOPS_PUBLIC_URL: "https://x/y" })).toEqual({
      repository: "/srv/x.git",
      branch: "main",
      publicUrl: "https://x/y",
    });
  });

  test("name what is missing", () => {
    expect(() => gitSettings({})).toThrow(/GITOPS_REPO/);
  });
});
