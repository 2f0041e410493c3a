/** school extract, as a person types it: no school, no Redis. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../support/directory.ts";
import { schoolCommand } from "./school.ts";

const TALK = "build/local/samples/talks/nine-lines-of-configuration.vtt";
const HARBOR = "build/local/samples/platforms/harbor";

interface Printed {
  source: { title: string; format: string };
  proposals: {
    relevance: number;
    extraction: { by: string };
    quotes: { text: string; at?: string; link?: string }[];
  }[];
}

test("JSON: proposals with quotes and moments, marked rule-based; a repository shows what applies", async () => {
  const { code, out } = await schoolCommand(["extract", TALK, "--json"], {});
  const { source, proposals } = JSON.parse(out) as Printed;
  expect(code).toBe(0);
  expect(source.format).toBe("vtt");
  expect(proposals.length).toBeGreaterThan(3);
  for (const { quotes, extraction } of proposals) {
    expect(extraction.by).toBe("rule-based");
    for (const { at } of quotes) expect(at).toMatch(/^\d\d:\d\d:\d\d$/);
  }
  const there = await schoolCommand(["extract", TALK, "--json", "--gitops", HARBOR], {});
  expect((JSON.parse(there.out) as Printed).proposals[0]?.relevance).toBeGreaterThan(proposals[0]?.relevance ?? 1);
});

test("a video's quotes link to their second", async () => {
  const file = path.join(await temporaryDirectory(), "talk.json");
  const transcript = [{ text: "You should always set memory limits on every container.", start: 65, duration: 4 }];
  await writeFile(file, JSON.stringify({ video_id: "dQw4w9WgXcQ", title: "T", transcript }));
  const { out } = await schoolCommand(["extract", file], {});
  expect(out).toContain("00:01:05  “You should always set memory limits on every container.”");
  expect(out).toContain("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=65s");
});

test.each([
  ["Nice weather today, is it not?", 3, ""],
  ["%PDF-1.7 abc", 1, "is a PDF"],
  ["", 1, "is empty"],
])("%j ends with %i", async (text, code, why) => {
  const file = path.join(await temporaryDirectory(), "a.txt");
  await writeFile(file, text);
  expect(await schoolCommand(["extract", file, "--json"], {})).toMatchObject({
    code,
    err: expect.stringContaining(why),
  });
});

test.each([
  [["/nowhere.vtt"], 1, "there is no such file"],
  [["http://127.0.0.1:1/x"], 1, "is not read"],
  [[TALK, "--gitops", "/nowhere"], 2, "is no folder"],
])("%j ends with %i and says why", async (args, code, why) => {
  expect(await schoolCommand(["extract", ...args], {})).toMatchObject({
    code,
    out: "",
    err: expect.stringContaining(why),
  });
});
