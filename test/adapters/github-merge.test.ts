/** The line-level merge of a revert, held against git's own. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mergeText } from "../../shared/adapters/github/merge.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "school-merge-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What `git merge-file` makes of the three; undefined: it sees a conflict. */
async function gitsMerge(ours: string, base: string, theirs: string): Promise<string | undefined> {
  const files = await Promise.all(
    Object.entries({ ours, base, theirs }).map(async ([name, text]) => {
      await writeFile(path.join(folder, name), text);
      return name;
    }),
  );
  return new Promise((resolve, reject) => {
    execFile("git", ["merge-file", "--stdout", ...files], { cwd: folder }, (error, stdout) => {
      const code = error === null ? 0 : Number((error as { code?: unknown }).code);
      if (code < 0 || code > 127) reject(error ?? new Error(`git merge-file ended with ${code}`));
      else resolve(code === 0 ? stdout : undefined);
    });
  });
}

const numbered = (change: Record<number, string> = {}) =>
  Array.from({ length: 12 }, (_, at) => change[at + 1] ?? `line ${at + 1}\n`).join("");

describe("as git does it", () => {
  test.each<[string, string, string]>([
    ["changes far apart", numbered({ 2: "ours\n" }), numbered({ 9: "theirs\n" })],
    ["changes with one line between them", numbered({ 4: "ours\n" }), numbered({ 6: "theirs\n" })],
    ["changes of neighbouring lines", numbered({ 4: "ours\n" }), numbered({ 5: "theirs\n" })],
    ["the same change on both sides", numbered({ 4: "same\n" }), numbered({ 4: "same\n" })],
    ["different changes of one line", numbered({ 4: "ours\n" }), numbered({ 4: "theirs\n" })],
    ["lines added on one side, taken away on the other", `new\n${numbered()}`, numbered({ 12: "" })],
    ["a last line that loses its end", numbered({ 12: "line 12" }), numbered({ 1: "theirs\n" })],
    ["both sides at the end of the file", `${numbered()}ours\n`, `${numbered()}theirs\n`],
    ["line ends of another system", numbered({ 4: "ours\r\n" }), numbered({ 9: "theirs\r\n" })],
    ["a file that is emptied", "", numbered({ 9: "theirs\n" })],
  ])("%s", async (_name, ours, theirs) => {
    expect(mergeText(ours, numbered(), theirs)).toBe(await gitsMerge(ours, numbered(), theirs));
  });
});

/** Edits of a text whose lines are all different, and of one with many equal lines, as manifests have them. */
const edit = fc.record({
  at: fc.nat(19),
  remove: fc.nat(2),
  add: fc.array(fc.constantFrom("x\n", "y\n", "z\n"), { maxLength: 2 }),
});
function edited(lines: readonly string[], edits: readonly { at: number; remove: number; add: string[] }[]): string {
  const copy = [...lines];
  for (const { at, remove, add } of edits) copy.splice(at % (copy.length + 1), remove, ...add);
  return copy.join("");
}
const edits = fc.array(edit, { minLength: 1, maxLength: 3 });

const container = (at: number) => [`- name: c${at}\n`, "  image: x\n", "  resources:\n", "    limits: {}\n"];
test.each([
  ["lines that are all different", Array.from({ length: 20 }, (_, at) => `line ${at}\n`)],
  ["a manifest, where the same lines come again and again", [0, 1, 2, 3, 4].flatMap(container)],
])("whatever was changed in %s, what we merge git merges too, and to the same", async (_name, lines) => {
  const base = lines.join("");
  let merges = 0;
  await fc.assert(
    fc.asyncProperty(edits, edits, async (left, right) => {
      const [ours, theirs] = [edited(lines, left), edited(lines, right)];
      const merged = mergeText(ours, base, theirs);
      if (merged === undefined) return;
      merges += 1;
      expect(merged).toBe(await gitsMerge(ours, base, theirs));
    }),
    { numRuns: 200, seed: 7 },
  );
  expect(merges).toBeGreaterThan(50);
});

test("where it stays open which of many equal lines was changed, it is a conflict and no guess", () => {
  const block = "a\nb\nc\n";
  const base = block.repeat(3);
  expect(mergeText(block.repeat(2), base, `${block}x\n${block.repeat(2)}`)).toBeUndefined();
  expect(mergeText(block.repeat(2), base, `first\n${base}`)).toBe(undefined);
});
