/** Known weaknesses of packages: what fails a build, what does not, and an npm that has no answer. */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explanationsIn, type Finding, findingsIn, unexplained } from "../../build/advisories.ts";

const program = path.resolve(import.meta.dirname, "../../build/advisories.ts");
const advisory = { title: "Reads too much", url: "https://github.com/advisories/GHSA-aaaa-bbbb-cccc" };
const report = (severity: string) =>
  JSON.stringify({
    vulnerabilities: {
      parser: { name: "parser", severity, via: [advisory] },
      server: { name: "server", severity, via: ["parser"] },
    },
  });
const explained = "| `parser` | GHSA-aaaa-bbbb-cccc | 2030-01-31 | it reads our own files only |";
const found = (severity: string) => findingsIn(report(severity)) as readonly Finding[];

describe("what is found", () => {
  test("what is found in what runs fails, unless it is explained", () => {
    const names = (explanations: string, today: string) =>
      unexplained(found("high"), explanationsIn(explanations), today).map(({ name }) => name);
    expect(names("", "2030-01-01")).toEqual(["parser"]);
    expect(names(explained, "2030-01-31")).toEqual([]);
    expect(names(explained, "2030-02-01")).toEqual(["parser"]);
    expect(names(explained.replace("parser", "server"), "2030-01-01")).toEqual(["parser"]);
    expect(names(explained.replace("cccc", "dddd"), "2030-01-01")).toEqual(["parser"]);
  });

  test("what is low or moderate is counted and fails nothing", () => {
    expect(unexplained(found("moderate"), [], "2030-01-01")).toEqual([]);
    expect(unexplained(found("critical"), [], "2030-01-01")).toHaveLength(1);
  });

  test.each(["", "npm error audit endpoint", '{"message": "405", "statusCode": 405}', "null"])(
    "no answer: %j",
    (text) => {
      expect(findingsIn(text)).toBeUndefined();
    },
  );
});

describe("as a program", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "advisories-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What it says and how it ends with an npm that writes `output` and ends with 1, as the real one does. */
  async function ask(output: string, ...options: readonly string[]): Promise<{ code: number; said: string }> {
    const npm = path.join(folder, "npm");
    await writeFile(npm, `#!/bin/sh\ncat <<'END'\n${output}\nEND\nexit 1\n`);
    await chmod(npm, 0o755);
    const env = { ...process.env, PATH: `${folder}${path.delimiter}${process.env["PATH"]}` };
    const run = promisify(execFile)(process.execPath, [program, ...options], { env });
    return run.then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      (error: { code: number; stdout: string }) => ({ code: error.code, said: error.stdout }),
    );
  }

  test("it fails on what is open and names it; without an answer it says so and fails nothing", async () => {
    const open = await ask(report("critical"));
    expect(open.code).toBe(1);
    expect(open.said).toContain(`critical: parser ${advisory.url}`);
    const told = await ask(report("critical"), "--tell");
    expect(told.code).toBe(0);
    expect(told.said).toContain(`critical: parser ${advisory.url}`);
    const silent = await ask('{"message": "405 Method Not Allowed", "statusCode": 405}');
    expect(silent.code).toBe(0);
    expect(silent.said).toContain("does not say");
  });
});
