/** The pipeline page and the frame of all pages, in a real browser. */
import { describe, expect, test } from "vitest";
import { presence } from "../../../shared/pipeline/presence.ts";
import { seriousFindings } from "../../support/axe.ts";
import { noBrowser } from "../../support/browser.ts";
import { dashboard, SOON } from "./ui-dashboard.ts";

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const sideways = "document.documentElement.scrollWidth - innerWidth";

describe.skipIf(noBrowser)("the pipeline page (skipped where no Chromium is on PATH)", () => {
  const at = dashboard();

  test("shows every stage with its load, who is waited for, and what was lost on the way", async () => {
    await at.signedIn("viewer", "/");
    await at.page.locator(".stage").first().waitFor();
    expect(await at.page.locator(".stage h4").allTextContents()).toEqual(
      expect.arrayContaining(["ingest", "implement", "verify", "notify"]),
    );
    const route = at.page.locator(".stage", { has: at.page.getByRole("heading", { name: "route" }) });
    expect(await route.locator(".figure", { hasText: "dead" }).locator("dd").textContent()).toBe("1");
    expect(await at.page.locator(".asking").allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^2 pending review/), expect.stringMatching(/^1 dead/)]),
    );
    expect(await at.page.locator(".reasons tbody tr").count()).toBeGreaterThan(0);
    await at.page.locator(".chart .says").getByText("in the last hour").waitFor();
    await at.page.getByRole("link", { name: "7 days" }).click();
    await expect.poll(() => at.page.url(), SOON).toContain("span=week");
    await at.page.locator(".totals").getByText("Pending review").waitFor();
  });

  test("draws throughput, and tells the same as a table", async () => {
    await at.signedIn("viewer", "/");
    await at.page.locator(".chart canvas").waitFor();
    await at.page.getByText("As a table").click();
    await expect.poll(() => at.page.locator(".chart tbody tr").count(), SOON).toBe(60);
    // Another scheme draws anew with its own colours, and leaves one drawing.
    await at.page.getByLabel("Colours").selectOption("dark");
    await expect.poll(() => at.page.locator(".chart canvas").count(), SOON).toBe(1);
  });

  test("knows a layer that runs from one that is cold, as it comes and goes", async () => {
    await at.signedIn("viewer", "/");
    const execution = at.page.locator(".layer", { has: at.page.getByRole("heading", { name: "Execution" }) });
    await execution.locator(".warmth").getByText("cold").waitFor();
    const worker = presence(at.school.redis, at.school.keys, "verify", "w1");
    worker.begin(900);
    await execution.getByText("1 of 4 warm, 1 process").waitFor();
    await worker.end();
    await execution.locator(".warmth").getByText("cold").waitFor();
  });

  test("says when the school is restricted, and when it is no more", async () => {
    await at.school.call("operator", "PUT", "/api/flags/auto_approve_none", { reason: "an incident" });
    await at.signedIn("viewer", "/");
    await at.page.getByText("No automatic approvals").waitFor();
    await at.school.call("operator", "DELETE", "/api/flags/auto_approve_none");
    await at.page.getByText("No automatic approvals").waitFor({ state: "detached" });
    await at.page.locator(".stage").first().waitFor();
  });

  test("follows what moves without being asked again by hand", async () => {
    await at.signedIn("viewer", "/");
    await at.live();
    await at.school.stand("live-held", "held", { title: "Held while somebody looks", failure_reason: "no traffic" });
    await at.page.locator(".asking", { hasText: "held" }).getByText("2", { exact: true }).waitFor();
  });

  test("says in words that the pipeline cannot be had, and has it when asked again", async () => {
    let broken = true;
    await at.page.route("**/api/pipeline", (route) =>
      broken ? route.fulfill({ status: 500, body: "{}" }) : route.continue(),
    );
    await at.signedIn("viewer", "/");
    await at.page.getByRole("alert").waitFor();
    broken = false;
    await at.page.getByRole("button", { name: "Try again" }).click();
    await at.page.locator(".stage").first().waitFor();
  });
});

