/** The review queue in a browser: its order, its keys, its dialogs, on a desktop and on a phone. */
import type { Locator } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { verdictOf } from "../../../shared/domain/change-set.ts";
import { seriousFindings } from "../../support/axe.ts";
import { noBrowser } from "../../support/browser.ts";
import { dashboard, SOON } from "./ui-dashboard.ts";
import { plannedPatch } from "./ui-records.ts";

describe.skipIf(noBrowser)("the review queue (skipped where no Chromium is on PATH)", () => {
  const at = dashboard();
  const status = async (id: string) => (await at.school.record(id)).status;
  const open = (title: string) => at.page.locator("#review-open", { hasText: title }).waitFor();
  const focused = () => at.page.evaluate("document.activeElement.id || document.activeElement.tagName");
  afterEach(async () => at.school.redis.del(at.school.keys.deferred));

  test("begins with what is in the cluster, says why, and shows what an approval rests on", async () => {
    await at.signedIn("viewer", "/review");
    await open("Raise the cart's memory");
    expect(await at.page.locator(".review-row").first().textContent()).toContain("live and held");
    await at.page.getByRole("link", { name: "Set requests and limits on the cart" }).click();
    await open("Set requests and limits on the cart");
    await at.page.getByText("deciding takes the role reviewer").waitFor();
    await at.page.getByRole("region", { name: "Changes of apps/shop/cart/deployment.yaml" }).waitFor();
    expect(await at.page.getByRole("button", { name: "Approve" }).count()).toBe(0);
    expect(await seriousFindings(at.page)).toEqual([]);
  });

  test("a reviewer's whole way by keyboard alone: find, read, put off, approve with a reason, see it on its way", async () => {
    const patch = { ...plannedPatch, category: "architecture", relevance: 0.99 } as const;
    await at.school.stand("keys-1", "pending_review", { ...patch, title: "Approve me by keyboard" });
    await at.school.stand("keys-2", "pending_review", { ...patch, title: "Put me off by keyboard", relevance: 0.98 });
    await at.signedIn("reviewer", "/review?status=pending_review");
    await open("Approve me by keyboard");
    await at.page.keyboard.press("j");
    await open("Put me off by keyboard");
    await at.page.keyboard.press("d");
    await at.page.getByRole("dialog").waitFor();
    await at.page.keyboard.type("after the release");
    await at.page.keyboard.press("Tab");
    await at.page.keyboard.press("Tab");
    await at.page.keyboard.press("Enter");
    await expect.poll(async () => (await at.school.record("keys-2")).deferred?.because, SOON).toBe("after the release");
    await at.page.getByRole("link", { name: "Put me off by keyboard" }).waitFor({ state: "detached" });

    await at.page.getByRole("heading", { level: 1, name: "Review" }).waitFor();
    for (let steps = 0; steps < 5; steps += 1) await at.page.keyboard.press("k");
    await open("Approve me by keyboard");
    await at.page.keyboard.press("Enter");
    await expect.poll(focused, SOON).toBe("review-open");
    await at.page.keyboard.press("a");
    await at.page.getByRole("dialog").getByRole("button", { name: "after the release" }).waitFor();
    await at.page.keyboard.type("the limits are what it uses");
    await at.page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).focus();
    await at.page.keyboard.press("Enter");
    await expect.poll(() => status("keys-1"), SOON).toBe("approved");
    expect((await at.school.record("keys-1")).approval).toMatchObject({ reason: "the limits are what it uses" });
    await at.page
      .getByRole("status")
      .filter({ hasText: "Approve: Approve me by keyboard. Next:" })
      .waitFor({ state: "attached" });
    await expect.poll(focused, SOON).toBe("review-open");
    await at.page.keyboard.press("?");
    await at.page.getByRole("dialog").getByText("The next in the queue").waitFor();
  });

  test("an intent is edited in a form of its kind; what is wrong stands at its field, and JSON is the way out", async () => {
    const intent = {
      kind: "set-resource-limits",
      workload: { kind: "Deployment", namespace: "shop", name: "cart" },
      container: "cart",
    };
    await at.school.stand("edit-1", "pending_review", { ...plannedPatch, title: "Edit me", intent });
    await at.signedIn("reviewer", "/review?at=edit-1");
    await open("Edit me");
    await at.page.keyboard.press("e");
    const dialog = at.page.getByRole("dialog");
    const container = dialog.getByLabel("Container");
    expect(await container.inputValue()).toBe("cart");
    const kinds = dialog.getByLabel("Workload, kind");
    expect(await kinds.inputValue()).toBe("Deployment");
    expect(await kinds.locator("option").allTextContents()).toEqual([
      "Deployment",
      "StatefulSet",
      "DaemonSet",
      "CronJob",
    ]);
    await container.fill("Not A Name");
    await dialog.getByLabel("Limits, memory").fill("plenty");
    await dialog.getByLabel("Reason").fill("another container");
    await dialog.getByRole("button", { name: "Edit and plan again" }).click();
    await dialog.getByText("What is wrong stands at its field.").waitFor();
    const said = (field: Locator) => field.locator("..").locator(".field-problem").textContent();
    expect(await container.getAttribute("aria-invalid")).toBe("true");
    expect(await said(container)).toBe("not a Kubernetes name");
    expect(await said(dialog.getByLabel("Limits, memory"))).toContain("not a quantity");
    expect(await dialog.getByLabel("Workload, name", { exact: true }).getAttribute("aria-invalid")).toBeNull();
    expect(await seriousFindings(at.page)).toEqual([]);

    await container.fill("cart");
    await dialog.getByRole("button", { name: "As JSON" }).click();
    expect(JSON.parse(await dialog.getByLabel("Intent").inputValue())).toEqual({
      ...intent,
      limits: { memory: "plenty" },
    });
    await dialog.getByLabel("Intent").fill("{half");
    await dialog.getByRole("button", { name: "Edit and plan again" }).click();
    await dialog.getByRole("alert").getByText("not JSON").waitFor();
    await dialog.getByLabel("Intent").fill(JSON.stringify({ ...intent, limits: { memory: "256Mi" } }));
    await dialog.getByRole("button", { name: "As a form" }).click();
    await dialog.getByLabel("Limits, memory").fill("512Mi");
    await dialog.getByRole("button", { name: "Edit and plan again" }).click();
    await expect.poll(() => status("edit-1"), SOON).toBe("validated");
    expect((await at.school.record("edit-1")).edited_intent?.intent).toEqual({
      ...intent,
      limits: { memory: "512Mi" },
    });
    // The browser reports the answer that was refused.
    at.troubles.splice(0);
  });

  test("what was refused for ever is allowed again by an operator, with a reason", async () => {
    const refused = { title: "Never me", tombstone: "person:ruth: we have another mesh" };
    await at.school.stand("never-1", "rejected", refused);
    await at.signedIn("reviewer", "/improvements/never-1");
    await at.page.getByText("ruth: we have another mesh").waitFor();
    expect(await at.page.getByRole("button", { name: "Allow again" }).count()).toBe(0);
    await at.open({});
    await at.signedIn("operator", "/improvements/never-1");
    await at.page.getByRole("button", { name: "Allow again" }).click();
    expect(await seriousFindings(at.page)).toEqual([]);
    await at.page.getByRole("dialog").getByLabel("Reason").fill("the mesh is gone");
    await at.page.getByRole("dialog").getByRole("button", { name: "Allow again" }).click();
    await at.page.getByText("Nothing like it is proposed again").waitFor({ state: "detached" });
    expect((await at.school.record("never-1")).tombstone).toBeUndefined();
  });

  test("several that were read are decided together, each with its own reason; what must not is refused by name", async () => {
    // Without a rule that always asks a person.
    const verdict = verdictOf([{ rule: "limit-size", decision: "human", message: "it is large" }]);
    const patch = { ...plannedPatch, verdict, approval_rule: "relevance", category: "architecture" } as const;
    const ids = ["both-1", "both-2", "both-3"];
    for (const id of ids) {
      const category = id === "both-3" ? ("database" as const) : patch.category;
      await at.school.stand(id, "pending_review", { ...patch, category, title: `Together ${id}` });
    }
    await at.signedIn("reviewer", "/review");
    for (const id of ids) {
      await at.page.getByRole("link", { name: `Together ${id}` }).click();
      await open(`Together ${id}`);
      await at.page.getByRole("checkbox", { name: `Choose Together ${id}` }).check();
    }
    await at.page.getByRole("button", { name: "Approve 3" }).click();
    const dialog = at.page.getByRole("dialog");
    for (const id of ids) await dialog.getByLabel(`Together ${id}: reason`).fill(`because of ${id}`);
    await dialog.getByRole("button", { name: "Approve 3" }).click();
    await dialog.getByText("2 decided, 1 refused.").waitFor();
    await dialog.getByText("database is decided one by one").waitFor();
    expect([await status("both-1"), await status("both-2"), await status("both-3")]).toEqual([
      "approved",
      "approved",
      "pending_review",
    ]);
    expect((await at.school.record("both-2")).approval).toMatchObject({ reason: "because of both-2" });
  });

  test("on a phone the list stands above what is open, and nothing is wider than the screen", async () => {
    await at.open({ viewport: { width: 360, height: 740 }, hasTouch: true });
    await at.signedIn("reviewer", "/review?at=review-1");
    await open("Set requests and limits on the cart");
    expect(await at.page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    expect(await seriousFindings(at.page)).toEqual([]);
  });
});
