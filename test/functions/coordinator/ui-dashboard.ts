/** The dashboard in a real Chromium, on a coordinator of its own with one improvement in each situation. */
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { bundle } from "../../../build/bundle.ts";
import type { CoordinatorOptions } from "../../../functions/coordinator/start.ts";
import { launchBrowser, openPage, type WatchedPage } from "../../support/browser.ts";
import type { TestRedisOptions } from "../../support/redis.ts";
import { startSchool, type TestSchool, TOKENS } from "./support.ts";
import { oneFileRepository, seedSituations } from "./ui-records.ts";

/** For `expect.poll`: a busy machine must not turn a slow page into a failure. */
export const SOON = { timeout: 20_000 };

export interface Dashboard {
  readonly school: TestSchool;
  /** A fresh one for every test. */
  readonly page: Page;
  readonly url: string;
  /** Console errors and violations of the policy; the test fails unless it takes them out. */
  readonly troubles: string[];
  /** Another page instead, e.g. a phone's. */
  open(options: BrowserContextOptions): Promise<void>;
  /** Signed in by the link of a local school, at an address of the page; the list unless another is given. */
  signedIn(who: keyof typeof TOKENS, address?: string): Promise<void>;
  row(title: string): Locator;
  /** The status at the head of an improvement. */
  badge(): Locator;
  /** Resolves when the page hears of every event. */
  live(): Promise<void>;
  /** Presses a decision's button, gives the reason, sends it. */
  decide(button: string, reason: string): Promise<void>;
}

/** Sets up the hooks of one test file; every test ends with a look at what the browser complained about. */
export function dashboard(options: Partial<CoordinatorOptions> = {}, redis: TestRedisOptions = {}): Dashboard {
  let school: TestSchool;
  let browser: Browser;
  let watched: WatchedPage | undefined;

  beforeAll(async () => {
    await bundle(["coordinator"]);
    school = await startSchool({ git: async () => oneFileRepository, ...options }, redis);
    await seedSituations(school);
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await school?.close();
  });
  beforeEach(() => open({}));
  afterEach(async () => {
    const troubles = watched?.troubles;
    await watched?.close();
    watched = undefined;
    expect(troubles).toEqual([]);
  });

  async function open(options: BrowserContextOptions): Promise<void> {
    await watched?.close();
    watched = await openPage(browser, options);
  }
  function current(): WatchedPage {
    if (watched === undefined) throw new Error("no page is open");
    return watched;
  }
  return {
    get school() {
      return school;
    },
    get page() {
      return current().page;
    },
    get url() {
      return school.coordinator.url;
    },
    get troubles() {
      return current().troubles;
    },
    open,
    async signedIn(who, address = "/improvements") {
      await current().page.goto(`${school.coordinator.url}${address}#token=${TOKENS[who]}`);
      await current().page.getByRole("button", { name: "Sign out" }).waitFor();
    },
    row: (title) => current().page.getByRole("link", { name: title }),
    badge: () => current().page.locator(".standing .badge"),
    live: () => current().page.getByRole("status").getByText("live", { exact: true }).waitFor({ state: "attached" }),
    async decide(button, reason) {
      const { page } = current();
      await page.locator(".actions").getByRole("button", { name: button, exact: true }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Reason").fill(reason);
      await dialog.getByRole("button", { name: button, exact: true }).click();
    },
  };
}
