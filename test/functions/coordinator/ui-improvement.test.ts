/** One improvement on the dashboard: what is shown, decided, refused, and what happens while somebody looks. */
import { describe, expect, test } from "vitest";
import { startCoordinator } from "../../../functions/coordinator/start.ts";
import { verdictOf } from "../../../shared/domain/change-set.ts";
import { noBrowser } from "../../support/browser.ts";
import { door } from "../../support/door.ts";
import { baseEnv, TOKENS } from "./support.ts";
import { dashboard, SOON } from "./ui-dashboard.ts";
import { plannedPatch } from "./ui-records.ts";

describe.skipIf(noBrowser)("one improvement on the dashboard (skipped where no Chromium is on PATH)", () => {
  // Its Redis keeps what it has acknowledged through a kill, as that of a school does.
  const at = dashboard({}, { appendOnly: true, sync: "always" });

  describe("one improvement", () => {
    test("shows why it stands there, its evidence, its rules and its diff", async () => {
      await at.signedIn("viewer", "/improvements/review-1");
      await at.page.getByRole("heading", { level: 1, name: "Set requests and limits on the cart" }).waitFor();
      await at.page.getByText("Approve asks a person").waitFor();
      await at.page.getByText("require-requests-limits").waitFor();
      await at.page.getByText("the node ran out of memory twice last week").waitFor();

      const moment = at.page.getByRole("link", { name: "00:12:31" });
      expect(await moment.getAttribute("href")).toBe("https://www.youtube.com/watch?v=abc123&t=751s");
      expect(await moment.getAttribute("rel")).toBe("noopener noreferrer");

      await at.page.getByRole("button", { name: "Unified" }).click();
      const diff = at.page.getByRole("region", { name: "Changes of apps/shop/cart/deployment.yaml" });
      expect(await diff.locator("tr.removed .code").allTextContents()).toEqual(["removed:   replicas: 2"]);
      expect(await diff.locator("tr.added .code").allTextContents()).toContain("added:               memory: 256Mi");
      expect(await diff.locator("tr.added .line-number").nth(1).textContent()).toBe("7");
    });

    test("shows who found it, and who says the same, with the second", async () => {
      await at.signedIn("viewer", "/improvements/review-1");
      const facts = at.page.getByRole("complementary", { name: "Facts and trail" });
      await facts.getByText("rule-based and anthropic:claude-sonnet-5-5").waitFor();
      await facts.getByText("84 % sure that the source recommends it").waitFor();
      await at.page.getByRole("heading", { name: "2 other sources say the same" }).waitFor();
      const second = at.page.getByRole("listitem").filter({ hasText: "Clusters that survive their Mondays" });
      await second.getByText("Every container gets a memory limit, no exceptions.").waitFor();
      expect(await second.getByRole("link", { name: "01:02:03" }).getAttribute("href")).toBe(
        "https://www.youtube.com/watch?v=def456&t=3723s",
      );
      const page = at.page.getByRole("listitem").filter({ hasText: "A page about limits" });
      expect([await page.count(), await page.getByRole("link").count()]).toEqual([1, 0]);
    });

    test("shows who judged it, what was shown to them, and what it cost", async () => {
      await at.signedIn("viewer", "/improvements/review-1");
      await at.page.getByText("rule-based", { exact: true }).waitFor();
      await at.page.getByText("begin with the cart").waitFor();
      await at.page.getByText("the budget of today is spent").waitFor();
      await at.page.getByText("What the experts were shown").click();
      const past = at.page.getByRole("link", { name: "verified-1" });
      expect(await past.getAttribute("href")).toBe("/improvements/verified-1");
      const part = at.page.getByRole("link", { name: "adr/limits.md:3-9" });
      expect(await part.getAttribute("href")).toBe("/knowledge?q=Limits&corpus=documents");
      await at.page.getByText("No second opinion", { exact: true }).click();
      await at.page.getByText("there is no second opinion of the database expert: 503").waitFor();
      await at.page.getByText("One question to models, $0.0213").click();
      const row = at.page.getByRole("row", { name: /evaluate\/architecture/ });
      expect(await row.getByRole("cell").allTextContents()).toEqual([
        "anthropic:claude-opus-5-5",
        "evaluate/architecture@1 0123456789ab",
        "6200 (5100)",
        "410",
        "$0.0213",
        "vendor",
      ]);
    });

    test("shows what was measured, and what was committed", async () => {
      await at.signedIn("viewer", "/improvements/verified-1");
      const errors = at.page.getByRole("row", { name: /Error ratio/ });
      await errors.waitFor();
      expect(await errors.getByRole("cell").allTextContents()).toEqual([
        "22",
        "1 / 2",
        "4 / 3",
        "0",
        expect.stringContaining("0.04 of requests fail"),
      ]);
      await at.page.getByText(/checks? do(es)? not apply/).click();
      await at.page.getByText("no workload of this change set serves requests").waitFor();
      await at.page.getByText("9f8e7d6c5b4a39281706f5e4d3c2b1a098765432").waitFor();
    });

    test("says that it waits for the first index, and leads there", async () => {
      const patch = { title: "Give it a limit", index_awaited_since: "2026-05-01T10:00:00.000Z" };
      await at.school.stand("awaiting-1", "categorized", patch);
      await at.signedIn("viewer", "/improvements/awaiting-1");
      await at.page.getByText("Validate waits: the first index of documents and manifests is being built").waitFor();
      await at.page.getByRole("link", { name: "how far it is" }).click();
      await at.page.getByRole("heading", { level: 1, name: "Knowledge" }).waitFor();
    });

    test("a viewer may look and is offered nothing", async () => {
      await at.signedIn("viewer", "/improvements/review-1");
      await at.page.getByText("deciding takes the role reviewer").waitFor();
      expect(await at.page.locator(".actions").count()).toBe(0);
    });

    test("a decision needs a reason, shows what became of it, and is in the trail with who and why", async () => {
      await at.school.stand("decide-1", "pending_review", { title: "Give it a limit", ...plannedPatch });
      await at.signedIn("reviewer", "/improvements/decide-1");
      await at.page.getByRole("button", { name: "Approve" }).click();
      const dialog = at.page.getByRole("dialog");
      expect(await dialog.getByRole("button", { name: "Approve" }).isDisabled()).toBe(true);
      await at.page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      expect((await at.school.record("decide-1")).status).toBe("pending_review");

      await at.decide("Approve", "the quota has room for it");

      await expect.poll(() => at.badge().textContent(), SOON).toBe("Approved");
      await dialog.waitFor({ state: "detached" });
      expect((await at.school.record("decide-1")).status).toBe("approved");
      const step = at.page.locator(".trail li").first();
      expect(await step.textContent()).toContain("ruth");
      expect(await step.textContent()).toContain("the quota has room for it");
    });

    test("what the coordinator refuses is shown in its own words, and nothing changes", async () => {
      const denied = verdictOf([{ rule: "disallow-privileged", decision: "deny", message: "the pod is privileged" }]);
      await at.school.stand("denied-1", "pending_review", {
        title: "Run it privileged",
        ...plannedPatch,
        verdict: denied,
      });
      await at.signedIn("reviewer", "/improvements/denied-1");
      await at.decide("Approve", "it will be fine");
      const refusal = at.page.getByRole("dialog").getByRole("alert");
      await refusal.getByText("policy denies its change set").waitFor();
      expect(await at.page.getByRole("dialog").getByLabel("Reason").inputValue()).toBe("it will be fine");
      await at.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
      expect(await at.badge().textContent()).toBe("Pending review");
      expect((await at.school.record("denied-1")).status).toBe("pending_review");
    });

    test("what routing asked is answered with an expert", async () => {
      await at.signedIn("reviewer", "/improvements/route-1");
      await at.page.getByRole("button", { name: "Let it go on" }).click();
      const dialog = at.page.getByRole("dialog");
      await dialog.getByLabel("Reason").fill("it is about names of networks");
      expect(await dialog.getByRole("button", { name: "Let it go on" }).isDisabled()).toBe(true);
      await dialog.getByLabel("Expert").selectOption("networking");
      await dialog.getByRole("button", { name: "Let it go on" }).click();
      await expect.poll(() => at.badge().textContent(), SOON).toBe("Routed");
      expect((await at.school.record("route-1")).expert).toBe("networking");
    });
  });

  describe("live", () => {
    test("what others do shows without a reload, on the improvement and in the list", async () => {
      await at.school.stand("live-1", "held", { title: "Watch me" });
      await at.signedIn("viewer", "/improvements/live-1");
      await at.live();
      await expect.poll(() => at.badge().textContent(), SOON).toBe("Held");
      await at.school.call("operator", "POST", "/api/improvements/live-1/accept", { reason: "traffic came" });
      await expect.poll(() => at.badge().textContent(), SOON).toBe("Verified");
      await at.page.locator(".trail").getByText("traffic came").waitFor();

      await at.page.goto(`${at.url}/?status=verified`);
      await at.live();
      await at.row("Watch me").waitFor();
      await at.school.call("operator", "POST", "/api/improvements/live-1/rollback", { reason: "on second thought" });
      await at.row("Watch me").waitFor({ state: "detached" });
    });

    test("a coordinator that goes away is missed, and its return brings everything up to date", async () => {
      const env = { ...baseEnv, REDIS_URL: at.school.server.url };
      const own = await startCoordinator({ env });
      const entrance = await door();
      entrance.leadTo(own.url);
      await at.school.stand("away-1", "held", { title: "Meanwhile" });
      await at.page.goto(`${entrance.url}/improvements/away-1#token=${TOKENS.viewer}`);
      await at.live();
      // The stream may be open before the record has come; what was never shown cannot stay.
      await expect.poll(() => at.badge().textContent(), SOON).toBe("Held");
      entrance.shut();
      await own.close();
      await at.page.getByRole("alert").getByText("The connection to the coordinator is lost").waitFor();
      expect(await at.badge().textContent()).toBe("Held");

      await at.school.call("operator", "POST", "/api/improvements/away-1/accept", { reason: "nobody saw it" });
      const again = await startCoordinator({ env });
      entrance.leadTo(again.url);
      try {
        await at.live();
        await expect.poll(() => at.badge().textContent(), SOON).toBe("Verified");
        await at.page.getByText("The connection to the coordinator is lost").waitFor({ state: "detached" });
      } finally {
        await at.page.close();
        await entrance.close();
        await again.close();
      }
    });

    test("a Redis that goes away is named, what was known stays, and its return is told to whoever was signed in", async () => {
      await at.signedIn("viewer", "/improvements/held-1");
      await at.live();
      await expect.poll(() => at.badge().textContent(), SOON).toBe("Held");
      await at.school.server.kill();
      await at.page.getByRole("alert").getByText("waits for Redis").waitFor();
      expect(await at.badge().textContent()).toBe("Held");
      await at.school.server.start();
      await at.live();
      await at.page.getByText("waits for Redis").waitFor({ state: "detached" });
      await at.page.reload();
      await expect.poll(() => at.badge().textContent(), SOON).toBe("Held");
    });

    test("a session that is lost leads to the way in, and from there back to the same address", async () => {
      await at.signedIn("viewer", "/improvements/held-1?part=trail");
      await at.live();
      await at.page.goto(`${at.url}/improvements/held-1?part=trail`);
      await expect.poll(() => at.badge().textContent(), SOON).toBe("Held");
      await at.page.context().clearCookies();
      await at.page.reload();
      await at.page.getByLabel("Token").fill(TOKENS.viewer);
      expect(new URL(at.page.url()).pathname).toBe("/improvements/held-1");
      await at.page.getByRole("button", { name: "Sign in" }).click();
      await expect.poll(() => at.badge().textContent(), SOON).toBe("Held");
      expect(new URL(at.page.url()).search).toBe("?part=trail");
    });
  });
});
