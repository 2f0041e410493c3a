/** What the intents of dashboards and event-driven scaling write into their own platform, to the byte, in both layouts. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { platformOf } from "../../support/platform.ts";
import { gallery, kustomizedTexts } from "./gallery.ts";

const layouts = { plain: gallery(), kustomize: platformOf(kustomizedTexts()) };

describe.each(["plain", "kustomize"] as const)("%s", (layout) => {
  test.each(["add-dashboard", "add-scaled-object"])("%s", async (kind) => {
    const platform = layouts[layout];
    const report = (intents.get(kind)?.candidates(platform) ?? []).map((candidate) => {
      const rendered = renderChangeSet(candidate.intent, platform);
      if (rendered.kind === "refused") return `${candidate.target}: refused, ${rendered.because}`;
      const { changeSet, verdict, changes } = rendered;
      return [
        `# ${candidate.target} in ${candidate.application}`,
        `# ${candidate.because}`,
        ...changes.map((line) => `# ${line}`),
        `# verdict: ${verdict.decision}`,
        ...verdict.rules.map(({ rule, message }) => `#  ${rule}: ${message}`),
        ...changeSet.files.flatMap(({ path, before, after }) => [
          `=== ${path}${before === null ? " (new)" : ""}`,
          after ?? "",
        ]),
      ].join("\n");
    });
    expect(report.length).toBeGreaterThan(0);
    await expect(report.join("\n")).toMatchFileSnapshot(`golden/gallery-${layout}-${kind}.txt`);
  });
});
