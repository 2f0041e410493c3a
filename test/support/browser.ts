/** A real Chromium for tests of the dashboard, if this machine has one, and pages that remember whatever went wrong. */
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The first of the known programs on the search path. */
export function findBrowser(searchPath: string): string | undefined {
  const folders = searchPath.split(path.delimiter).filter((folder) => folder !== "");
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isProgram);
}

const executablePath = findBrowser(process.env["PATH"] ?? "");
/** `describe.skipIf(noBrowser)`: without a browser its tests are reported as skipped. */
export const noBrowser = executablePath === undefined;
/** Set where a browser belongs to the environment, as in CI: there its absence is a failure. */
export const browserRequired = process.env["SCHOOL_REQUIRE_BROWSER"] === "1";

export async function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(`none of ${NAMES.join(", ")} is on PATH`);
  // Chromium refuses to run its sandbox as root, which is what containers are.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

export interface WatchedPage {
  readonly page: Page;
  /** Console errors, uncaught exceptions and violations of the content security policy so far. */
  readonly troubles: string[];
  close(): Promise<void>;
}

/** What Chromium itself logs about an answer that is an error; the page's own answer to it is what a test looks at. */
const NETWORK = /^Failed to load resource:|net::ERR_/;

const WATCH_POLICY = `addEventListener("securitypolicyviolation", (event) => {
  console.error("policy violated: " + event.violatedDirective + " by " + event.blockedURI);
});`;

/** A page in a context of its own: nothing is stored that another test could see. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.addInitScript(WATCH_POLICY);
  const troubles: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !NETWORK.test(message.text())) troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(`uncaught: ${error.message}`));
  return { page, troubles, close: () => context.close() };
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: the search goes on.
    return false;
  }
}
