/** What the intents about volumes, settings and rights write into a cellar of two layouts, to the byte. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { cellar } from "./cellar-platform.ts";
import { goldenReport } from "./golden-report.ts";

const kinds = ["add-volume-claim", "expand-volume-claim", "set-config-value", "add-role", "narrow-role"] as const;

describe.each(["directory", "kustomize"] as const)("%s", (layout) => {
  const platform = cellar(layout);
  const candidates = (kind: string) => intents.get(kind)?.candidates(platform) ?? [];

  test.each(kinds)("%s", async (kind) => {
    const report = goldenReport(kind, platform);
    expect(report.length).toBeGreaterThan(0);
    await expect(report.join("\n").replaceAll("\r", "␍")).toMatchFileSnapshot(`golden/cellar-${layout}-${kind}.txt`);
  });

  test.each(kinds)("%s: a person is asked, and what was done is no target any more", (kind) => {
    for (const { intent } of candidates(kind)) {
      const rendered = renderChangeSet(intent, platform);
      if (rendered.kind === "refused") throw new Error(rendered.because);
      expect(rendered.verdict.decision).toBe("human");
      const after = withChanges(platform, rendered.changeSet.files);
      expect(after.unreadable).toEqual([]);
      expect(renderChangeSet(intent, after).kind).toBe("refused");
      const left = intents.get(kind)?.candidates(after) ?? [];
      expect(left.map((one) => JSON.stringify(one.intent))).not.toContain(JSON.stringify(intent));
    }
  });

  test.each(kinds)("%s: the same on every call, and edits keep the line endings of their file", (kind) => {
    for (const { intent } of candidates(kind)) {
      const [once, again] = [renderChangeSet(intent, platform), renderChangeSet(intent, cellar(layout))];
      expect(once).toEqual(again);
      if (once.kind === "refused") throw new Error(once.because);
      for (const { path, after } of once.changeSet.files) {
        const isWindows = layout === "kustomize" && !path.endsWith("kustomization.yaml");
        expect(/[^\r]\n/.test(after ?? ""), path).toBe(!isWindows);
      }
    }
  });
});
