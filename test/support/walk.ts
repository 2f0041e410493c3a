/** Opens pages of the dashboard as a person would, in every light and at every width, and tells what is wrong with them. */
import path from "node:path";
import type { Browser, Page, Request } from "playwright-core";
import { seriousFindings } from "./axe.ts";
import { openPage } from "./browser.ts";
import { until } from "./local-school.ts";

export interface Walk {
  readonly url: string;
  readonly token: string;
  readonly scheme: "light" | "dark";
  /** Pixels. */
  readonly width: number;
  /** Pictures go here, one for each address. */
  readonly folder: string;
}

/** The events are one answer that never ends; every other request does. */
const ENDLESS = "/api/events";
/** Looks in a row that find the page at rest: one part of it asks for what the next one shows. */
const CALM_LOOKS = 4;

const LOADING = `document.querySelector("main h1") === null || document.querySelector(".loading") !== null`;
/** By how much the page is wider than the screen. */
const SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

/**
 * What is wrong, as sentences that begin with the address; empty when nothing is: console errors, requests that failed,
 * serious findings of axe, pages wider than the screen, a policy that allows what is inline.
 */
export async function walk(browser: Browser, addresses: readonly string[], how: Walk): Promise<string[]> {
  const { url, token, scheme, width, folder } = how;
  const height = width < 600 ? 780 : 800;
  const watched = await openPage(browser, {
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: "reduce",
    ...(width < 600 ? { isMobile: true, hasTouch: true } : {}),
  });
  const { page, troubles } = watched;
  try {
    const requests = watchRequests(page);
    await page.goto(`${url}/#token=${token}`);
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    // Nobody was signed in when the page asked who it is: that is how it hears of it.
    await atRest(page, requests.open);
    requests.failed.splice(0);

    const wrong: string[] = [];
    for (const address of addresses) {
      const answer = await page.goto(url + address);
      const policy = answer?.headers()["content-security-policy"] ?? "none";
      await atRest(page, requests.open);
      const sideways = (await page.evaluate(SIDEWAYS)) as number;
      wrong.push(
        ...[
          ...(policy === "none" || policy.includes("unsafe-inline") ? [`policy: ${policy}`] : []),
          ...(sideways > 0 ? [`${sideways} pixels wider than the screen`] : []),
          ...(await seriousFindings(page)),
          ...troubles.splice(0),
          ...requests.failed.splice(0),
        ].map((one) => `${address} in the ${scheme} at ${width}: ${one}`),
      );
      const name = `${address.replaceAll(/\W+/g, "-").replace(/^-|-$/g, "") || "pipeline"}-${width}-${scheme}.png`;
      await page.screenshot({ path: path.join(folder, name), fullPage: true });
    }
    return wrong;
  } finally {
    await watched.close();
  }
}

function watchRequests(page: Page): { readonly open: ReadonlySet<Request>; readonly failed: string[] } {
  const open = new Set<Request>();
  const failed: string[] = [];
  const isEndless = (request: Request) => new URL(request.url()).pathname === ENDLESS;
  page.on("request", (request) => {
    if (!isEndless(request)) open.add(request);
  });
  page.on("requestfailed", (request) => {
    open.delete(request);
    const why = request.failure()?.errorText ?? "";
    // Whoever leaves a page, or asks for the same anew, does not wait for the answer.
    if (why !== "net::ERR_ABORTED") failed.push(`${request.method()} ${request.url()} failed: ${why}`);
  });
  // Not when it is finished: an answer whose body nobody reads is not.
  page.on("response", (response) => {
    open.delete(response.request());
    if (response.status() >= 400) failed.push(`${response.url()} answered ${response.status()}`);
  });
  return { open, failed };
}

/** Waits until nothing is asked for and nothing says that it is loading. */
async function atRest(page: Page, open: ReadonlySet<Request>): Promise<void> {
  let calm = 0;
  await until(
    `${page.url()} is at rest`,
    async () => {
      const busy = open.size > 0 || ((await page.evaluate(LOADING)) as boolean);
      calm = busy ? 0 : calm + 1;
      return calm >= CALM_LOOKS ? true : undefined;
    },
    () => [...open].map((request) => request.url()),
  );
}
