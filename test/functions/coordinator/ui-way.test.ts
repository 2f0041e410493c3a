/** The way of one improvement in a real Chromium: its waterfall, its diff, its plots; in every light, at every width. */
import { describe, expect, test } from "vitest";
import { changeSet } from "../../../shared/domain/change-set.ts";
import type { Patch } from "../../../shared/domain/improvement.ts";
import { seriousFindings } from "../../support/axe.ts";
import { noBrowser } from "../../support/browser.ts";
import { dashboard } from "./ui-dashboard.ts";
import { plannedPatch, verification } from "./ui-records.ts";

const LONG = "x".repeat(400);
const HOSTILE = `<img src=x onerror="document.title='taken'">${LONG}`;

const hostile: Patch = {
  ...plannedPatch,
  title: HOSTILE,
  description: HOSTILE,
  quotes: [{ text: HOSTILE, at: "00:00:01" }],
  source_title: HOSTILE,
  source_url: "javascript:alert(1)",
  git_commit: "javascript:alert(1)",
  request: { number: 1, url: "javascript:alert(1)//pull/1", branch: HOSTILE },
  failure_reason: HOSTILE,
  rollback_commit: HOSTILE,
  change_set: changeSet(
    [{ path: `apps/${LONG}.yaml`, before: null, after: `"</script><script>": ${HOSTILE}\n# ${HOSTILE}\n` }],
    [],
    "shop",
  ),
  verification: { ...verification, checks: { [HOSTILE]: Object.values(verification.checks)[1] as never } },
};

/** No part of the page is wider than the page. */
const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

describe.skipIf(noBrowser)("the way of an improvement (skipped where no Chromium is on PATH)", () => {
  const at = dashboard();

  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 360],
    ["dark", 360],
  ] as const)("in a %s scheme at %d pixels everybody can use it", async (colorScheme, width) => {
    await at.open({ viewport: { width, height: 800 }, colorScheme });
    await at.signedIn("reviewer", "/improvements/verified-1");
    await at.page.getByRole("heading", { name: "Timeline" }).waitFor();
    await at.page.locator(".diff .y-key").first().waitFor();
    expect(await seriousFindings(at.page)).toEqual([]);
    expect(await at.page.evaluate(overflow)).toBe(0);
  });

  test("every turn tells its wait and its work, and says more when it is asked", async () => {
    await at.signedIn("viewer", "/improvements/verified-1");
    const timeline = at.page.getByRole("region", { name: "Timeline" });
    await timeline.waitFor();
    expect(await timeline.getByRole("rowheader").allTextContents()).toEqual([
      "Route",
      "Evaluate",
      "Validate",
      "Plan",
      "Approve",
      "Implement",
      "Sync",
      "Verify",
    ]);
    const plan = timeline.getByRole("row", { name: /^Plan/ });
    expect(await plan.locator(".figure-cell").allTextContents()).toEqual([
      expect.stringMatching(/^[\d.]+ m?s$/),
      expect.stringMatching(/^[\d.]+ m?s$/),
    ]);
    expect(await plan.locator("rect.part-queue, rect.part-work").count()).toBeGreaterThan(0);
    await plan.getByRole("button").press("Enter");
    await timeline.getByRole("cell", { name: /Planned by plan: test/ }).waitFor();
  });

  test("a link to a part begins there; the way through the parts works by keyboard", async () => {
    await at.signedIn("viewer", "/improvements/verified-1?part=verification");
    const focused = () => at.page.evaluate("document.activeElement.textContent");
    await expect.poll(focused).toContain("Verification");
    const parts = at.page.getByRole("navigation", { name: "Parts of this improvement" });
    await parts.getByRole("link", { name: "Trail" }).press("Enter");
    await expect.poll(focused).toBe("Trail");
    expect(new URL(at.page.url()).search).toBe("?part=trail");
    expect(await parts.locator("[aria-current]").textContent()).toBe("Trail");
  });

  test("both sides of a change stand beside each other, with what is other in a line, until one wants one text", async () => {
    await at.signedIn("viewer", "/improvements/review-1");
    const diff = at.page.getByRole("region", { name: "Changes of apps/shop/cart/deployment.yaml" });
    await diff.waitFor();
    expect(await diff.locator("td.code.removed").allTextContents()).toEqual(["removed:   replicas: 2"]);
    expect(await diff.locator("td.code.removed .altered").allTextContents()).toEqual(["2"]);
    expect(await diff.locator("td.code.added .altered").allTextContents()).toEqual(["3"]);
    await at.page.getByRole("button", { name: "Unified" }).press("Enter");
    await diff.locator("tr.removed").waitFor();
    // It stays as it was chosen.
    await at.page.reload();
    await diff.locator("tr.removed").waitFor();
    await at.page.getByRole("button", { name: "Side by side" }).click();
    await diff.locator("td.code.removed").waitFor();
  });

  test("measurements are drawn with their limits and said in words; the record is there as it is", async () => {
    const checks = { "error-ratio": verification.checks["error_ratio"] as never };
    const baseline = { at: 0, health: "Healthy", restarts: {}, logFingerprints: [], errorRatio: 0.02 };
    await at.school.stand("measured-1", "verified", {
      ...plannedPatch,
      title: "Measure me",
      baseline,
      verification: { ...verification, checks },
      request: { number: 12, url: "https://git.acme.test/acme/ops/pull/12", branch: "b" },
      git_commit: "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432",
    });
    await at.signedIn("viewer", "/improvements/measured-1");
    await at.page.getByRole("img", { name: "27 measurements, 0 to 0.04, before 0.02, limit 0.025" }).waitFor();
    const commit = at.page.getByRole("link", { name: "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432" });
    expect(await commit.getAttribute("href")).toBe(
      "https://git.acme.test/acme/ops/commit/9f8e7d6c5b4a39281706f5e4d3c2b1a098765432",
    );
    await at.page.getByText("As JSON").click();
    const raw = await at.page.getByRole("region", { name: "The record as JSON" }).textContent();
    expect(JSON.parse(raw ?? "")).toMatchObject({ id: "measured-1", title: "Measure me", status: "verified" });
  });

  test("hostile and endless words stay words, within the page", async () => {
    await at.school.stand("hostile-1", "verified", hostile);
    for (const width of [1280, 360]) {
      await at.open({ viewport: { width, height: 800 } });
      await at.signedIn("viewer", "/improvements/hostile-1");
      await at.page.locator(".diff").first().waitFor();
      expect(await at.page.locator(".improvement img[src], .improvement script").count()).toBe(0);
      expect(await at.page.locator('a[href^="javascript"]').count()).toBe(0);
      expect(await at.page.evaluate(overflow)).toBe(0);
      expect(await at.page.title()).not.toBe("taken");
    }
  });
});
