/** What the intents about databases write into an archive of two layouts, to the byte. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { platformOf } from "../../support/platform.ts";
import { archivePlatform, archiveTexts } from "./database-platform.ts";
import { goldenReport } from "./golden-report.ts";

const kinds = ["add-database-exporter", "add-migration-job", "set-replication"] as const;

describe.each(["directory", "kustomize"] as const)("%s", (layout) => {
  const platform = archivePlatform(layout);

  test.each(kinds)("%s", async (kind) => {
    const report = goldenReport(kind, platform);
    expect(report.length).toBeGreaterThan(0);
    await expect(report.join("\n")).toMatchFileSnapshot(`golden/archive-${layout}-${kind}.txt`);
  });

  test.each(kinds)("%s: what was done is no target any more, and policy denies none of it", (kind) => {
    for (const { intent } of intents.get(kind)?.candidates(platform) ?? []) {
      const rendered = renderChangeSet(intent, platform);
      if (rendered.kind === "refused") throw new Error(rendered.because);
      expect(rendered.verdict.decision).toBe("human");
      const after = withChanges(platform, rendered.changeSet.files);
      expect(renderChangeSet(intent, after).kind).toBe("refused");
      const left = intents.get(kind)?.candidates(after) ?? [];
      expect(left.map((one) => JSON.stringify(one.intent))).not.toContain(JSON.stringify(intent));
    }
  });

  test.each(kinds)("%s: the same on every call, and with every file in CRLF as well", (kind) => {
    const windows = platformOf(
      Object.fromEntries(
        Object.entries(archiveTexts(layout)).map(([path, text]) => [path, text.replaceAll("\n", "\r\n")]),
      ),
    );
    for (const { intent } of intents.get(kind)?.candidates(platform) ?? []) {
      expect(renderChangeSet(intent, archivePlatform(layout))).toEqual(renderChangeSet(intent, platform));
      const [unix, other] = [renderChangeSet(intent, platform), renderChangeSet(intent, windows)];
      if (unix.kind === "refused" || other.kind === "refused") throw new Error(JSON.stringify([unix, other]));
      const texts = (rendered: typeof unix) => rendered.changeSet.files.map(({ after }) => after ?? "");
      expect(texts(other).map((text) => text.replaceAll("\r\n", "\n"))).toEqual(texts(unix));
      expect(texts(other).every((text) => !/[^\r]\n/.test(text))).toBe(true);
    }
  });
});
