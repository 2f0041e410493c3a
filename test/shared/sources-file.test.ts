/** The file SOURCES names: what it may say, and what is said of everything else, with its line. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { watchedSources } from "../../shared/sources/open.ts";
import { watchedSourcesIn } from "../../shared/sources/sources-file.ts";
import { temporaryDirectory } from "../support/directory.ts";

const one = (over = "") =>
  `sources:\n  - name: blog\n    kind: feed\n    address: https://blog.example.org/feed\n${over}`;

test("a source says what, how often and how much; the rest has its default", () => {
  expect(watchedSourcesIn(one())).toEqual([
    {
      name: "blog",
      kind: "feed",
      address: "https://blog.example.org/feed",
      everyMs: 3_600_000,
      dailyLimit: 10,
      options: {},
    },
  ]);
  const more = "    every: 30m\n    daily_limit: 3\n    options: { languages: [en, de] }\n";
  expect(watchedSourcesIn(one(more))).toMatchObject([
    { everyMs: 1_800_000, dailyLimit: 3, options: { languages: ["en", "de"] } },
  ]);
  expect(watchedSourcesIn("sources: []")).toEqual([]);
});

test("the example can be used as it is", async () => {
  const example = await readFile(new URL("../../build/local/samples/sources.yaml", import.meta.url), "utf8");
  expect(watchedSourcesIn(example)).toMatchObject([{ kind: "feed" }, { kind: "youtube" }, { kind: "github" }]);
});

describe("what does not fit is named with its line", () => {
  test.each([
    ["no YAML", "sources: [", /^line 1: /],
    ["nothing", "", /it is empty; it needs a list `sources`/],
    ["only remarks", "# later\n", /it is empty/],
    ["a list without its name", "- name: blog\n", /line 1: /],
    ["no list", "sources: blog\n", /line 1: sources: must be a list of sources/],
    ["an unknown setting", one("    interval: 1h\n"), /line 5: sources\.0\.interval: there is no such setting/],
    [
      "an unknown kind",
      one().replace("kind: feed", "kind: rss"),
      /line 3: sources\.0\.kind: must be one of youtube, feed/,
    ],
    ["a name with a space", one().replace("name: blog", "name: a blog"), /line 2: sources\.0\.name: must be letters/],
    ["no name", one().replace("name: blog", "every: 1h"), /sources\.0\.name: is needed/],
    ["no address", one().replace(/ {4}address.*\n/, ""), /line 2: sources\.0\.address: is needed/],
    ["an address of two lines", one().replace(/address: .*/, String.raw`address: "a\nb"`), /one line of text/],
    ["a time without a unit", one("    every: 90\n"), /line 5: sources\.0\.every: must be a time between two looks/],
    ["a time nobody meant", one("    every: 5s\n"), /line 5: .*between 10s and 30d/],
    ["a limit of none", one("    daily_limit: 0\n"), /line 5: sources\.0\.daily_limit: must be 1 at least/],
    ["half a limit", one("    daily_limit: 1.5\n"), /line 5: .*whole number/],
    ["options that are a list", one("    options: [a]\n"), /line 5: .*must be settings/],
    [
      "a name twice",
      `${one()}${one().replace("sources:\n", "").replace("feed\n    address", "page\n    address")}`,
      /line 5: .*blog is there twice/,
    ],
    [
      "one place twice",
      `${one()}${one().replace("sources:\n", "").replace("blog", "log")}`,
      /line 7: .*watched as blog already/,
    ],
  ])("%s", (_what, text, said) => {
    const found = watchedSourcesIn(text);
    if (!("problems" in found)) throw new Error(JSON.stringify(found));
    expect(found.problems.join("\n")).toMatch(said);
  });

  test("all of it at once", () => {
    const found = watchedSourcesIn(one("    every: no\n    daily_limit: many\n"));
    expect("problems" in found && found.problems.length).toBe(2);
  });

  test("aliases that grow without end", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${["b", "c", "d", "e", "f"].map((key, i) => `${key}: &${key} [${Array(9).fill(`*${"abcde"[i]}`).join(",")}]`).join("\n")}\n`;
    expect(watchedSourcesIn(bomb)).toHaveProperty("problems");
  });
});

describe("a file that cannot be read", () => {
  test.each([
    ["is not there", async () => undefined, /there is no such file/],
    ["is a folder", async (file: string) => mkdir(file), /it is a folder/],
    ["is no text", async (file: string) => writeFile(file, Buffer.from([0xff, 0xfe, 0xfd])), /not text in UTF-8/],
    ["is far too large", async (file: string) => writeFile(file, "#".repeat(1_000_001)), /larger than 1000000 bytes/],
    ["is wrong", async (file: string) => writeFile(file, one("    every: no\n")), /sources\.yaml: line 5: /],
  ])("that %s stops the start, with its name", async (_what, prepare, said) => {
    const file = path.join(await temporaryDirectory(), "sources.yaml");
    await prepare(file);
    await expect(watchedSources({ SOURCES: file })).rejects.toThrow(said);
  });

  test("nothing is watched where nothing is configured", async () => {
    expect(await watchedSources({})).toEqual([]);
  });
});
