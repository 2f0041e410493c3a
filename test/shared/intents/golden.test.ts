/** What each intent writes into both sample platforms, to the byte. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { platformOf, sample, sampleTexts } from "../../support/platform.ts";
import { cellar } from "./cellar-platform.ts";
import { archivePlatform } from "./database-platform.ts";
import { gallery } from "./gallery.ts";
import { goldenReport } from "./golden-report.ts";
import { keysPlatform } from "./keys-platform.ts";
import { mill, millTexts } from "./mill.ts";
import { orchard, orchardTexts } from "./orchard.ts";
import { dock, quay } from "./services-platform.ts";

const platforms = { harbor: sample("harbor"), meadow: sample("meadow"), orchard: orchard(), mill: mill() };
const texts = { harbor: sampleTexts("harbor"), meadow: sampleTexts("meadow"), orchard: orchardTexts, mill: millTexts };

/** Platforms made for one theme; the tests of its intents have golden files of their own. */
const themed: Readonly<Record<string, Platform>> = {
  archive: archivePlatform(),
  keys: keysPlatform(),
  cellar: cellar(),
  quay: quay(),
  dock: dock(),
  gallery: gallery(),
};

test.each([...intents.keys()])("%s has a place on one of the platforms", (kind) => {
  const everywhere = [...Object.values(platforms), ...Object.values(themed)];
  const all = everywhere.flatMap((platform) => intents.get(kind)?.candidates(platform) ?? []);
  expect(all.length).toBeGreaterThan(0);
});

describe.each(["harbor", "meadow", "orchard", "mill"] as const)("%s", (name) => {
  const platform = platforms[name];

  test.each([...intents.keys()])("%s", async (kind) => {
    const report = goldenReport(kind, platform);
    if (report.length === 0) report.push(...whyNothing(kind));
    if (report.length === 0) report.push("# nothing of that kind is on this platform");
    await expect(report.join("\n").replaceAll("\r", "␍")).toMatchFileSnapshot(`golden/${name}-${kind}.txt`);
  });

  /** Where there is no place for it, the survey has to say why. */
  function whyNothing(kind: string): readonly string[] {
    const { done = [], open = [], exempt = [] } = intents.get(kind)?.survey(platform) ?? {};
    const said = (one: { target: string; because: string }) => `${one.target}: ${one.because}`;
    return [
      ...done.map((one) => `# done: ${one}`),
      ...open.map((one) => `# open: ${said(one)}`),
      ...exempt.map((one) => `# exempt: ${said(one)}`),
    ];
  }

  test("an edit only adds lines: everything that was there is still there, in order", () => {
    for (const { intent } of intents.get("set-resource-limits")?.candidates(platform) ?? []) {
      const rendered = renderChangeSet(intent, platform);
      if (rendered.kind === "refused") throw new Error(rendered.because);
      for (const { path, after } of rendered.changeSet.files) {
        const before = (texts[name][path] ?? "").split("\n").filter((line) => !/resources: \{\}/.test(line));
        const lines = (after ?? "").split("\n");
        let at = 0;
        for (const line of lines) if (line === before[at]) at++;
        expect(at, `${path} keeps every line`).toBe(before.length);
        expect((after ?? "").includes("\r\n"), path).toBe((texts[name][path] ?? "").includes("\r\n"));
        expect(lines.filter((line) => line.endsWith("\r")).length % (lines.length - 1)).toBe(0);
      }
    }
  });

  test("the same intent on the same repository gives the same hash, whatever order its fields have", () => {
    for (const definition of intents.values()) {
      const [candidate] = definition.candidates(platform);
      if (candidate === undefined) continue;
      const stored = JSON.parse(JSON.stringify(candidate.intent)) as { kind: string };
      const [once, again] = [renderChangeSet(stored, platformOf(texts[name])), renderChangeSet(stored, platform)];
      expect(once.kind).toBe("rendered");
      expect(once).toEqual(again);
    }
  });
});
