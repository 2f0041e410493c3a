/** What the intents about credentials and tools write on the platform made for them, to the byte and by the rules. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { goldenReport } from "./golden-report.ts";
import { keysPlatform } from "./keys-platform.ts";

const platform = keysPlatform();

describe.each(["add-mcp-server", "add-external-secret", "rotate-secret"])("%s", (kind) => {
  const definition = intents.get(kind);
  const candidates = definition?.candidates(platform) ?? [];
  const rendered = candidates.map((candidate) => {
    const one = renderChangeSet(candidate.intent, platform);
    if (one.kind === "refused") throw new Error(one.because);
    return { candidate, ...one };
  });

  test("its change sets", async () => {
    await expect(goldenReport(kind, platform).join("\n")).toMatchFileSnapshot(`golden/keys-${kind}.txt`);
  });

  test("always asks a person, and nothing in it is denied", () => {
    expect(rendered.length).toBeGreaterThan(0);
    for (const { verdict } of rendered) expect(verdict.decision).toBe("human");
  });

  test("holds no Secret and no value of one", () => {
    for (const { changeSet } of rendered) {
      expect(changeSet.objects.map((one) => one.kind)).not.toContain("Secret");
      expect(changeSet.files.map(({ after }) => after).join("\n")).not.toMatch(/^\s*(stringData|data): *\S/m);
    }
  });

  test("is done once it is done", () => {
    for (const { candidate, changeSet } of rendered) {
      const after = withChanges(platform, changeSet.files);
      expect(definition?.candidates(after).map(({ target }) => target)).not.toContain(candidate.target);
      expect(renderChangeSet(candidate.intent, after).kind).toBe("refused");
      expect(definition?.survey(after).done.length).toBeGreaterThan(definition?.survey(platform).done.length ?? 0);
    }
  });
});