describe.skipIf(noBrowser)("the frame of all pages", () => {
  const at = dashboard();
  const PAGES = ["Improvements", "Review", "Router", "Knowledge", "Sources", "Dead letters", "Audit", "Settings"];

  test("leads to every page, marks where one is and starts at its heading", async () => {
    await at.signedIn("operator", "/");
    const nav = at.page.getByRole("navigation", { name: "Pages" });
    for (const name of PAGES) {
      await nav.getByRole("link", { name }).click();
      await at.page.getByRole("heading", { level: 1, name }).waitFor();
      expect(await nav.locator("[aria-current=page]").allTextContents()).toEqual([name]);
      // Whoever goes to the knowledge goes to ask something.
      const start = name === "Knowledge" ? "INPUT" : "H1";
      await expect.poll(() => at.page.evaluate("document.activeElement.tagName"), SOON).toBe(start);
      expect(await at.page.title()).toContain(name);
    }
  });

  test("on a phone has its pages behind a button, which Escape, a choice and a touch elsewhere close", async () => {
    await at.open(PHONE);
    await at.signedIn("operator", "/");
    const button = at.page.getByRole("button", { name: "Menu" });
    const review = at.page.getByRole("link", { name: "Review", exact: true });
    expect(await button.getAttribute("aria-expanded")).toBe("false");
    expect(await review.isVisible()).toBe(false);
    await button.click();
    await review.waitFor();
    expect(await button.getAttribute("aria-expanded")).toBe("true");
    expect(await at.page.evaluate(sideways)).toBeLessThanOrEqual(0);
    await at.page.keyboard.press("Escape");
    await review.waitFor({ state: "hidden" });
    expect(await at.page.evaluate("document.activeElement.textContent")).toBe("Menu");
    await button.click();
    await review.click();
    await at.page.getByRole("heading", { level: 1, name: "Review" }).waitFor();
    await review.waitFor({ state: "hidden" });
    await button.click();
    await review.waitFor();
    await at.page.touchscreen.tap(180, 700);
    await review.waitFor({ state: "hidden" });
  });

  test("keeps the colours somebody chose, against the system's", async () => {
    const colour = () => at.page.evaluate("getComputedStyle(document.body).backgroundColor");
    await at.page.emulateMedia({ colorScheme: "light" });
    await at.signedIn("viewer", "/");
    const light = await colour();
    await at.page.getByLabel("Colours").selectOption("dark");
    const dark = await colour();
    expect(dark).not.toBe(light);
    await at.page.reload();
    await at.page.locator(".stage").first().waitFor();
    expect(await colour()).toBe(dark);
    await at.page.emulateMedia({ colorScheme: "dark" });
    await at.page.getByLabel("Colours").selectOption("light");
    expect(await colour()).toBe(light);
    await at.page.getByLabel("Colours").selectOption("system");
    expect(await colour()).toBe(dark);
  });

  test("tells its shortcuts on ?, goes by them, and is quiet while somebody types", async () => {
    await at.signedIn("viewer", "/");
    await at.page.locator(".stage").first().waitFor();
    await at.page.keyboard.press("?");
    const dialog = at.page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await dialog.getByText("Go to review").waitFor();
    await at.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await at.page.keyboard.press("g");
    await at.page.keyboard.press("i");
    await at.page.getByRole("heading", { level: 1, name: "Improvements" }).waitFor();
    await at.page.getByLabel("Search improvements").waitFor();
    await at.page.keyboard.press("/");
    await at.page.keyboard.type("g p ? j");
    expect(await at.page.getByLabel("Search improvements").inputValue()).toBe("g p ? j");
    expect(await dialog.count()).toBe(0);

    await at.page.getByRole("button", { name: "Help" }).click();
    await dialog.getByLabel("Shortcuts of single keys are on").uncheck();
    await dialog.getByRole("button", { name: "Close" }).click();
    await at.page.locator("h1").click();
    await at.page.keyboard.press("?");
    await at.page.keyboard.press("g");
    await at.page.keyboard.press("p");
    expect(await dialog.count()).toBe(0);
    expect(at.page.url()).toContain("/improvements");
  });

  test.each(["light", "dark"] as const)("axe finds nothing serious, %s", async (colorScheme) => {
    for (const size of [{}, PHONE]) {
      await at.open({ ...size, colorScheme });
      for (const address of ["/", "/improvements"]) {
        await at.signedIn("reviewer", address);
        await at.page.locator(".stage, .row").first().waitFor();
        expect(await seriousFindings(at.page), address).toEqual([]);
        expect(await at.page.evaluate(sideways), address).toBeLessThanOrEqual(0);
      }
      await at.page.keyboard.press("?");
      await at.page.getByRole("dialog").waitFor();
      expect(await seriousFindings(at.page)).toEqual([]);
    }
  });
});
