/** What operators do on the dashboard: flags, dead letters, sources, and the audit that tells of all of it. */
import { describe, expect, test } from "vitest";
import { seriousFindings } from "../../support/axe.ts";
import { noBrowser } from "../../support/browser.ts";
import { dashboard, SOON } from "./ui-dashboard.ts";

const PAGES = ["settings", "sources", "dead-letters", "dead-letters?show=discarded", "audit", "router", "knowledge"];
const hostile = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script>`;

describe.skipIf(noBrowser)("operating on the dashboard (skipped where no Chromium is on PATH)", () => {
  const at = dashboard();

  const confirm = async (button: string, reason: string) => {
    const dialog = at.page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill(reason);
    await dialog.getByRole("button", { name: button, exact: true }).click();
    await dialog.waitFor({ state: "detached" });
  };

  test("a flag is set with its reason and end, seen with both, and taken back", async () => {
    await at.signedIn("operator", "/settings");
    await at.page.getByText("Automatic approval is on").waitFor();
    await at.page.getByRole("button", { name: "Stop all automatic approval" }).click();
    await confirm("Set auto_approve_none", hostile);
    await at.page.getByText("Automatic approval is stopped").waitFor();
    await at.page.getByText(`otto: ${hostile}`).waitFor();
    expect((await at.school.call("viewer", "GET", "/api/flags/auto_approve_none")).json).toMatchObject({
      on: true,
      author: "otto",
      expires_at: expect.any(Number),
    });

    await at.page.getByRole("button", { name: "Set auto_approve_all" }).click();
    await at.page.getByRole("dialog").getByText("changes go live that nobody has looked at").waitFor();
    expect(await at.page.getByLabel("For").locator("option").allTextContents()).not.toContain(
      "Until somebody takes it back",
    );
    await at.page.keyboard.press("Escape");

    await at.page.getByRole("button", { name: "Allow it again" }).click();
    await confirm("Take back auto_approve_none", "it was a false alarm");
    await at.page.getByText("Automatic approval is on").waitFor();
  });

  test("who is no operator sees all of it and is offered nothing", async () => {
    await at.signedIn("viewer", "/settings");
    await at.page.getByRole("heading", { name: "Configuration" }).waitFor();
    await at.page.getByText("COMMITS_PER_HOUR").waitFor();
    expect(await at.page.locator("main button").count()).toBe(0);
    expect(await at.page.locator("main").textContent()).not.toContain("operator-token");
  });

  test("a dead letter is read, discarded with a reason, and the audit tells it", async () => {
    const entry = { reason: hostile, attempts: 5, at: new Date().toISOString(), raw: hostile };
    await at.school.redis.lpush(at.school.keys.dead("validate"), JSON.stringify(entry));
    await at.signedIn("operator", "/dead-letters?stage=validate");
    const row = at.page.locator(".entry", { hasText: hostile });
    await row.getByText("The event").click();
    await row.locator("pre").getByText(hostile).waitFor();
    await row.getByRole("button", { name: "Discard" }).click();
    await confirm("Discard", "nobody can mend it");
    await at.page.getByText("1 discarded; 0 left.").waitFor();
    await at.page.getByText("No dead letters of validate").waitFor();

    await at.page.getByRole("link", { name: "Discarded" }).click();
    await at.page.getByText("nobody can mend it").waitFor();
    await at.page.goto(`${at.url}/audit?action=dead_letters`);
    await at.page.locator(".deed", { hasText: "nobody can mend it" }).getByText("Dead letters: discard").waitFor();
    expect(await at.page.evaluate("window.hit")).toBeUndefined();
  });

  test("the audit's filters are in the address, and its file is what is shown", async () => {
    await at.school.call("operator", "PUT", "/api/flags/freeze", { reason: "a release" });
    await at.school.call("operator", "DELETE", "/api/flags/freeze", { reason: "it is out" });
    await at.signedIn("operator", "/audit");
    await at.page.getByText("a release").waitFor();
    await at.page.getByLabel("What").selectOption("session");
    await expect.poll(() => at.page.url(), SOON).toContain("action=session");
    await at.page.getByText("Session: begin").first().waitFor();
    expect(await at.page.getByText("a release").count()).toBe(0);
    await at.page.reload();
    await at.page.getByText("Session: begin").first().waitFor();
    await at.page.getByLabel("Who").fill("someone-else");
    await at.page.getByText("Nothing fits these filters").waitFor();
    const file = await at.page.getByRole("link", { name: "Download as JSONL" }).getAttribute("href");
    expect(file).toBe("/api/audit/export?actor=someone-else&action=session");
  });

  test("a source is handed in; what is refused is said and stays in the form", async () => {
    await at.signedIn("reviewer", "/sources");
    await at.page.getByRole("button", { name: "A text or file" }).click();
    await at.page
      .getByLabel("File")
      .setInputFiles({ name: "talk.txt", mimeType: "text/plain", buffer: Buffer.from([255, 254, 0]) });
    await at.page.getByRole("alert").getByText("talk.txt is not UTF-8 text").waitFor();
    await at.page.getByLabel("Text", { exact: true }).fill("We should set memory limits on every container.");
    await at.page.getByRole("button", { name: "Hand in" }).click();
    await at.page.getByText("Handed in.").waitFor();
    expect(await at.school.redis.llen(at.school.keys.list("ingest"))).toBe(1);
  });

  test.each([
    ["light", 1280],
    ["dark", 360],
  ] as const)(
    "axe finds nothing serious on any of the pages, %s at %d px, and none is wider than the screen",
    async (colorScheme, width) => {
      await at.open({ colorScheme, viewport: { width, height: 800 } });
      await at.signedIn("operator", "/settings");
      for (const page of PAGES) {
        await at.page.goto(`${at.url}/${page}`);
        await at.page.getByRole("heading", { level: 1 }).waitFor();
        await expect.poll(() => at.page.locator(".state.loading").count(), SOON).toBe(0);
        expect([page, ...(await seriousFindings(at.page))]).toEqual([page]);
        expect([page, await at.page.evaluate("document.documentElement.scrollWidth - innerWidth")]).toEqual([page, 0]);
      }
    },
  );
});
