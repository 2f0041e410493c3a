/** The dashboard in a real Chromium: first paint of every page beside a bare page, and scrolling through the whole list. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, openPage } from "../support/browser.ts";
import { TOKEN } from "./coordinator-process.ts";
import { median, type Row, spreadOf } from "./rows.ts";

const PAGES = [
  "/",
  "/improvements",
  "/review",
  "/router",
  "/knowledge",
  "/sources",
  "/settings",
  "/dead-letters",
  "/audit",
] as const;
const BARE = "<!doctype html><title>bare</title><h1>bare</h1>";

/** `visits`: how often each page is opened. `lines`: how far the list is scrolled. */
export async function inBrowser(url: string, visits: number, lines: number): Promise<Row[]> {
  const browser = await launchBrowser();
  const bare = createServer((_, response) => response.setHeader("content-type", "text/html").end(BARE));
  await new Promise<void>((resolve) => bare.listen(0, "127.0.0.1", resolve));
  const bareUrl = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`;
  try {
    const least = median(await paints(browser, bareUrl, visits));
    const rows: Row[] = [];
    for (const address of PAGES) {
      const times = await paints(browser, `${url}${address}#token=${TOKEN}`, visits);
      const value = median(times);
      const peer = `bare page (${least.toFixed(0)} ms)`;
      rows.push({
        name: `first paint of ${address}`,
        value,
        unit: "ms",
        peer,
        ratio: value / least,
        spread: spreadOf(times),
      });
    }
    return [...rows, ...(await scrolled(browser, url, lines))];
  } finally {
    await browser.close();
    bare.close();
  }
}

/** Milliseconds from the beginning of the navigation to the first contentful paint; nothing is in any cache. */
async function paints(browser: Browser, address: string, visits: number): Promise<number[]> {
  const times: number[] = [];
  for (let visit = 0; visit < visits; visit += 1) {
    const opened = await openPage(browser);
    await opened.page.goto(address);
    times.push(await firstPaint(opened.page));
    await opened.close();
  }
  return times;
}

async function firstPaint(page: Page): Promise<number> {
  const entry = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime';
  const handle = await page.waitForFunction(entry);
  return Number(await handle.jsonValue());
}

interface Measured {
  readonly reached: number;
  readonly mostRows: number;
  readonly mostNodes: number;
  readonly longTasks: readonly number[];
}

/** Scrolls as fast as pages come, from the top on; text, because it runs in the page. */
const SCROLL = `async (lines) => {
  const longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  }).observe({ type: "longtask" });
  let [reached, mostRows, mostNodes] = [0, 0, 0];
  while (reached < lines - 1) {
    scrollBy(0, 4 * innerHeight);
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const rows = document.querySelectorAll("[data-row]");
    mostRows = Math.max(mostRows, document.querySelectorAll(".row").length);
    mostNodes = Math.max(mostNodes, document.getElementsByTagName("*").length);
    reached = Math.max(reached, Number(rows[rows.length - 1]?.dataset.row ?? 0));
    const atEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    if (atEnd && document.querySelector(".more") === null) break;
  }
  return { reached: reached + 1, mostRows, mostNodes, longTasks };
}`;

async function scrolled(browser: Browser, url: string, lines: number): Promise<Row[]> {
  const opened = await openPage(browser);
  const { page } = opened;
  await page.goto(`${url}/improvements#token=${TOKEN}`);
  await page.locator('[data-row="0"]').waitFor();
  const before = await heap(page);
  const began = performance.now();
  const measured = (await page.evaluate(`(${SCROLL})(${lines})`)) as Measured;
  const seconds = (performance.now() - began) / 1_000;
  const after = await heap(page);
  await opened.close();
  const { reached, mostRows, mostNodes, longTasks } = measured;
  const named = (what: string) => `list scrolled over ${reached.toLocaleString("en")} lines: ${what}`;
  return [
    { name: named("all of it"), value: seconds, unit: "s" },
    { name: named("longest task of the page"), value: Math.max(0, ...longTasks), unit: "ms" },
    { name: named("tasks over 200 ms"), value: longTasks.filter((ms) => ms > 200).length, unit: "tasks" },
    { name: named("most rows in the document"), value: mostRows, unit: "rows" },
    { name: named("most elements in the document"), value: mostNodes, unit: "elements" },
    {
      name: named("heap afterwards"),
      value: after,
      unit: "MB",
      peer: `before (${before.toFixed(1)} MB)`,
      ratio: after / before,
    },
  ];
}

/** Megabytes of JavaScript, after a collection. */
async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize / 1_048_576;
}
