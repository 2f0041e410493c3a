/** The shape of the tree: registry and folders agree, files stay small, nothing speaks of one machine. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { STAGES } from "../../shared/stages.ts";
import { root, sourceFiles } from "./imports.ts";

const MOST_LINES = 300;
const HIGHEST_MEDIAN = 110;
const own = sourceFiles("functions", "shared", "build", "test");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const lines = (file: string) => read(file).split("\n").length - 1;

test("every stage of the registry has its folder, its logic, its wiring and its test, and no folder is without a stage", () => {
  const folders = readdirSync(path.join(root, "functions"), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(folders.map(({ name }) => name).sort()).toEqual([...STAGES, "coordinator"].sort());

  const needed = STAGES.flatMap((stage) => [`functions/${stage}/handle.ts`, `functions/${stage}/index.ts`]);
  expect(needed.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  const tests = sourceFiles("test/functions").filter((file) => file.endsWith(".test.ts"));
  const untested = STAGES.filter((stage) => !tests.some((file) => new RegExp(`/${stage}([./])`).test(file)));
  expect(untested).toEqual([]);
});

test("the wiring of a stage is wiring: short, and named as the registry names it", () => {
  for (const stage of STAGES) {
    const file = `functions/${stage}/index.ts`;
    expect(lines(file), file).toBeLessThanOrEqual(80);
    expect(read(file), file).toMatch(new RegExp(`name: "${stage}"`));
  }
});

test(`no file is over ${MOST_LINES} lines`, () => {
  expect(own.filter((file) => lines(file) > MOST_LINES).map((file) => `${file}: ${lines(file)}`)).toEqual([]);
});

test("the median source file can be read at a glance", () => {
  const counts = sourceFiles("functions", "shared", "build")
    .map(lines)
    .sort((a, b) => a - b);
  expect(counts[Math.floor(counts.length / 2)]).toBeLessThanOrEqual(HIGHEST_MEDIAN);
});

/** Spelt so that this file does not find itself. */
const unwanted: readonly [string, RegExp][] = [
  ["a path of one machine", /(?<![\w.$-])\/(work|home(?!\/postgres\/)|root)\/[\w.-]/],
  ["a folder beside the project", new RegExp(`\\.\\./${"shared"}/(data|reference|design)`)],
  ["an unfinished thought", new RegExp(`\\b(TO${"DO"}|FIX${"ME"}|X${"XX"})\\b`)],
];

test.each(unwanted)("no file names %s", (_what, pattern) => {
  const texts = [...own, ...textFiles()];
  expect(texts.filter((file) => file !== "test/repo/tree.test.ts" && pattern.test(read(file)))).toEqual([]);
});

function textFiles(): string[] {
  const top = readdirSync(root).filter((name) => /\.(md|json|ts)$/.test(name) && name !== "package-lock.json");
  const clusters = ["keda", "knative"].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))),
  );
  return [...top, ...clusters];
}

test("modules are imported by name: no default exports, no barrels, no drawers for everything", () => {
  const strict = sourceFiles("functions", "shared");
  expect(strict.filter((file) => /^export default/m.test(read(file)))).toEqual([]);
  expect(strict.filter((file) => /^export \* from/m.test(read(file)))).toEqual([]);
  expect(own.filter((file) => /(^|\/)(utils?|helpers?|misc|common)\.ts$/.test(file))).toEqual([]);
});

test("settings are read in wiring and build only", () => {
  const elsewhere = sourceFiles("functions", "shared").filter((file) => /\bprocess\.env\b/.test(read(file)));
  const entries = ["shared/runtime/main.ts", "functions/coordinator/main.ts"];
  expect(elsewhere.filter((file) => !entries.includes(file))).toEqual([]);
});

test("zod is imported as a namespace: the object `z` brings every language and 350 KB into each bundle", () => {
  const heavy = sourceFiles("functions", "shared").filter((file) =>
    /^import \{[^}]*\bz\b[^}]*\} from "zod"/m.test(read(file)),
  );
  expect(heavy).toEqual([]);
});
