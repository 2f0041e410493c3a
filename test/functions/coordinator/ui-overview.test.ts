/** The dashboard's way in and its overview, in a real browser on a real coordinator and a real Redis. */
import { describe, expect, test } from "vitest";
import { browserRequired, noBrowser } from "../../support/browser.ts";
import { TOKENS } from "./support.ts";
import { dashboard, SOON } from "./ui-dashboard.ts";

test.runIf(browserRequired)("a browser is there where one must be", () => {
  expect(noBrowser, "SCHOOL_REQUIRE_BROWSER=1, but no Chromium is on PATH").toBe(false);
});

describe.skipIf(noBrowser)("the dashboard (skipped where no Chromium is on PATH)", () => {
  const at = dashboard();

  describe("signing in", () => {
    test("takes a token, says in words when it is none, keeps it over a reload and forgets it on leaving", async () => {
      await at.page.goto(`${at.url}/?status=held`);
      await at.page.getByLabel("Token").fill("not-a-token");
      await at.page.getByRole("button", { name: "Sign in" }).click();
      await at.page.getByRole("alert").getByText("This token is not known here").waitFor();

      await at.page.getByLabel("Token").fill(TOKENS.reviewer);
      await at.page.keyboard.press("Enter");
      await at.page.getByText("ruth").waitFor();
      expect(at.page.url()).toBe(`${at.url}/?status=held`);

      await at.page.reload();
      await at.page.getByText("ruth").waitFor();
      await at.page.getByRole("button", { name: "Sign out" }).click();
      await at.page.getByLabel("Token").waitFor();
      await at.page.reload();
      await at.page.getByLabel("Token").waitFor();
    });

    test("by the local school's link takes the token out of the address, and never changes who somebody is", async () => {
      await at.signedIn("viewer");
      expect(at.page.url()).toBe(`${at.url}/`);
      await at.page.getByText("vera").waitFor();

      await at.page.goto(`${at.url}/?again#token=${TOKENS.operator}`);
      await at.page.getByText("vera").waitFor();
      expect(at.page.url()).not.toContain("token");
    });

    test("a session that is not known any more leads back to the door, which says why", async () => {
      await at.signedIn("viewer");
      await at.live();
      const { redis, keys } = at.school;
      for (const id of await redis.zrange(keys.sessions, 0, -1)) await redis.del(keys.session(id));
      await at.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Knowledge" }).click();
      await at.page.getByText("not known here any more").waitFor();
      await at.page.getByLabel("Token").waitFor();
    });

    test("no request ever has the token in its address", async () => {
      const asked: string[] = [];
      at.page.on("request", (request) => asked.push(request.url()));
      await at.signedIn("reviewer");
      await at.row("Set requests and limits on the cart").click();
      await at.page.getByRole("heading", { name: "Change", exact: true }).waitFor();
      expect(asked.length).toBeGreaterThan(5);
      expect(asked.filter((address) => new URL(address).href.split("#")[0]?.includes(TOKENS.reviewer))).toEqual([]);
    });
  });

  describe("the overview", () => {
    test("shows every stage with its load, and every improvement", async () => {
      await at.signedIn("viewer");
      await at.page.locator(".stage").first().waitFor();
      expect(await at.page.locator(".stage h4").allTextContents()).toEqual(
        expect.arrayContaining(["ingest", "implement", "verify", "notify"]),
      );
      const route = at.page.locator(".stage", { has: at.page.getByRole("heading", { name: "route" }) });
      expect(await route.locator(".figure", { hasText: "dead" }).locator("dd").textContent()).toBe("1");
      await at.row("Spread the checkout over all zones").waitFor();
      expect(await at.page.locator(".row").count()).toBe(6);
    });

    test("keeps its filters in the address: over a reload, and on the way back from an improvement", async () => {
      await at.signedIn("viewer");
      await at.page.getByRole("link", { name: /^Pending review/ }).click();
      await expect.poll(() => at.page.locator(".row").count(), SOON).toBe(2);
      await at.page.getByLabel("Search improvements").fill("cart");
      await expect.poll(() => at.page.url(), SOON).toContain("status=pending_review&q=cart");
      await expect.poll(() => at.page.locator(".row").count(), SOON).toBe(1);

      await at.page.reload();
      await at.row("Set requests and limits on the cart").waitFor();
      expect(await at.page.locator(".row").count()).toBe(1);
      expect(await at.page.getByLabel("Search improvements").inputValue()).toBe("cart");

      await at.row("Set requests and limits on the cart").click();
      await at.page.getByRole("heading", { level: 1, name: "Set requests" }).waitFor();
      await at.page.goBack();
      await expect.poll(() => at.page.locator(".row").count(), SOON).toBe(1);
      expect(at.page.url()).toContain("q=cart");

      await at.page.getByLabel("Search improvements").fill("no such words");
      await at.page.getByText("Nothing fits these filters").waitFor();
      await at.page.getByRole("link", { name: "Show all improvements" }).click();
      await expect.poll(() => at.page.locator(".row").count(), SOON).toBe(6);
    });

    test("gathers what needs a person, and filters by category", async () => {
      await at.signedIn("viewer");
      await at.page.getByRole("link", { name: /^Needs a person/ }).click();
      await expect.poll(() => at.page.locator(".row").count(), SOON).toBe(5);
      expect(await at.page.locator(".row .badge").allTextContents()).not.toContain("Verified");
      await at.page.getByLabel("Category").selectOption("security");
      await at.page.getByText("Nothing fits these filters").waitFor();
      expect(at.page.url()).toContain("category=security");
    });

    test("says when the school is restricted, and when it is no more", async () => {
      await at.school.call("operator", "PUT", "/api/flags/auto_approve_none", { reason: "an incident" });
      await at.signedIn("viewer");
      await at.page.getByText("No automatic approvals").waitFor();
      await at.school.call("operator", "DELETE", "/api/flags/auto_approve_none");
      await at.page.getByText("No automatic approvals").waitFor({ state: "detached" });
      await at.page.locator(".stage").first().waitFor();
    });

    test("loads more where there is more, and says when an improvement or an address does not exist", async () => {
      await at.school.seed(Array.from({ length: 60 }, (_, i) => `many-${i}`));
      await at.signedIn("viewer", "/?status=raw");
      await expect.poll(() => at.page.locator(".row").count(), SOON).toBe(50);
      await at.page.getByRole("button", { name: "Load more" }).click();
      await expect.poll(() => at.page.locator(".row").count(), SOON).toBe(60);
      await at.page.getByRole("button", { name: "Load more" }).waitFor({ state: "detached" });

      await at.page.goto(`${at.url}/improvements/nobody`);
      await at.page.getByRole("alert").getByText("There is no improvement nobody").waitFor();
    });
  });
});
