/** Tabs nobody looks at: a browser has six connections to one host, and the seventh tab must not stay empty. */
import { describe, expect, test } from "vitest";
import { noBrowser } from "../../support/browser.ts";
import { dashboard, SOON } from "./ui-dashboard.ts";

describe.skipIf(noBrowser)("a page out of sight (skipped where no Chromium is on PATH)", () => {
  const at = dashboard();

  test("gives its connection back, and knows what happened meanwhile as soon as somebody looks", async () => {
    await at.school.stand("sight-1", "held", { title: "Look away" });
    await at.page.clock.install();
    await at.signedIn("viewer", "/improvements/sight-1");
    await at.live();

    const ended = at.page.waitForEvent("requestfailed", (request) => request.url().endsWith("/api/events"));
    await inSight(false);
    await at.page.clock.fastForward(29_000);
    await at.live();
    await at.page.clock.fastForward(2_000);
    await ended;

    await at.school.call("operator", "POST", "/api/improvements/sight-1/accept", { reason: "traffic came" });
    expect(await at.badge().textContent()).toBe("Held");

    await inSight(true);
    await at.live();
    await expect.poll(() => at.badge().textContent(), SOON).toBe("Verified");
  });

  /** As a browser says it when another tab comes to the front. */
  async function inSight(visible: boolean): Promise<void> {
    await at.page.evaluate(`
      Object.defineProperty(document, "hidden", { configurable: true, get: () => ${!visible} });
      document.dispatchEvent(new Event("visibilitychange"));
    `);
  }
});
