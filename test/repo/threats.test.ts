/** The threat model against the code: what it names is there, every threat is tried or accepted with a reason. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./imports.ts";

const text = readFileSync(path.join(root, "build/docs/threats.md"), "utf8");

interface Threat {
  readonly id: string;
  readonly boundary: string;
  readonly kind: string;
  readonly against: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
  readonly accepted: string | undefined;
}

const threats: readonly Threat[] = text
  .split("\n")
  .filter((line) => line.startsWith("| T-"))
  .map((line) => {
    const [, id = "", boundary = "", kind = "", , against = "", , tried = ""] = line
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    const tests = [...tried.matchAll(/`(test\/[^`]+)` “([^”]+)”/g)].map(([, file = "", title = ""]) => ({
      file,
      title,
    }));
    return { id, boundary, kind, against, tests, accepted: /^accepted: (.{20,})/.exec(tried)?.[1] };
  });

/** First arguments of calls whose second is a function: titles of tests, of suites and of tables. */
function titlesIn(file: string): string[] {
  const source = readFileSync(path.join(root, file), "utf8");
  const title =
    /(["'`])((?:\\.|(?!\1)[^\\\n])+)\1,\s*(?:\{[^}]*\},\s*)?(?:async\s*)?(?:\(|function\b|[A-Za-z_]\w*\s*=>)/g;
  return [...source.matchAll(title)].map(([, , found = ""]) => found.replaceAll(/\\(.)/g, "$1"));
}

test("there is one line per threat, with numbers that follow one another", () => {
  expect(threats.length).toBeGreaterThanOrEqual(70);
  expect(threats.map(({ id }) => id)).toEqual(threats.map((_, i) => `T-${String(i + 1).padStart(2, "0")}`));
});

test("every boundary of the picture has threats, and every kind of threat is thought of", () => {
  const drawn = new Set([...text.matchAll(/[[(]\(?(B\d+) /g)].map(([, boundary]) => boundary));
  expect(drawn.size).toBe(11);
  expect(new Set(threats.map(({ boundary }) => boundary))).toEqual(drawn);
  expect(new Set(threats.map(({ kind }) => kind))).toEqual(new Set(["S", "T", "R", "I", "D", "E"]));
});

describe("every threat", () => {
  test.each(threats)("$id is tried, or accepted with a reason", ({ tests, accepted }) => {
    expect(tests.length > 0).toBe(accepted === undefined);
    for (const { file, title } of tests) {
      expect(existsSync(path.join(root, file)), file).toBe(true);
      expect(titlesIn(file), file).toContain(title);
    }
  });

  test.each(threats)("$id names places that are there", ({ against }) => {
    const places = [
      ...against.matchAll(/`((?:shared|functions|keda|build|\.github)\/[^`]*|package-lock\.json|\.dockerignore)`/g),
    ];
    expect(against === "–" || against.startsWith("wanted") || places.length > 0 || /\(T-\d+\)/.test(against)).toBe(
      true,
    );
    for (const [, place = ""] of places) expect(existsSync(path.join(root, place)), place).toBe(true);
  });
});

test("every file of tests that is about attacks is in the table", () => {
  const about = /^(secrets\/|injection\/|functions\/coordinator\/security-).*\.test\.ts$/;
  const entries = readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" });
  const there = entries.filter((file) => about.test(file)).map((file) => `test/${file}`);
  const named = new Set(threats.flatMap(({ tests }) => tests.map(({ file }) => file)));
  expect(there.length).toBeGreaterThanOrEqual(10);
  expect(there.filter((file) => !named.has(file))).toEqual([]);
});

test("a title that no test has would be missed", () => {
  expect(titlesIn("test/repo/threats.test.ts")).toContain("a title that no test has would be missed");
  expect(titlesIn("test/repo/threats.test.ts")).not.toContain("a title");
});
