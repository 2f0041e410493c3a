/** Every page of the dashboard while something is wrong: nothing there, nothing yet, refused, failed, out of reach, signed out. */
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bundle } from "../../../build/bundle.ts";
import { PAGES } from "../../../functions/coordinator/ui/logic/pages.ts";
import { seriousFindings } from "../../support/axe.ts";
import { launchBrowser, noBrowser, openPage, type WatchedPage } from "../../support/browser.ts";
import { startSchool, type TestSchool, TOKENS } from "./support.ts";
import { SOON } from "./ui-dashboard.ts";

const ADDRESSES = [...PAGES.map(({ href }) => href), "/improvements/one-1", "/knowledge?q=limits", "/review?at=one-1"];
const PATIENCE = { timeout: 300_000 };
/** Who is asked and whether it is live is another question than what a page shows. */
const ITS_OWN = /\/api\/(?!me\b|events\b|session\b)/;
/** What a page says under its heading, without the frame around it. */
const SAID = `document.querySelector("main").innerText.trim()`;

describe.skipIf(noBrowser)("states of every page (skipped where no Chromium is on PATH)", () => {
  let school: TestSchool;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  beforeAll(async () => {
    await bundle(["coordinator"]);
    school = await startSchool();
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await school?.close();
  });
  beforeEach(async () => {
    watched = await openPage(browser, { viewport: { width: 360, height: 740 } });
    page = watched.page;
    await page.goto(`${school.coordinator.url}/#token=${TOKENS.operator}`);
    await page.getByRole("heading", { level: 1, name: "Pipeline" }).waitFor();
  });
  afterEach(async () => {
    const troubles = watched.troubles.splice(0);
    await watched.close();
    expect(troubles).toEqual([]);
  });

  const settled = () => expect.poll(() => page.locator("main .loading").count(), SOON).toBe(0);
  const sideways = () => page.evaluate("document.documentElement.scrollWidth - innerWidth") as Promise<number>;
  const text = async () => ((await page.evaluate(SAID)) as string).replaceAll(/\s+/g, " ");
  /** Goes to every page in turn; what `look` finds is told with the page's address. */
  async function onEveryPage(look: (address: string) => Promise<void>): Promise<void> {
    for (const address of ADDRESSES) {
      await page.goto(school.coordinator.url + address);
      try {
        await look(address);
      } catch (error) {
        throw new Error(`${address}: ${await text()}`, { cause: error });
      }
      expect([address, await sideways(), await seriousFindings(page)]).toEqual([address, 0, []]);
    }
  }
  const problem = (status: number, title: string, detail: string) => (route: Route) =>
    route.fulfill({
      status,
      contentType: "application/problem+json",
      body: JSON.stringify({ type: "/problems/x", title, status, detail }),
    });

  test("where nothing has happened yet they say so, and call nothing a failure", PATIENCE, async () => {
    await onEveryPage(async (address) => {
      await page.locator("main h1, main .state").first().waitFor();
      await settled();
      // What is asked for by name and is not there is one, and so is a question nothing can answer.
      const failures = address.includes("one-1") || address.includes("?q=") ? 1 : 0;
      expect(await page.getByRole("alert").count()).toBe(failures);
      expect((await text()).length).toBeGreaterThan(30);
    });
  });

  test("while they wait they say for what, and come when they may", PATIENCE, async () => {
    await onEveryPage(async () => {
      await settled();
      const held: Route[] = [];
      await page.route(ITS_OWN, (route) => void held.push(route));
      await page.reload();
      const loading = page.locator("main .loading").first();
      await loading.waitFor();
      expect(await loading.textContent()).toMatch(/Loading .+ …/);
      expect(await sideways()).toBe(0);
      await page.unroute(ITS_OWN);
      // Those of the page that was left are gone.
      await Promise.allSettled(held.map((route) => route.continue()));
      await settled();
    });
  });

  test("a fault of the coordinator is told in its words, and every part has its own way back", PATIENCE, async () => {
    const detail = "The coordinator's log has the details.";
    await page.route(ITS_OWN, problem(500, "A fault", detail));
    await onEveryPage(async () => {
      await page.getByRole("alert").getByText(detail).first().waitFor();
    });
    await page.unroute(ITS_OWN);
    const again = page.getByRole("button", { name: "Try again" });
    for (let parts = await again.count(); parts > 0; parts -= 1) await again.first().click();
    await page.getByText(detail).first().waitFor({ state: "detached" });
  });

  test("where nothing answers they say so", PATIENCE, async () => {
    await page.route(ITS_OWN, (route) => route.abort());
    await onEveryPage(async () => {
      await page.getByRole("alert").getByText("out of reach").first().waitFor();
    });
  });

  test("a session that has ended leads to the way in, and from there to where one was", PATIENCE, async () => {
    for (const address of ADDRESSES) {
      await page.route(ITS_OWN, problem(401, "Not signed in", "Sign in."));
      await page.goto(school.coordinator.url + address);
      await page.getByLabel("Token").waitFor();
      expect([address, await text(), await seriousFindings(page)]).toEqual([
        address,
        expect.stringContaining("it has ended. Sign in again."),
        [],
      ]);
      await page.unroute(ITS_OWN);
      await page.getByLabel("Token").fill(TOKENS.operator);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Sign out" }).waitFor();
      expect(page.url()).toBe(school.coordinator.url + address);
    }
  });

  // The last one: the coordinator does not come back.
  test("when the connection is lost, what was last known stays, and they say how old it may be", PATIENCE, async () => {
    const tabs: Page[] = [];
    await page.goto("about:blank");
    // A browser gives one school six connections, and every tab keeps one.
    for (const address of ["/", "/improvements", "/review", "/router", "/settings"]) {
      const tab = await page.context().newPage();
      await tab.goto(school.coordinator.url + address);
      await tab.getByRole("status").getByText("live", { exact: true }).waitFor({ state: "attached" });
      await expect.poll(() => tab.locator("main .loading").count(), SOON).toBe(0);
      tabs.push(tab);
    }
    const headings = () => Promise.all(tabs.map((tab) => tab.locator("main").getByRole("heading").allTextContents()));
    const before = await headings();
    await school.coordinator.close();
    for (const tab of tabs) {
      await tab.getByRole("alert").getByText("You see what was last known").waitFor();
      expect(await seriousFindings(tab)).toEqual([]);
    }
    expect(await headings()).toEqual(before);
    watched.troubles.splice(0);
  });
});
