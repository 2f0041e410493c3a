import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { CannotStart } from "../../../build/local/cannot-start.ts";
import { emptyDataDirectory, noteRunning, secretsOf } from "../../../build/local/data-directory.ts";
import { lockDataDirectory } from "../../../build/local/data-lock.ts";
import { noteBegun, noteEnded, wasInterrupted } from "../../../build/local/demo/interrupted.ts";
import { temporaryDirectory } from "../../support/directory.ts";

const others = async (file: string) => (await stat(file)).mode & 0o077;

test("secrets are made once, all different, and only their owner may read them", async () => {
  const dataDir = await temporaryDirectory();
  const first = await secretsOf(dataDir);
  const file = path.join(dataDir, "secrets.json");
  expect(await others(file)).toBe(0);
  const drawn = [...Object.values(first.tokens), first.approvalSecret, ...Object.values(first.qdrant)];
  expect(new Set(drawn).size).toBe(6);
  expect(Math.min(...Object.values(first.tokens).map((token) => token.length))).toBeGreaterThanOrEqual(24);
  expect(await secretsOf(dataDir)).toEqual(first);
  expect(await secretsOf(await temporaryDirectory())).not.toEqual(first);
});

test("a data directory from before there was an index gets keys of it and keeps everything else", async () => {
  const dataDir = await temporaryDirectory();
  const { qdrant, ...before } = await secretsOf(dataDir);
  await writeFile(path.join(dataDir, "secrets.json"), JSON.stringify(before));
  const after = await secretsOf(dataDir);
  expect(after).toMatchObject(before);
  expect(after.qdrant).not.toEqual(qdrant);
  expect(await secretsOf(dataDir)).toEqual(after);
});

test("secrets that became readable by others are closed again", async () => {
  const dataDir = await temporaryDirectory();
  await secretsOf(dataDir);
  await chmod(path.join(dataDir, "secrets.json"), 0o644);
  await secretsOf(dataDir);
  expect(await others(path.join(dataDir, "secrets.json"))).toBe(0);
});

test.each([
  ["half a file", `{"tokens":{"oper`],
  ["another file", `{"tokens":{}}`],
  [
    "a signing secret too short to sign",
    `{"tokens":{"operator":"o","reviewer":"r","viewer":"v"},"approvalSecret":"x"}`,
  ],
])("damaged secrets are never replaced in silence: %s", async (_what, text) => {
  const dataDir = await temporaryDirectory();
  const file = path.join(dataDir, "secrets.json");
  await writeFile(file, text);
  const refusal = await secretsOf(dataDir).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CannotStart);
  expect(String(refusal)).toContain(`${file} cannot be used. Bring it back, or remove it`);
  expect(await readFile(file, "utf8")).toBe(text);
});

test("the note of a running school holds tokens: its owner's only, and gone with the school", async () => {
  const dataDir = await temporaryDirectory();
  const { tokens } = await secretsOf(dataDir);
  const school = { url: "http://127.0.0.1:1", tokens, pid: 1, redis: "redis://127.0.0.1:1", dataDir };
  const takeAway = await noteRunning(school);
  const file = path.join(dataDir, "school.json");
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual(school);
  expect(await others(file)).toBe(0);
  await takeAway();
  await expect(stat(file)).rejects.toThrow("ENOENT");
});

test("a demonstration empties a school's directory and a new one", async () => {
  const dataDir = path.join(await temporaryDirectory(), "demo");
  await emptyDataDirectory(dataDir);
  await secretsOf(dataDir);
  await mkdir(path.join(dataDir, "redis/appendonlydir"), { recursive: true });
  await mkdir(path.join(dataDir, "harbor.git"));
  await emptyDataDirectory(dataDir);
  expect((await readdir(dataDir)).filter((name) => !name.startsWith("lock."))).toEqual([]);
});

test.each([
  ["a folder of somebody else's logs", ["logs"], "logs"],
  ["a project that happens to hold secrets", ["secrets.json", "src"], "src"],
  ["a repository", [".git", "secrets.json"], ".git"],
])("a demonstration removes nothing from %s", async (_what, names, named) => {
  const dataDir = await temporaryDirectory();
  for (const name of names) await mkdir(path.join(dataDir, name));
  await expect(emptyDataDirectory(dataDir)).rejects.toThrow(`it holds ${named}`);
  expect(await readdir(dataDir)).toEqual(expect.arrayContaining(names));
});

test("a demonstration removes nothing from a school that runs", async () => {
  const dataDir = await temporaryDirectory();
  const unlock = await lockDataDirectory(dataDir);
  await secretsOf(dataDir);
  await expect(emptyDataDirectory(dataDir)).rejects.toThrow("already runs");
  expect(await readdir(dataDir)).toContain("secrets.json");
  await unlock();
});

test("a demonstration that was interrupted is known by its note, for its own sample, until it ends or is begun anew", async () => {
  const dataDir = await temporaryDirectory();
  await secretsOf(dataDir);
  expect(await wasInterrupted(dataDir, undefined)).toBe(false);
  await noteBegun(dataDir);
  await mkdir(path.join(dataDir, "meadow.git"));
  await writeFile(path.join(dataDir, "meadow.git", "HEAD"), "ref: refs/heads/main\n");
  expect(await wasInterrupted(dataDir, undefined)).toBe(true);
  expect(await wasInterrupted(dataDir, "meadow")).toBe(true);
  expect(await wasInterrupted(dataDir, "harbor")).toBe(false);
  await noteEnded(dataDir);
  expect(await wasInterrupted(dataDir, undefined)).toBe(false);
  await noteBegun(dataDir);
  await emptyDataDirectory(dataDir);
  expect(await wasInterrupted(dataDir, undefined)).toBe(false);
});
