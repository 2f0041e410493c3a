/** What every adapter of the Git port must do, run against a real repository. */
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { GitReader, GitWriter } from "../../shared/ports.ts";
import type { GitPreview } from "../../shared/preview-ports.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";

const files = {
  "apps/shop/cart.yaml": `${Array.from({ length: 30 }, (_, line) => `line ${line + 1}`).join("\n")}\n`,
  "apps/shop/catalog.yaml": "kind: Service\n",
  "docs/über uns.md": "größer\n",
  "picture.png": Buffer.from([0x89, 0x50, 0x00, 0xff, 0xfe]),
  "latin1.txt": Buffer.from([0x66, 0xfc, 0x72]),
};
const US = { name: "Cortex Online School", mail: "school@cortex.ai" };

/** Git's id of a blob with this content. */
export function blobOf(content: string): string {
  const bytes = Buffer.from(content);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function edited(line: number, text: string, content = files["apps/shop/cart.yaml"]): string {
  return content.replace(new RegExp(`^line ${line}$`, "m"), text);
}

type Git = GitReader & GitWriter & GitPreview;

/** `open` gives an adapter for the branch main of `remote` that commits as `author`. */
export function gitContract(adapter: string, open: (remote: GitRemote, author: string) => Git): void {
  describe(`${adapter} as Git port`, () => {
    let remote: GitRemote;
    let git: Git;
    let base: string;

    beforeEach(async () => {
      remote = await gitRemote(files);
      git = open(remote, `${US.name} <${US.mail}>`);
      base = await remote.tip();
    });
    afterEach(() => remote.close());

    const message = (id: string, subject = "Implement: x") => `${subject}\n\nBody\n\nImprovement-Id: ${id}\n`;
    const cart = { path: "apps/shop/cart.yaml" as const, before: blobOf(files["apps/shop/cart.yaml"]) };

    async function commit(change: { path: string; before: string | null; after: string | null }, id = "i1") {
      const pushed = await git.commit({ base: await git.head(), files: [change], message: message(id) });
      if (pushed.kind !== "pushed") throw new Error("the branch moved");
      return pushed.commit;
    }

    test("head is the tip of the branch, also after somebody else pushed", async () => {
      expect(await git.head()).toBe(base);
      const next = await remote.push({ "new.txt": "new\n" });
      expect(await git.head()).toBe(next);
    });

    test("tree and read give every regular file, text as text, anything else as null", async () => {
      await remote.clone("update-index", "--add", "--cacheinfo", `160000,${base},module`);
      await remote.clone("commit", "-q", "-m", "a submodule");
      await remote.clone("push", "-q", "origin", "HEAD:main");
      const tree = await git.tree(await git.head());
      const contents = await git.read([...tree.values()]);

      expect([...tree.keys()].sort()).toEqual(Object.keys(files).sort());
      for (const [path, content] of Object.entries(files)) {
        const blob = tree.get(path) ?? "";
        expect(contents.get(blob)).toBe(typeof content === "string" ? content : null);
        if (typeof content === "string") expect(blob).toBe(blobOf(content));
      }
      expect(await git.read([])).toEqual(new Map());
    });

    test("an old commit is still readable after the branch moved on", async () => {
      await remote.push({ "new.txt": "new\n" }, { remove: ["picture.png"] });
      await git.head();
      expect([...(await git.tree(base)).keys()]).toContain("picture.png");
    });

    test("isAncestor knows equal, earlier, later and unknown commits", async () => {
      const next = await remote.push({ "new.txt": "new\n" });
      expect(await git.isAncestor(base, next)).toBe(true);
      expect(await git.isAncestor(next, next)).toBe(true);
      expect(await git.isAncestor(next, base)).toBe(false);
      expect(await git.isAncestor("0".repeat(39) + "1", next)).toBe(false);
      expect(await git.isAncestor(base, "main")).toBe(false);
    });

    test("commit adds, changes and deletes exactly what the change set says, as one commit by us", async () => {
      await remote.clone("update-index", "--chmod=+x", "apps/shop/cart.yaml");
      await remote.clone("commit", "-q", "-m", "executable");
      await remote.clone("push", "-q", "origin", "HEAD:main");
      const before = await git.head();
      const pushed = await git.commit({
        base: before,
        files: [
          { ...cart, after: "changed\n" },
          { path: "apps/shop/catalog.yaml", before: blobOf("kind: Service\n"), after: null },
          { path: "neu/ä b.yaml", before: null, after: "new\n" },
        ],
        message: message("i1"),
      });

      const tip = await remote.tip();
      expect(pushed).toEqual({ kind: "pushed", commit: tip });
      expect(await remote.git("diff", "--name-status", "-z", before, tip)).toBe(
        "M\0apps/shop/cart.yaml\0D\0apps/shop/catalog.yaml\0A\0neu/ä b.yaml\0",
      );
      expect(await remote.show("apps/shop/cart.yaml")).toBe("changed\n");
      expect(await remote.git("ls-tree", tip, "apps/shop/cart.yaml", "neu/ä b.yaml")).toMatch(/^100755 .*\n100644 /);
      expect(await remote.git("log", "-1", "--format=%P|%an <%ae>|%cn <%ce>|%B", tip)).toBe(
        `${before}|${US.name} <${US.mail}>|${US.name} <${US.mail}>|${message("i1")}`,
      );
    });

    test("commit changes nothing when the branch has moved", async () => {
      const next = await remote.push({ "new.txt": "new\n" });
      expect(await git.commit({ base, files: [{ ...cart, after: "x\n" }], message: message("i1") })).toEqual({
        kind: "moved",
      });
      expect(await remote.tip()).toBe(next);
    });

    test("commit refuses a change set that does not fit its base", async () => {
      const wrong = { ...cart, before: blobOf("something else\n"), after: "x\n" };
      await expect(git.commit({ base, files: [wrong], message: "x" })).rejects.toThrow(/apps\/shop\/cart\.yaml/);
      const exists = { ...cart, before: null, after: "x\n" };
      await expect(git.commit({ base, files: [exists], message: "x" })).rejects.toThrow(/apps\/shop\/cart\.yaml/);
      const same = { ...cart, after: files["apps/shop/cart.yaml"] };
      await expect(git.commit({ base, files: [same], message: "x" })).rejects.toThrow(/changes nothing/);
      expect(await remote.tip()).toBe(base);
    });

    test("of many writers on one base exactly one wins", async () => {
      const writers = Array.from({ length: 4 }, () => open(remote, `${US.name} <${US.mail}>`));
      const answers = await Promise.all(
        writers.map((writer, n) =>
          writer.commit({
            base,
            files: [{ path: `${n}.txt`, before: null, after: `${n}\n` }],
            message: message(`i${n}`),
          }),
        ),
      );
      expect(answers.map(({ kind }) => kind).sort()).toEqual(["moved", "moved", "moved", "pushed"]);
      expect(await remote.git("rev-list", "--count", `${base}..main`)).toBe("1");
    });

    describe("findOurs", () => {
      test("finds our commit by its trailer, newest first, and nothing outside the range", async () => {
        const first = await commit({ path: "a.txt", before: null, after: "a\n" });
        await commit({ path: "b.txt", before: null, after: "b\n" }, "i2");
        const second = await commit({ path: "c.txt", before: null, after: "c\n" });
        const head = await git.head();

        expect((await git.findOurs(base, head, "i1")).map((found) => found.commit)).toEqual([second, first]);
        expect(await git.findOurs(base, base, "i1")).toEqual([]);
        expect((await git.findOurs(first, head, "i1")).map((found) => found.commit)).toEqual([second]);
        expect(await git.findOurs(base, head, "i")).toEqual([]);
        const [found] = await git.findOurs(base, first, "i1");
        expect(found?.message.trimEnd()).toBe(message("i1").trimEnd());
        expect(found?.committer).toContain(US.mail);
      });

      test("finds what was committed from a moment on, where no earlier commit is known", async () => {
        const before = Date.now() - 60_000;
        const ours = await commit({ path: "a.txt", before: null, after: "a\n" });
        const head = await git.head();
        expect((await git.findOurs({ since: before }, head, "i1")).map((found) => found.commit)).toEqual([ours]);
        expect(await git.findOurs({ since: Date.now() + 3_600_000 }, head, "i1")).toEqual([]);
      });

      test("does not take somebody else's commit for ours, nor the words outside the trailers", async () => {
        await remote.push({ "a.txt": "a\n" }, { message: message("i1") });
        await remote.push(
          { "b.txt": "b\n" },
          { message: "x\n\nImprovement-Id: i1\n\nand so on", by: `${US.name} <${US.mail}>` },
        );
        expect(await git.findOurs(base, await git.head(), "i1")).toEqual([]);
      });
    });

    describe("revert", () => {
      const undo = async (target: string) =>
        git.revert({ commit: target, base: await git.head(), message: message("i1", "Rollback: x") });

      test("takes back the change and keeps later work on the same file", async () => {
        const bad = await commit({ ...cart, after: edited(3, "bad") });
        await remote.push({ [cart.path]: edited(25, "later work", edited(3, "bad")), "new.txt": "new\n" });
        expect(await undo(bad)).toEqual({ kind: "pushed", commit: await remote.tip() });
        expect(await remote.show(cart.path)).toBe(edited(25, "later work"));
        expect(await remote.show("new.txt")).toBe("new\n");
        expect(await remote.git("log", "-1", "--format=%s|%cn")).toBe(`Rollback: x|${US.name}`);
      });

      test("removes files the change added and brings back those it deleted", async () => {
        const added = await commit({ path: "a/b.yaml", before: null, after: "new\n" });
        const removed = await commit({ ...cart, after: null });
        await undo(removed);
        await undo(added);
        expect(await remote.git("diff", "--stat", base, "main")).toBe("");
      });

      test("of a merge takes back what it brought", async () => {
        await remote.clone("checkout", "-q", "-b", "side");
        await remote.push({ "side.txt": "side\n" });
        await remote.clone("reset", "-q", "--hard", base);
        await remote.clone("merge", "-q", "--no-ff", "-m", "Merge", await remote.tip());
        await remote.clone("push", "-q", "origin", "HEAD:main");
        const merge = await remote.clone("rev-parse", "HEAD");
        await remote.push({ "later.txt": "later\n" });
        expect((await undo(merge)).kind).toBe("pushed");
        expect(await remote.show("side.txt")).toBeNull();
        expect(await remote.show("later.txt")).toBe("later\n");
      });

      test("of several commits takes back all that came since, and keeps later work on the same files", async () => {
        const since = await remote.tip();
        const first = edited(3, "bad");
        await commit({ ...cart, after: first });
        await remote.push({ "reviewers.yaml": "theirs\n" });
        const second = edited(9, "worse", first);
        const last = await commit({ ...cart, before: blobOf(first), after: second }, "i2");
        await remote.push({ [cart.path]: edited(25, "later work", second), "new.txt": "new\n" });

        const undone = await git.revert({ commit: last, since, base: await git.head(), message: "Rollback: x\n" });
        expect(undone).toEqual({ kind: "pushed", commit: await remote.tip() });
        expect(await remote.show(cart.path)).toBe(edited(25, "later work"));
        expect(await remote.show("reviewers.yaml")).toBeNull();
        expect(await remote.show("new.txt")).toBe("new\n");
        expect(await remote.git("log", "-1", "--format=%s|%cn|%P")).toMatch(/^Rollback: x\|Cortex Online School\|\w+$/);
      });

      test("of a squashed commit and of a merge comes to the same with and without the commit before", async () => {
        const squashed = await commit({ ...cart, after: edited(3, "bad") });
        await remote.git("branch", "keep");
        await git.revert({ commit: squashed, since: base, base: squashed, message: "Rollback: x\n" });
        expect(await remote.git("diff", "--stat", base, "main")).toBe("");

        await remote.git("update-ref", "refs/heads/main", "keep");
        const by = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
        const tree = await remote.git("rev-parse", `${base}^{tree}`);
        const merge = await remote.git(...by, "commit-tree", tree, "-p", squashed, "-p", base, "-m", "Merge");
        await remote.git("update-ref", "refs/heads/main", merge);
        await git.revert({ commit: merge, since: squashed, base: await git.head(), message: "Rollback: x\n" });
        expect(await remote.git("diff", "--stat", squashed, "main")).toBe("");
      });

      test("of a range names the files of a conflict, and of one taken back already pushes nothing", async () => {
        const bad = await commit({ ...cart, after: edited(3, "bad") });
        const last = await commit({ path: "a.txt", before: null, after: "a\n" }, "i2");
        const range = { commit: last, since: base, message: "Rollback: x\n" };
        const mended = await remote.push({ [cart.path]: edited(3, "somebody mended it otherwise") });
        expect(await git.revert({ ...range, base: await git.head() })).toEqual({
          kind: "conflict",
          paths: [cart.path],
        });
        expect(await remote.tip()).toBe(mended);

        await remote.push({ [cart.path]: files[cart.path] }, { remove: ["a.txt"] });
        const tip = await remote.tip();
        expect(await git.revert({ ...range, base: await git.head() })).toEqual({ kind: "pushed", commit: tip });
        const nothing = { commit: bad, since: bad, base: await git.head(), message: "x" };
        expect(await git.revert(nothing)).toEqual({ kind: "pushed", commit: tip });
        expect(await remote.tip()).toBe(tip);
      });

      test("names the files of a conflict and pushes nothing", async () => {
        const bad = await commit({ ...cart, after: edited(3, "bad") });
        const later = await remote.push({ [cart.path]: edited(3, "somebody mended it otherwise") });
        expect(await undo(bad)).toEqual({ kind: "conflict", paths: [cart.path] });
        expect(await remote.tip()).toBe(later);
      });

      test("of something already reverted pushes nothing and answers with the base", async () => {
        const bad = await commit({ ...cart, after: edited(3, "bad") });
        await undo(bad);
        const tip = await remote.tip();
        expect(await undo(bad)).toEqual({ kind: "pushed", commit: tip });
        expect(await remote.tip()).toBe(tip);
      });

      test("changes nothing when the branch has moved", async () => {
        const bad = await commit({ ...cart, after: edited(3, "bad") });
        const next = await remote.push({ "new.txt": "new\n" });
        expect(await git.revert({ commit: bad, base: bad, message: "x" })).toEqual({ kind: "moved" });
        expect(await remote.tip()).toBe(next);
      });
    });
  });
}
