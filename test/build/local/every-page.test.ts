/**
 * Every page of the dashboard on what the demonstration leaves behind, in a real Chromium: light and dark, on a desk and on a
 * phone. The pictures stay in the folder `school-pages` of the system's temporary folder, to be looked at.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { PAGES } from "../../../functions/coordinator/ui/logic/pages.ts";
import { launchBrowser, noBrowser } from "../../support/browser.ts";
import { isUp, type Launcher, launch, processesOf, runningSchool } from "../../support/local-school.ts";
import { walk } from "../../support/walk.ts";

/** Faster than a demonstration for people: its pages are looked at when it has ended. */
const PACE = { HEALTH_CHECK_DURATION: "6", VERIFY_INTERVAL: "1" };
const MINUTES = 60_000;
const PICTURES = path.join(tmpdir(), "school-pages");

describe.skipIf(noBrowser)("every page on the demonstration's data (skipped where no Chromium is on PATH)", () => {
  let dataDir: string;
  let launcher: Launcher;
  let browser: Browser;
  let url: string;
  let token: string;
  let addresses: readonly string[];
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), "school-every-page-"));
    await mkdir(PICTURES, { recursive: true });
    launcher = launch(dataDir, PACE, ["--demo", "--stay", "--port", "0"]);
    const client = await isUp(launcher, dataDir);
    const hasEnded = () => /doctor agree\.|did not show what it should|Gave up/.test(launcher.output());
    await vi.waitUntil(hasEnded, { timeout: 15 * MINUTES, interval: 500 });
    expect(launcher.output()).toContain("Records, git log and doctor agree.");
    const running = await runningSchool(dataDir);
    url = running.url;
    token = running.tokens.operator;
    // One of each way an improvement can end or wait.
    const byStatus = new Map((await client.list()).map(({ status, id }) => [status, id]));
    expect([...byStatus.keys()]).toEqual(expect.arrayContaining(["verified", "failed", "rejected", "conflicts"]));
    addresses = [
      ...PAGES.map(({ href }) => href),
      "/knowledge?q=memory+limits",
      "/dead-letters?show=discarded",
      "/improvements?status=verified&q=probes",
      ...[...byStatus.values()].map((id) => `/improvements/${id}`),
    ];
    browser = await launchBrowser();
  }, 20 * MINUTES);
  afterAll(async () => {
    await browser?.close();
    launcher?.signal("SIGINT");
    await launcher?.exit;
    for (const pid of (await processesOf(dataDir)).keys()) process.kill(pid, "SIGKILL");
    await rm(dataDir, { recursive: true, force: true });
  }, MINUTES);

  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 360],
    ["dark", 360],
  ] as const)(
    "in the %s at %d pixels nothing is wrong with any of them",
    async (scheme, width) => {
      expect(await walk(browser, addresses, { url, token, scheme, width, folder: PICTURES })).toEqual([]);
    },
    5 * MINUTES,
  );
});
