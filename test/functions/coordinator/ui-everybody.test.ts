/** The dashboard for everybody: hostile text, small screens, the dark, the keyboard. */
import { describe, expect, test } from "vitest";
import { changeSet, verdictOf } from "../../../shared/domain/change-set.ts";
import type { Patch } from "../../../shared/domain/improvement.ts";
import { noBrowser } from "../../support/browser.ts";
import { dashboard, SOON } from "./ui-dashboard.ts";
import { plannedPatch } from "./ui-records.ts";

describe.skipIf(noBrowser)("the dashboard for everybody (skipped where no Chromium is on PATH)", () => {
  const at = dashboard();

  describe("hostile text", () => {
    const hostile = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script>'{{1}}\${1}`;
    const patch: Patch = {
      title: hostile,
      description: hostile,
      implementation_notes: hostile,
      type: hostile,
      source_title: hostile,
      source_url: "javascript:window.hit=1",
      quotes: [{ text: hostile, at: "00:00:01" }],
      change_set: changeSet(
        [{ path: `apps/${hostile}.yaml`, before: null, after: `${hostile}\n` }],
        [{ apiVersion: "v1", kind: hostile, name: hostile, namespace: hostile, effect: "create" }],
        hostile,
      ),
      verdict: verdictOf([{ rule: hostile, decision: "human", message: hostile, path: hostile }]),
      intent: { kind: hostile },
      other_targets: [hostile],
      validation: [{ check: hostile, result: "conflict", because: hostile, evidence: [hostile] }],
      routing: [{ tier: hostile, expert: null, confidence: 0.5, because: hostile }],
      expert_evaluation: {
        ...(plannedPatch.expert_evaluation as NonNullable<typeof plannedPatch.expert_evaluation>),
        by: hostile,
        risks: [{ risk: hostile, mitigated: false, evidence: hostile }],
      },
      review_stage: "approve",
      review_reason: hostile,
      approval_rule: hostile,
      git_commit: hostile,
      lock: hostile,
    };

    test("stays text in every field, and its addresses never become links", async () => {
      await at.school.stand("hostile-1", "pending_review", patch);
      await at.signedIn("reviewer");
      await at.row(hostile).waitFor();
      await at.row(hostile).click();
      await at.page.getByRole("heading", { level: 1, name: hostile }).waitFor();
      await at.page.getByRole("region", { name: `Changes of apps/${hostile}.yaml` }).waitFor();
      await at.decide("Reject", hostile);
      await expect.poll(() => at.badge().textContent(), SOON).toBe("Rejected");
      await at.page.locator(".trail").getByText(hostile).first().waitFor();
      expect(await at.page.title()).toContain(hostile);

      expect(await at.page.evaluate("window.hit")).toBeUndefined();
      expect(await at.page.evaluate(`document.querySelectorAll("#app img, #app script, #app iframe").length`)).toBe(0);
      const hrefs = (await at.page.evaluate(`[...document.querySelectorAll("a")].map((a) => a.href)`)) as string[];
      expect(hrefs.filter((href) => !href.startsWith(at.url))).toEqual([]);
    });

    test("in the address does nothing", async () => {
      await at.signedIn("viewer", `/?q=${encodeURIComponent(hostile)}&status=${encodeURIComponent(hostile)}`);
      await at.page.getByRole("alert").getByText("status").waitFor();
      expect(await at.page.getByLabel("Search improvements").inputValue()).toBe(hostile.slice(0, 200));
      expect(await at.page.evaluate("window.hit")).toBeUndefined();
    });

    test("markup, handlers and styles that somehow got into the page would do nothing: its policy forbids them", async () => {
      await at.page.goto(at.url);
      await at.page.getByLabel("Token").waitFor();
      const refused = await at.page.evaluate(`["innerHTML", "onclick", "style"].filter((what) => {
        const element = document.createElement(what === "style" ? "style" : "a");
        document.body.append(element);
        try {
          if (what === "innerHTML") element.innerHTML = "<img src=x onerror='window.hit=1'>";
          if (what === "onclick") element.setAttribute("onclick", "window.hit=1");
          if (what === "style") element.textContent = "body { display: none }";
        } catch {
          return true;
        }
        element.click();
        return false;
      })`);
      expect(refused).toEqual(["innerHTML", "onclick"]);
      expect(await at.page.evaluate("window.hit")).toBeUndefined();
      expect(await at.page.evaluate("getComputedStyle(document.body).display")).toBe("block");
      const complaints = at.troubles.splice(0);
      expect(complaints.join("\n")).toContain("style-src");
    });
  });

  describe("for everybody", () => {
    test.each(["/", "/improvements", "/improvements/review-1", "/improvements/verified-1"])(
      "%s fits a phone without scrolling sideways",
      async (address) => {
        await at.open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
        await at.signedIn("reviewer", address);
        await at.page.locator(".row, .trail, .stage").first().waitFor();
        expect(await at.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        const cut = await at.page.evaluate(`[...document.querySelectorAll("button, .chip")]
          .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth).length`);
        expect(cut).toBe(0);
      },
    );

    test("follows the system into the dark", async () => {
      const colour = () => at.page.evaluate("getComputedStyle(document.body).backgroundColor");
      await at.page.goto(at.url);
      await at.page.emulateMedia({ colorScheme: "light" });
      const light = await colour();
      await at.page.emulateMedia({ colorScheme: "dark" });
      expect(await colour()).not.toBe(light);
    });

    test("a reviewer's whole way by keyboard alone: find, open, read, reject with a reason", async () => {
      await at.school.stand("keys-1", "pending_review", { title: "Decide me by keyboard", ...plannedPatch });
      await at.signedIn("reviewer");
      await at.row("Decide me by keyboard").waitFor();
      const focused = () => at.page.evaluate("document.activeElement.textContent");
      async function tabTo(text: string): Promise<void> {
        for (let steps = 0; steps < 60; steps += 1) {
          if ((await focused()) === text) return;
          await at.page.keyboard.press("Tab");
        }
        throw new Error(`no way to ${text} by keyboard`);
      }
      await tabTo("Decide me by keyboard");
      await at.page.keyboard.press("Enter");
      await at.page.getByRole("heading", { level: 1, name: "Decide me by keyboard" }).waitFor();
      await tabTo("Reject");
      await at.page.keyboard.press("Enter");
      await at.page.getByRole("dialog").waitFor();
      await at.page.keyboard.type("not worth its risk");
      await tabTo("Reject");
      await at.page.keyboard.press("Enter");
      await expect.poll(() => at.badge().textContent(), SOON).toBe("Rejected");
      expect((await at.school.record("keys-1")).status).toBe("rejected");
    });
  });
});
