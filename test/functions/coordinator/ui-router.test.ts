/** The router on the dashboard: its page, and on an improvement what every tier said and what people say of it. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Forecast } from "../../../shared/domain/forecast.ts";
import type { Patch } from "../../../shared/domain/improvement.ts";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { routerBook } from "../../../shared/pipeline/router-book.ts";
import type { TrainingRow } from "../../../shared/routing-ports.ts";
import { noBrowser } from "../../support/browser.ts";
import { dashboard, SOON } from "./ui-dashboard.ts";

const now = "2026-01-31T08:00:00.000Z";
const keywords = { expert: "architecture", tier: "keywords", confidence: 0.8 } as const;
const classifier = { expert: "database", tier: "classifier", confidence: 0.91 } as const;
const arms = { rules: keywords, learned: classifier };
const forecast: Forecast = {
  holds: { probability: 0.87, low: 0.7, high: 0.95, n: 63 },
  minutes: { p50: 6, p90: 11, n: 40 },
  by: "posterior",
  missing: ["not enough data: 7 of 50 outcomes, for tokens"],
  at: now,
};
const routed: Patch = {
  expert: "architecture",
  routing: [
    { ...keywords, because: "<b>replicas</b>", ms: 0.42, by: "rules 1" },
    { tier: "neighbours", expert: null, confidence: 0, because: "Qdrant is away", ms: 12, unknown: true },
    { ...classifier, because: "learned", ms: 1 },
  ],
  routing_decision: { arm: "rules", share: 0.1, bucket: 0.5, ...keywords, arms, complexity: 20, ms: 3, at: now },
};
function row(id: string, own: Partial<TrainingRow>): TrainingRow {
  const text = { title: "t", description: "d", implementation_notes: "", type: "technique" };
  const chosen = { chosen: "architecture", arm: "rules", confidence: 0.8, arms } as const;
  return { id, source: "s", at: now, text, votes: [], reached: "verified", ...chosen, ...own };
}

describe.skipIf(noBrowser)("the router on the dashboard (skipped where no Chromium is on PATH)", () => {
  const at = dashboard({ env: { AB_TEST_PERCENTAGE: "0.1" } });
  const reviewed: Patch = { review_stage: "approve", review_reason: "relevance", forecast };
  async function stand(id: string, status: "pending_review" | "conflicts", patch: Patch = reviewed): Promise<void> {
    await at.school.stand(id, "routed", routed);
    await at.school.stand(id, status, patch);
  }

  test("an improvement shows every tier's vote as text, what decided, and what is foretold", async () => {
    await stand("r1", "pending_review");
    await at.signedIn("viewer", "/improvements/r1");
    const routing = at.page.getByRole("region", { name: "Routing" });
    await routing.getByText("How it was routed").click();
    const cells = (name: RegExp) => routing.getByRole("row", { name }).getByRole("cell").allTextContents();
    expect(await cells(/keywords/)).toEqual(["architecture", "0.80", "0.4 ms", "<b>replicas</b> rules 1"]);
    expect(await cells(/neighbours/)).toEqual(["could not be asked", "0.00", "12.0 ms", "Qdrant is away "]);
    await routing.getByText("the other arm: database by classifier").waitFor();
    const foretold = at.page.getByRole("region", { name: "Forecast" });
    await foretold.getByText("holds: 87 % (95 %: 70 % to 95 %), from 63 outcomes").waitFor();
    await foretold.getByText("not enough data: 7 of 50 outcomes, for tokens").waitFor();
    expect(await routing.getByRole("button", { name: "Wrong" }).count()).toBe(0);
  });

  test("the review queue says what is foretold, or that there is not enough data", async () => {
    await stand("r2", "pending_review");
    await stand("r3", "pending_review", {
      ...reviewed,
      forecast: { by: "nothing", missing: ["not enough data: 3 of 20 outcomes"], at: now },
    });
    await at.signedIn("viewer", "/?status=pending_review");
    await at.page.getByText("87 % likely to hold (n=63), 6-11 min").first().waitFor();
    await at.page.getByText("not enough data: 3 of 20 outcomes").waitFor();
  });

  test("a reviewer says that it was wrong and who would have been right; nothing moves", async () => {
    await stand("r4", "pending_review");
    await at.signedIn("reviewer", "/improvements/r4");
    const routing = at.page.getByRole("region", { name: "Routing" });
    await routing.getByText("Was the architecture expert the right one?").waitFor();
    await routing.getByRole("button", { name: "Wrong" }).click();
    expect(await routing.getByRole("button", { name: "Tell the router" }).isDisabled()).toBe(true);
    await routing.getByLabel("Who would have been right").selectOption("database");
    await routing.getByLabel("Why").fill("it is about backups");
    await routing.getByRole("button", { name: "Tell the router" }).click();
    await routing.getByText("The router was wrong").waitFor();
    await routing.getByText("database would have been right").waitFor();
    expect(await at.school.record("r4")).toMatchObject({
      status: "pending_review",
      routing_feedback: { right: false, expert: "database", by: "person:ruth", because: "it is about backups" },
    });
    await routing.getByRole("button", { name: "Right", exact: true }).click();
    await routing.getByLabel("Why").fill("it is not, after all");
    await routing.getByRole("button", { name: "Tell the router" }).click();
    await routing.getByText("The router was right").waitFor();
  });

  test("a conflict of the wrong expert's is sent to the right one", async () => {
    await stand("r5", "conflicts", {});
    await at.signedIn("reviewer", "/improvements/r5");
    await at.page.locator(".actions").getByRole("button", { name: "Send to another expert" }).click();
    const dialog = at.page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("it is about backups");
    expect(await dialog.getByRole("button", { name: "Send to another expert" }).isDisabled()).toBe(true);
    await dialog.getByLabel("Expert").selectOption("database");
    await dialog.getByRole("button", { name: "Send to another expert" }).click();
    await expect.poll(() => at.badge().textContent(), SOON).toBe("Routed");
    expect(await at.school.record("r5")).toMatchObject({ expert: "database", routing_feedback: { right: false } });
  });

  test("the page of a router that did nothing says so", async () => {
    await at.signedIn("viewer");
    await at.page.getByRole("link", { name: "Router" }).click();
    await at.page.getByRole("heading", { level: 1, name: "Router" }).waitFor();
    await at.page.getByText("the arms cannot be compared").waitFor();
    await at.page.getByText("The model that comes with the school serves.").waitFor();
    await at.page.getByText("Not enough data: nobody has judged").waitFor();
    expect(await at.page.getByRole("region", { name: "Operate" }).count()).toBe(0);
  });

  test("arms, tiers, confusion and calibration are there as figures; an operator moves it, with a reason", async () => {
    const book = routerBook(at.school.redis, keysOf(""));
    await book.keepRow(row("a", { label: "architecture", right: true, by: "person" }));
    await book.keepRow(row("b", { label: "database", right: false, by: "person", held: true }));
    await book.count({ "route_served:keywords:architecture:rules": 2, "route_vote:keywords:decided": 1_234 });
    const bytes = Buffer.from("model");
    const checksum = createHash("sha256").update(bytes).digest("hex");
    const entry = { version: "v1", at: now, checksum, bytes: 5, kind: "softmax", rows: 900, rowsHash: "0" };
    await book.stage("router", { ...entry, figures: { accuracy: 0.91 }, because: "new labels" }, bytes);

    await at.signedIn("operator", "/router");
    const region = (name: string) => at.page.getByRole("region", { name });
    const cells = (where: string, name: RegExp) => region(where).getByRole("row", { name }).getByRole("cell");
    await region("Arms").getByText("Both arms on the same 2 improvements; McNemar p = 1.000").waitFor();
    expect((await cells("Tiers", /^keywords/).allTextContents()).slice(0, 4)).toEqual(["1,234", "0", "0", "2"]);
    expect(await cells("Confusion", /^Database/).allTextContents()).toEqual(["1", "0", "0", "0", "0", "0", "0"]);
    expect(await cells("Calibration", /^80 % to 90 %/).allTextContents()).toEqual(["80 %", "50 %", "2"]);
    expect(await region("Calibration").getByRole("img").locator("circle").count()).toBe(1);

    const operate = region("Operate");
    const press = async (name: string, done: string) => {
      await operate.getByLabel("Reason").fill("a week of shadow looks well");
      await operate.getByRole("button", { name, exact: true }).click();
      await operate.getByRole("status").getByText(done).waitFor();
    };
    expect(await operate.getByRole("button", { name: "Set the share" }).isDisabled()).toBe(true);
    await operate.getByLabel("Share of the learned arm").fill("0.5");
    await press("Set the share", "The share is set.");
    await region("Arms").getByText("50 %").first().waitFor();
    await press("As configured", "The configuration counts again.");
    await operate.getByLabel("Model").selectOption("v1");
    await press("Promote", "v1 serves now.");
    await region("Models")
      .getByRole("row", { name: /Current v1/ })
      .waitFor();
    await press("Step back", "What served before serves again.");
    await press("Retrain", "The router is being trained");
    const events = region("What happened");
    await events.getByText("from v1 to seed: a week of shadow looks well").waitFor();
    expect((await book.events(9)).map(({ what, by }) => `${what} ${by}`)).toEqual(
      ["retrain", "stepped-back", "promoted", "rollout", "rollout"].map((what) => `${what} person:otto`),
    );
  });

  test("which tier served when is a chart, a sentence and a table, by hour and by day", async () => {
    const book = routerBook(at.school.redis, keysOf(""));
    for (let i = 0; i < 3; i += 1) await book.count({}, { tier: "keywords", at: Date.now() });
    await book.count({}, { tier: "person", at: Date.now() - 3 * 86_400_000 });
    await at.signedIn("viewer", "/router");
    const region = at.page.getByRole("region", { name: "Tiers over time" });
    await region.getByText("Served: 3 by keywords.").waitFor();
    await region.locator("canvas").waitFor();
    await region.getByRole("button", { name: "The last 30 days" }).click();
    await region.getByText("Served: 3 by keywords, 1 by person.").waitFor();
    await region.getByText("As a table").click();
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    const row = region.getByRole("row", { name: new RegExp(`^${day}`) });
    expect(await row.getByRole("cell").allTextContents()).toEqual(["0", "1"]);
  });

  test("what is refused is said in the coordinator's words, and on a phone nothing overflows", async () => {
    const book = routerBook(at.school.redis, keysOf(""));
    await book.setRollout({ share: 0.5, by: "person:otto", because: "t", at: now });
    await at.open({ viewport: { width: 390, height: 844 } });
    await at.signedIn("operator", "/router");
    const operate = at.page.getByRole("region", { name: "Operate" });
    await operate.getByRole("button", { name: "As configured" }).waitFor();
    await book.setRollout(undefined);
    await operate.getByLabel("Reason").fill("r");
    await operate.getByRole("button", { name: "As configured" }).click();
    await operate.getByRole("alert").getByText("Nobody overrules AB_TEST_PERCENTAGE").waitFor();
    expect(await at.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  });
});
