/** The dashboard's way in, in a real browser on a real coordinator and a real Redis. */
import { describe, expect, test } from "vitest";
import { browserRequired, noBrowser } from "../../support/browser.ts";
import { TOKENS } from "./support.ts";
import { dashboard } from "./ui-dashboard.ts";

test.runIf(browserRequired)("a browser is there where one must be", () => {
  expect(noBrowser, "SCHOOL_REQUIRE_BROWSER=1, but no Chromium is on PATH").toBe(false);
});

describe.skipIf(noBrowser)("the dashboard (skipped where no Chromium is on PATH)", () => {
  const at = dashboard();

  describe("signing in", () => {
    test("takes a token, says in words when it is none, keeps it over a reload and forgets it on leaving", async () => {
      await at.page.goto(`${at.url}/improvements?status=held`);
      await at.page.getByLabel("Token").fill("not-a-token");
      await at.page.getByRole("button", { name: "Sign in" }).click();
      await at.page.getByRole("alert").getByText("This token is not known here").waitFor();

      await at.page.getByLabel("Token").fill(TOKENS.reviewer);
      await at.page.keyboard.press("Enter");
      await at.page.getByText("ruth").waitFor();
      expect(at.page.url()).toBe(`${at.url}/improvements?status=held`);

      await at.page.reload();
      await at.page.getByText("ruth").waitFor();
      await at.page.getByRole("button", { name: "Sign out" }).click();
      await at.page.getByLabel("Token").waitFor();
      await at.page.reload();
      await at.page.getByLabel("Token").waitFor();
    });

    test("by the local school's link takes the token out of the address, and never changes who somebody is", async () => {
      await at.signedIn("viewer");
      expect(at.page.url()).toBe(`${at.url}/improvements`);
      await at.page.getByText("vera").waitFor();

      await at.page.goto(`${at.url}/?again#token=${TOKENS.operator}`);
      await at.page.getByText("vera").waitFor();
      expect(at.page.url()).not.toContain("token");
    });

    test("a session that is not known any more leads back to the door, which says why", async () => {
      await at.signedIn("viewer");
      await at.live();
      const { redis, keys } = at.school;
      for (const id of await redis.zrange(keys.sessions, "0", "-1")) await redis.del(keys.session(id));
      // By keys: the page may have heard of it before, and has no links any more.
      await at.page.keyboard.press("g");
      await at.page.keyboard.press("k");
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
});
