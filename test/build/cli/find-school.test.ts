import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findSchool } from "../../../build/cli/find-school.ts";
import { schoolCommand } from "./school.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "school-find-"));
  await mkdir(path.join(root, "project/deep/er"), { recursive: true });
  await school(path.join(root, "project/.school"), { url: "http://127.0.0.1:1/", pid: process.pid });
  await school(path.join(root, "dead"), { url: "http://127.0.0.1:2", pid: 2 ** 22 + 1 });
  await school(path.join(root, "named"), { url: "http://127.0.0.1:3", pid: process.pid });
  await mkdir(path.join(root, "broken"));
  await writeFile(path.join(root, "broken/school.json"), "{");
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function school(folder: string, facts: { url: string; pid: number }): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tokens = { operator: "of-operator", reviewer: "of-reviewer", viewer: "of-viewer" };
  await writeFile(path.join(folder, "school.json"), JSON.stringify({ ...facts, tokens, redis: "", dataDir: folder }));
}

const at = (...parts: string[]) => path.join(root, ...parts);

describe("the school is found", () => {
  test.each<[name: string, env: Record<string, string>, folder: string, url: string, token: string]>([
    ["by SCHOOL_URL first", { SCHOOL_URL: "http://far:80//", SCHOOL_TOKEN: "t" }, "project", "http://far:80", "t"],
    [
      "in the data directory that is named",
      { SCHOOL_DATA_DIR: "../named" },
      "project",
      "http://127.0.0.1:3",
      "of-operator",
    ],
    ["in a folder above", {}, "project/deep/er", "http://127.0.0.1:1", "of-operator"],
    ["in the project, from anywhere", {}, ".", "http://127.0.0.1:1", "of-operator"],
    ["with another token, when one is set", { SCHOOL_TOKEN: "mine" }, "project", "http://127.0.0.1:1", "mine"],
  ])("%s", (_name, env, folder, url, token) => {
    expect(findSchool(env, at(folder), at("project"))).toEqual({ url, token });
  });

  test.each<[name: string, env: Record<string, string>, says: string]>([
    ["nothing runs", {}, "start it with `npm start`, or set SCHOOL_URL"],
    ["the address has no token", { SCHOOL_URL: "http://far" }, "SCHOOL_TOKEN is not set"],
    ["the address is none", { SCHOOL_URL: "far:80", SCHOOL_TOKEN: "t" }, "http://"],
    ["it ended without cleaning up", { SCHOOL_DATA_DIR: "dead" }, "not running any more"],
    ["its file is damaged", { SCHOOL_DATA_DIR: "broken" }, "cannot be used"],
    ["the named directory has none", { SCHOOL_DATA_DIR: "nowhere" }, "no school is running here"],
  ])("or not, and why: %s", (_name, env, says) => {
    expect(() => findSchool(env, root, at("empty"))).toThrow(says);
  });
});

describe("the launcher", () => {
  test("says that nothing answers, or that something else does", async () => {
    const nobody = await schoolCommand(["status"], { SCHOOL_URL: "http://127.0.0.1:9", SCHOOL_TOKEN: "t" });
    expect(nobody).toMatchObject({ code: 1, out: "", err: expect.stringContaining("does not answer") });
  });

  test.each<[args: string[], code: number]>([
    [["--help"], 0],
    [["--version"], 0],
    [["learn", "--help"], 0],
    [[], 2],
    [["teach"], 2],
    [["list", "--nonsense"], 2],
    [["show"], 2],
  ])("%j ends with %i", async (args, code) => {
    const ended = await schoolCommand(args, {});
    expect(ended.code).toBe(code);
    expect(code === 0 ? ended.out : ended.err).not.toBe("");
  });
});
