import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { sampleOf, sampleRepository } from "../../../build/local/gitops-repository.ts";
import { parseOptions } from "../../../build/local/options.ts";
import { temporaryDirectory } from "../../support/directory.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const start = path.join(root, "build/local/start.ts");

/** Starts the launcher, which is expected to refuse. */
async function refused(args: readonly string[]) {
  const dataDir = path.join(await temporaryDirectory(), "data");
  const command = [start, "--data", dataDir, ...args];
  const run = promisify(execFile)(process.execPath, command, { env: { PATH: process.env["PATH"] ?? "" } });
  const { code, stdout, stderr } = await run.then(
    () => {
      throw new Error("it started");
    },
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  return { code, stdout, stderr, dataDir };
}

describe("what is typed wrongly ends with exit code 2, the mistake, the usage, and leaves nothing behind", () => {
  test.each<[string, readonly string[], string]>([
    ["an unknown option", ["--bogus"], "unknown option '--bogus'"],
    ["a word too many", ["harbor"], "too many arguments"],
    ["a port that is too large", ["--port", "65536"], "from 0 (any free port) to 65535"],
    ["a port that is none", ["--port", "http"], "from 0 (any free port) to 65535"],
    ["a negative port", ["--port", "-1"], "from 0 (any free port) to 65535"],
    ["an empty port", ["--port="], "from 0 (any free port) to 65535"],
    ["an unknown sample", ["--sample", "nope"], "Allowed choices are harbor, meadow"],
    ["real parts in a demonstration", ["--demo", "--real"], "cannot be used with option"],
  ])("%s", async (_what, args, message) => {
    const { code, stdout, stderr, dataDir } = await refused(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^Usage: npm start --/m);
    expect(stdout).toBe("");
    expect(existsSync(dataDir)).toBe(false);
  });
});

test("a folder that cannot be used is named without a stack, exit code 1", async () => {
  const { code, stderr } = await refused(["--data", start]);
  expect(code).toBe(1);
  expect(stderr).toContain(`${start} cannot be used as data directory`);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("defaults, and where the data go", () => {
  const standard = path.join(root, ".school");
  expect(parseOptions([], {})).toEqual({
    demo: false,
    real: false,
    fresh: false,
    stay: false,
    port: 8080,
    dataDir: standard,
  });
  expect(parseOptions(["--demo"], {}).dataDir).toBe(path.join(standard, "demo"));
  expect(parseOptions([], { SCHOOL_DATA_DIR: "/a" }).dataDir).toBe("/a");
  expect(parseOptions(["--data", "/b"], { SCHOOL_DATA_DIR: "/a" }).dataDir).toBe("/b");
  expect(parseOptions(["--port", "0"], {}).port).toBe(0);
});

test("an unknown sample is refused by name wherever it comes from, and no repository appears", async () => {
  const dataDir = await temporaryDirectory();
  for (const sample of ["nope", "../talks", ".gitattributes", ""]) {
    await expect(sampleRepository(dataDir, sample)).rejects.toThrow(/no sample platform .*there are: harbor, meadow$/);
  }
  expect(existsSync(path.join(dataDir, "nope.git"))).toBe(false);
});

test("a data directory stays with the sample it began with", async () => {
  const dataDir = await temporaryDirectory();
  expect(await sampleOf(dataDir, undefined)).toBe("harbor");
  await sampleRepository(dataDir, "meadow");
  expect(await sampleOf(dataDir, undefined)).toBe("meadow");
  expect(await sampleOf(dataDir, "meadow")).toBe("meadow");
  await expect(sampleOf(dataDir, "harbor")).rejects.toThrow(
    /holds a school for the sample meadow.*--sample harbor --data/,
  );
});
