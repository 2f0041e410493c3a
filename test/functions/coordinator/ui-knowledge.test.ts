/** The page of what the school knows: words that were found, what cannot be asked, how far the index is. */
import { describe, expect, test } from "vitest";
import { chunksOfFile } from "../../../shared/knowledge/chunking/chunk-file.ts";
import type { Knowledge } from "../../../shared/knowledge-ports.ts";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { knowledgeBook } from "../../../shared/pipeline/knowledge-book.ts";
import { modelLedger } from "../../../shared/pipeline/model-ledger.ts";
import { noBrowser } from "../../support/browser.ts";
import { knowing, knowingNothing } from "../../support/knowledge/fake.ts";
import { dashboard } from "./ui-dashboard.ts";

/** Their events are never read here. */
const SOURCES = new URL("../../../build/local/samples/sources.yaml", import.meta.url).pathname;
const text = "# Backups\n\nDumps go to the bucket <b>cellar</b> every night.\n";
const chunks = chunksOfFile({ corpus: "documents", source: "docs", path: "backups.md", text });
const something = knowing(chunks.map((chunk) => ({ ...chunk, commit: "c".repeat(40) })));

describe.skipIf(noBrowser)("what the school knows, on the dashboard (skipped where no Chromium is on PATH)", () => {
  let knows: Knowledge = something;
  const SCHOOL_MODELS = JSON.stringify([
    { purpose: "evaluate/security", models: ["anthropic:claude-opus-5-5"] },
    { purpose: "plan", models: [] },
  ]);
  const env = { QDRANT_URL: "http://127.0.0.1:9", SOURCES, SCHOOL_MODELS, LLM_BUDGET_DAY: "5" };
  const at = dashboard({ knowledge: async () => knows, env });

  test("a question finds the words with their place, as text, and the address keeps it", async () => {
    await at.signedIn("viewer");
    await at.page.getByRole("link", { name: "Knowledge" }).click();
    await at.page
      .getByRole("searchbox", { name: "Search documents and manifests" })
      .fill("nightly dumps to which bucket");
    await at.page.keyboard.press("Enter");

    const found = at.page.getByRole("region", { name: "Found" });
    await found.getByText("backups.md:").waitFor();
    expect(await found.locator("blockquote").textContent()).toContain("the bucket <b>cellar</b> every night");
    expect(await found.locator("mark").allTextContents()).toEqual(expect.arrayContaining(["Dumps", "bucket"]));
    expect(new URL(at.page.url()).searchParams.get("q")).toBe("nightly dumps to which bucket");

    await at.page.reload();
    await found.getByText("backups.md:").waitFor();
  });

  test("what cannot be asked is said, not shown as nothing", async () => {
    knows = knowingNothing("Qdrant at http://q:6333 does not answer; is it running?");
    await at.signedIn("viewer", "/knowledge?q=backups");
    await at.page.getByRole("alert").getByText("Qdrant at http://q:6333 does not answer").waitFor();
    expect(await at.page.getByText("Nothing known says this").count()).toBe(0);
    knows = something;
  });

  test("the state of every corpus is there with its reason, and an operator may have it looked at again", async () => {
    const book = knowledgeBook(at.school.redis, keysOf(""));
    const moment = "2026-01-01T00:00:00.000Z";
    await book.note({ corpus: "manifests", source: "gitops", state: "ready", chunks: 1_234, at: moment });
    await book.note({ corpus: "documents", source: "docs", state: "failed", because: "the key is wrong", at: moment });
    await at.signedIn("viewer", "/knowledge");
    await at.page
      .getByRole("row", { name: /Manifests gitops ready/ })
      .getByText("1,234")
      .waitFor();
    await at.page
      .getByRole("row", { name: /Documents docs failed/ })
      .getByText("the key is wrong")
      .waitFor();
    expect(await at.page.getByRole("button", { name: "Bring it up to date" }).count()).toBe(0);

    await at.open({});
    await at.signedIn("operator", "/knowledge");
    await at.page.getByRole("button", { name: "Bring it up to date" }).click();
    await at.page.getByText("It is being brought up to date.").waitFor();
    const [event] = await at.school.redis.lrange("school:queue:index", 0, -1);
    expect(JSON.parse(event ?? "{}")).toMatchObject({ data: { source: "all" } });
  });

  test("watched sources are there with what came of them, and a reviewer may have one looked at now", async () => {
    const { redis } = at.school;
    const watch = keysOf("").watch("argo-cd-releases");
    await expect.poll(() => redis.hexists(watch, "pending")).toBe(1);
    await redis.hdel(watch, "pending");
    await redis.hset(watch, "last", "2026-01-01T00:00:00.000Z", "result", "failed", "because", "no such page");
    await at.signedIn("viewer", "/knowledge");
    const row = () => at.page.getByRole("row", { name: /argo-cd-releases/ });
    await row().getByText("no such page").waitFor();
    await row().getByText("0 of 2").waitFor();
    expect(await at.page.getByRole("button", { name: /Look at/ }).count()).toBe(0);

    await at.open({});
    await at.signedIn("reviewer", "/knowledge");
    await at.page.getByRole("button", { name: "Look at argo-cd-releases now" }).click();
    await row().getByText("now", { exact: true }).waitFor();
    expect(await redis.hexists(watch, "pending")).toBe(1);
  });

  test("on a phone the tables scroll, and no word is broken into letters", async () => {
    await at.open({ viewport: { width: 390, height: 844 } });
    await at.signedIn("viewer", "/knowledge");
    await at.page.getByRole("row", { name: /cncf-talks/ }).waitFor();
    const linesOfKind = `[...document.querySelectorAll("[aria-labelledby=watches] td:nth-child(2)")].map((cell) => {
      const words = document.createRange();
      words.selectNodeContents(cell);
      return words.getClientRects().length;
    })`;
    expect(await at.page.evaluate(linesOfKind)).toEqual([1, 1, 1]);
    expect(await at.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  });

  test("what models cost today is there by who pays, against its limit, with the names of the models", async () => {
    const ledger = modelLedger(at.school.redis, keysOf(""));
    await ledger.reserve({ payer: "security", most: { micros: 250_000, tokens: 12_345 }, limits: {} });
    await at.signedIn("viewer", "/knowledge");
    const models = at.page.getByRole("region", { name: "Models" });
    const cells = (name: string) => models.getByRole("row", { name }).getByRole("cell").allTextContents();
    await models.getByText("Nothing was asked yet.").waitFor();
    expect(await cells("security")).toEqual(["$0.25", "12,345"]);
    expect(await cells("all together")).toEqual(["$0.25 of $5.00", "12,345 of 20,000,000"]);
    await models.getByText("Which models are asked").click();
    await models.getByText("anthropic:claude-opus-5-5").waitFor();
    await models.getByText("rule-based").waitFor();
  });
});
