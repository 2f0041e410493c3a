/** The list of improvements: filters in the address, as many rows as fit, the keyboard, and coming back. */
import { describe, expect, test } from "vitest";
import { noBrowser } from "../../support/browser.ts";
import { dashboard, SOON } from "./ui-dashboard.ts";

describe.skipIf(noBrowser)("the list (skipped where no Chromium is on PATH)", () => {
  const at = dashboard();
  const rows = () => at.page.locator(".row").count();
  const focused = () => at.page.evaluate("document.activeElement.closest('.row')?.dataset.row ?? null");

  test("keeps its filters in the address: over a reload, and on the way back from an improvement", async () => {
    await at.signedIn("viewer");
    await at.row("Spread the checkout over all zones").waitFor();
    expect(await rows()).toBe(6);
    await at.page.getByRole("link", { name: /^Pending review/ }).click();
    await expect.poll(rows, SOON).toBe(2);
    await at.page.getByLabel("Search improvements").fill("cart");
    await expect.poll(() => at.page.url(), SOON).toContain("status=pending_review&q=cart");
    await expect.poll(rows, SOON).toBe(1);

    await at.page.reload();
    await at.row("Set requests and limits on the cart").waitFor();
    expect(await rows()).toBe(1);
    expect(await at.page.getByLabel("Search improvements").inputValue()).toBe("cart");

    await at.row("Set requests and limits on the cart").click();
    await at.page.getByRole("heading", { level: 1, name: "Set requests" }).waitFor();
    await at.page.goBack();
    await expect.poll(rows, SOON).toBe(1);
    expect(at.page.url()).toContain("q=cart");

    await at.page.getByLabel("Search improvements").fill("no such words");
    await at.page.getByText("Nothing fits these filters").waitFor();
    await at.page.getByRole("link", { name: "Show all improvements" }).click();
    await expect.poll(rows, SOON).toBe(6);
  });

  test("takes several statuses, and gathers what needs a person", async () => {
    await at.signedIn("viewer");
    await at.page.getByRole("link", { name: /^Needs a person/ }).click();
    await expect.poll(rows, SOON).toBe(5);
    expect(await at.page.locator(".row .badge").allTextContents()).not.toContain("Verified");
    await at.page.getByRole("link", { name: /^Verified/ }).click();
    await expect.poll(rows, SOON).toBe(1);
    const statuses = at.page.getByRole("navigation", { name: "Status" });
    await statuses.getByRole("link", { name: /^Dead/ }).click();
    await expect.poll(() => at.page.url(), SOON).toContain("status=verified%2Cdead");
    await expect.poll(rows, SOON).toBe(2);
    await at.page.reload();
    await expect.poll(rows, SOON).toBe(2);
  });

  test("filters by category, expert, stage and date; each filter goes away alone", async () => {
    await at.signedIn("viewer");
    await at.page.getByLabel("Category").selectOption("security");
    await at.page.getByText("Nothing fits these filters").waitFor();
    expect(at.page.url()).toContain("category=security");
    await at.page.getByLabel("Category").selectOption("");
    await at.page.getByText("More filters").click();
    await at.page.getByLabel("Asked by").selectOption("route");
    await expect.poll(rows, SOON).toBe(1);
    await at.page.getByLabel("Moved until").fill("2020-01-01");
    await at.page.getByText("Nothing fits these filters").waitFor();
    expect(at.page.url()).toContain("updated_to=2020-01-01");
    await at.page.getByRole("link", { name: /^Remove Updated to/ }).click();
    await expect.poll(rows, SOON).toBe(1);
    await at.page.getByRole("link", { name: "Clear all" }).click();
    await expect.poll(rows, SOON).toBe(6);
  });

  test("says that an improvement or an address does not exist", async () => {
    await at.signedIn("viewer", "/improvements/nobody");
    await at.page.getByRole("alert").getByText("There is no improvement nobody").waitFor();
    await at.page.goto(`${at.url}/?status=nonsense`);
    await at.page.getByRole("alert").getByText("status").waitFor();
  });

  describe("with many improvements", () => {
    test("holds as many rows as fit however far one scrolls, and comes back to the same place", async () => {
      await at.school.seed(Array.from({ length: 900 }, (_, i) => `many-${i}`));
      await at.signedIn("viewer", "/improvements?status=raw");
      await at.page.getByRole("status").getByText("900 improvements").waitFor();
      for (;;) {
        await at.page.evaluate("scrollTo(0, document.body.scrollHeight)");
        const last = await at.page.locator(".row").last().getAttribute("data-row");
        expect(await rows()).toBeLessThan(60);
        if (last === "899") break;
      }
      await at.page.evaluate("scrollTo(0, 58 * 450)");
      const row = at.page.locator('[data-row="455"] a');
      await row.waitFor();
      const title = await row.textContent();
      const before = await at.page.evaluate("scrollY");
      await row.click();
      await at.page.locator(".trail").waitFor();
      expect(await at.page.evaluate("scrollY")).toBe(0);
      await at.page.goBack();
      await at.page
        .locator('[data-row="455"]')
        .getByText(title ?? "")
        .waitFor();
      expect(Math.abs(Number(await at.page.evaluate("scrollY")) - Number(before))).toBeLessThan(120);

      // What moves meanwhile does not move the lines under the reader's eyes.
      await at.live();
      const reject = { reason: "somebody else decides meanwhile" };
      expect((await at.school.call("reviewer", "POST", "/api/improvements/route-1/reject", reject)).status).toBe(200);
      await at.page.getByRole("button", { name: "show the newest" }).click();
      await expect.poll(() => at.page.evaluate("scrollY"), SOON).toBe(0);
    });

    test("is gone through by j, k and Enter", async () => {
      await at.signedIn("viewer", "/improvements?status=raw");
      await at.page.locator('[data-row="0"]').waitFor();
      for (let presses = 0; presses < 30; presses += 1) await at.page.keyboard.press("j");
      await expect.poll(focused, SOON).toBe("29");
      await at.page.keyboard.press("k");
      await expect.poll(focused, SOON).toBe("28");
      const title = await at.page.locator('[data-row="28"] a').textContent();
      await at.page.keyboard.press("Enter");
      await at.page.getByRole("heading", { level: 1, name: title ?? "" }).waitFor();
    });

    test("keeps the focus on the line that is scrolled away", async () => {
      await at.signedIn("viewer", "/improvements?status=raw");
      await at.page.locator('[data-row="0"]').waitFor();
      await at.page.keyboard.press("j");
      await expect.poll(focused, SOON).toBe("0");
      await at.page.evaluate("scrollTo(0, 58 * 120)");
      await at.page.locator('[data-row="122"]').waitFor();
      expect(await focused()).toBe("0");
    });
  });
});
