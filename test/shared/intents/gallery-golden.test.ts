/** What the intents of dashboards and event-driven scaling write into their own platform, to the byte, in both layouts. */
import { describe, expect, test } from "vitest";
import { platformOf } from "../../support/platform.ts";
import { gallery, kustomizedTexts } from "./gallery.ts";
import { goldenReport } from "./golden-report.ts";

const layouts = { plain: gallery(), kustomize: platformOf(kustomizedTexts()) };

describe.each(["plain", "kustomize"] as const)("%s", (layout) => {
  test.each(["add-dashboard", "add-scaled-object"])("%s", async (kind) => {
    const platform = layouts[layout];
    const report = goldenReport(kind, platform);
    expect(report.length).toBeGreaterThan(0);
    await expect(report.join("\n")).toMatchFileSnapshot(`golden/gallery-${layout}-${kind}.txt`);
  });
});
