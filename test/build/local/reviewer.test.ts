/**
 * A reviewer's whole path on a school that really works: a talk is read, its change waits for a person, is found, read,
 * compared, approved with a reason, committed, applied, measured and seen verified. Once with nothing but a keyboard, once
 * with nothing but the command line.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DemoClient, demoClient } from "../../../build/local/demo/client.ts";
import { type LocalSchool, startSchool } from "../../../build/local/school.ts";
import { launchBrowser, noBrowser, openPage, type WatchedPage } from "../../support/browser.ts";
import { improvementsOf, PATIENCE_MS, processesOf, until } from "../../support/local-school.ts";
import { schoolCommand, startSchoolCommand } from "../cli/school.ts";

const PACE = { HEALTH_CHECK_DURATION: "6", VERIFY_INTERVAL: "1", SYNC_INTERVAL: "1" };
const LIMITS = "Set memory limits on every container. You must set memory requests and limits on all pods.";
const WALLS = "Put a default deny network policy into every namespace. Always start with a policy that denies all.";
const WATCHED = { timeout: PATIENCE_MS };

let dataDir: string;
let school: LocalSchool;
let client: DemoClient;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "school-reviewer-"));
  school = await startSchool({ dataDir, port: 0, sample: "harbor", log: () => undefined }, PACE);
  client = demoClient(school);
}, PATIENCE_MS);
afterAll(async () => {
  await school?.close();
  for (const pid of (await processesOf(dataDir)).keys()) process.kill(pid, "SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

/** The id of a change of this source that waits for somebody to read its diff. */
function waiting(source: string): Promise<string> {
  return until(`a change of "${source}" waits`, async () => {
    const lines = await improvementsOf(client, source);
    for (const { id, status } of lines.filter((line) => line.status === "pending_review")) {
      if (status === "pending_review" && (await client.show(id)).change_set !== undefined) return id;
    }
    return undefined;
  });
}

/** What the records say in the end: who approved it and why, and where it is in Git. */
async function isProven(id: string, reason: string): Promise<void> {
  const { status, approval, git_commit: commit } = await client.show(id);
  expect({ status, reason: approval?.reason }).toEqual({ status: "verified", reason });
  expect(commit).toMatch(/^[0-9a-f]{40}$/);
  const moves = (await client.trail(id)).map(({ to }) => to);
  expect(moves.slice(moves.indexOf("approved"))).toEqual(["approved", "implementation", "deployed", "verified"]);
}

describe.skipIf(noBrowser)("by keyboard alone (skipped where no Chromium is on PATH)", { timeout: PATIENCE_MS }, () => {
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
    watched = await openPage(browser);
    page = watched.page;
  });
  afterAll(async () => {
    await watched?.close();
    await browser?.close();
  });

  const focused = () => page.evaluate("document.activeElement?.textContent?.trim() ?? ''") as Promise<string>;
  /** Presses Tab until what has the focus says `words`. */
  async function tabTo(words: RegExp): Promise<void> {
    for (let steps = 0; steps < 120; steps += 1) {
      await page.keyboard.press("Tab");
      if (words.test(await focused())) return;
    }
    throw new Error(`no way to ${String(words)} by keyboard`);
  }
  async function keys(...pressed: readonly string[]): Promise<void> {
    for (const key of pressed) await page.keyboard.press(key);
  }

  test("somebody signs in, finds a change, reads and compares it, approves it and sees it verified", async () => {
    await client.submit({ title: "limits", content: LIMITS });
    const id = await waiting("limits");

    await page.goto(`${school.url}/`);
    await page.getByLabel("Token").waitFor();
    const field = () => page.evaluate("document.activeElement?.tagName");
    for (let steps = 0; steps < 5 && (await field()) !== "INPUT"; steps += 1) await keys("Tab");
    await page.keyboard.type(school.tokens.reviewer);
    await keys("Enter");
    await page.getByRole("heading", { level: 1, name: "Pipeline" }).waitFor();

    // Found in the queue,
    await keys("g", "r");
    await page.locator("#review-open").waitFor();
    const open = () => page.locator(".review-row.open a").getAttribute("href");
    await until("it is open in the queue", async () => {
      if ((await open())?.includes(id) === true) return true;
      const before = await open();
      await keys("j");
      await until("the next one is open", async () => ((await open()) === before ? undefined : true));
      return undefined;
    });
    await page.locator(".review-pane .diff").first().waitFor();
    await keys("Enter");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("review-open");
    // read where all of it is told,
    await keys("Shift+Tab");
    expect(await focused()).toBe("All of it");
    await keys("Enter");
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    expect(page.url()).toContain(`/improvements/${id}`);
    // compared both ways,
    await tabTo(/^Unified$/);
    await keys("Enter");
    await page.locator(".diff tr.added").first().waitFor();
    await keys("Shift+Tab", "Enter");
    await page.locator(".diff td.code.added").first().waitFor();

    // approved,
    await page.evaluate("window.neverLoadedAgain = true");
    await tabTo(/^Approve$/);
    await keys("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type("the limits fit what it uses");
    await tabTo(/^Approve$/);
    await keys("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    // and seen verified: nobody touches anything any more.
    await expect.poll(() => page.locator(".standing .badge").textContent(), WATCHED).toBe("Verified");
    await page.getByRole("heading", { name: "Verification" }).waitFor();
    await page.locator(".trail").getByText("Verified", { exact: true }).first().waitFor();
    expect(await page.evaluate("window.neverLoadedAgain")).toBe(true);
    await isProven(id, "the limits fit what it uses");
    expect(watched.troubles).toEqual([]);
  });
});

test("by the command line alone", { timeout: PATIENCE_MS }, async () => {
  const env = { SCHOOL_DATA_DIR: dataDir };
  const say = async (...args: readonly string[]) => {
    const { code, out, err } = await schoolCommand(args, env);
    expect({ args, code, err }).toEqual({ args, code: 0, err: "" });
    return out;
  };
  const watch = startSchoolCommand(["watch"], env);
  try {
    await until("school watch looks on", () => (watch.err().includes("watching") ? true : undefined), watch.err);
    const learned = await schoolCommand(["learn", "-", "--title", "walls"], env, { stdin: WALLS });
    expect(learned).toMatchObject({ code: 0, err: "" });
    const id = await waiting("walls");

    expect(await say("queue")).toContain(id);
    const told = await say("show", id);
    expect(told).toContain("+kind: NetworkPolicy");
    expect(told).toContain("default deny network policy");
    expect(await say("approve", id, "--reason", "nobody else calls it")).toContain(`${id} is now approved`);
    const verified = new RegExp(`${id}.*verified`);
    await until("school watch tells of the end", () => (verified.test(watch.out()) ? true : undefined), watch.out);
    expect(await say("show", id)).toMatch(/verified/);
    await isProven(id, "nobody else calls it");
  } finally {
    watch.signal("SIGINT");
  }
  expect((await watch.ended).code).toBe(0);
});
