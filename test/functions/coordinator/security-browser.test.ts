/** Hostile words in every text of every record, in a real browser: they are shown as text, and nothing of them runs. */
import type { Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { audit } from "../../../shared/pipeline/audit.ts";
import { noBrowser } from "../../support/browser.ts";
import { TOKENS } from "./support.ts";
import { dashboard } from "./ui-dashboard.ts";
import { plannedPatch, verification } from "./ui-records.ts";

const MARKUP = `<img src="x" onerror="alert('hit')"><script>alert('hit')</script>`;
const HOSTILE = [
  MARKUP,
  `"><svg onload=alert('hit')></svg>`,
  `' onmouseover='alert("hit")' autofocus onfocus='alert("hit")`,
  `javascript:alert('hit')`,
  `</title></textarea></pre><iframe srcdoc="<script>alert('hit')</script>"></iframe>`,
  "{{constructor.constructor('alert(1)')()}} ${alert('hit')}",
  "\u202Egnirts\u202C \u0000\u0007\u001b[31m <!-- ]]> \\u003cscript\\u003e",
];
/** What only decides how something is shown stays; every other text of a record somebody else wrote. */
const KEPT = new Set([
  "kind",
  "phase",
  "result",
  "outcome",
  "decision",
  "effect",
  "tier",
  "expert",
  "corpus",
  "by",
  "value",
  "hash",
  "at",
  "before",
  "application",
  "arm",
  "category",
  "type",
  "id",
  "apiVersion",
  "answered_by",
  "review_stage",
]);

let turn = 0;
function hostile(value: unknown, key = ""): unknown {
  if (typeof value === "string")
    return KEPT.has(key) ? value : `${HOSTILE[turn++ % HOSTILE.length]} ${value.slice(0, 40)}`;
  if (Array.isArray(value)) return value.map((one) => hostile(one, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hostile(inner, name)]));
}

const texts = {
  title: MARKUP,
  description: HOSTILE.join("\n"),
  implementation_notes: MARKUP,
  quotes: HOSTILE.map((text) => ({ text, at: "00:12:31" })),
  corroborated_by: HOSTILE.map((text, i) => ({
    source_id: `s${i}`,
    source_title: text,
    source_url: ["javascript:alert('hit')", "data:text/html,<script>alert('hit')</script>", "//evil.example"][i % 3],
    quote: { text },
  })),
  source_title: MARKUP,
  source_url: "javascript:alert('hit')",
  review_reason: MARKUP,
  failure_reason: `${MARKUP}\nlog: ${HOSTILE[6]}`,
  routing_feedback: { right: false, by: `person:${MARKUP}`, because: MARKUP, at: "2026-03-01T09:00:00Z" },
};

describe.skipIf(noBrowser)("hostile words (skipped where no Chromium is on PATH)", () => {
  const at = dashboard();
  const dialogs: string[] = [];

  beforeAll(async () => {
    const { school } = at;
    const { change_set: _, verdict: __, ...plan } = plannedPatch;
    const evil = hostile({ ...plan, verification }) as object;
    const change = plannedPatch.change_set as { files: readonly object[] };
    const files = change.files.map((file) => hostile(file));
    const verdict = hostile(plannedPatch.verdict) as object;
    const planned = { ...evil, ...texts, change_set: { ...change, files }, verdict } as never;
    await school.stand("x-review", "pending_review", planned);
    await school.stand("x-verified", "verified", planned);
    await school.stand("x-conflict", "conflicts", {
      ...texts,
      conflicts_found: [{ check: "contradiction", result: "conflict", because: MARKUP, evidence: HOSTILE }],
    } as never);
    await school.stand("x-held", "held", planned);
    await school.stand("x-dead", "dead");
    const { redis, keys } = school;
    for (const [i, text] of HOSTILE.entries()) {
      const source = { id: `x${i}`, state: "failed", title: text, address: text, because: text, improvements: "[]" };
      await redis.hset(keys.source(`x${i}`), source);
      await redis.zadd(keys.sources, Date.now() + i, `x${i}`);
      await audit(school, { name: text }, text, text, text, { note: text });
    }
    // What channels said, the router's events and models, and who took a lock are told by others, too.
    for (const [i, text] of HOSTILE.entries()) {
      await redis.sadd(keys.notifyChannels, text);
      await redis.hset(keys.notifyChannel(text), { kind: text, because: text, sent: `${i}` });
      const told = { at: "2026-03-01T09:00:00.000Z", channel: text, event: text, result: "failed", headline: text };
      await redis.lpush(keys.notifyLog, JSON.stringify({ ...told, count: 1, improvements: [text], because: text }));
      await redis.lpush(keys.routerEvents, JSON.stringify({ at: told.at, what: text, because: text, by: text }));
      await redis.hset(keys.routerDay(new Date().toISOString().slice(0, 10)), `00:${text.replaceAll(":", "")}`, "1");
    }
    const letter = JSON.stringify({ event: { id: MARKUP, type: MARKUP, data: { id: MARKUP } }, reason: MARKUP });
    await redis.lpush(keys.dead("route"), letter, JSON.stringify({ event: MARKUP, reason: HOSTILE.join() }), MARKUP);
    await school.call("operator", "PUT", "/api/flags/freeze", { reason: MARKUP, expires_in: "2h" });
    await school.call("reviewer", "POST", "/api/improvements/x-review/feedback", { right: false, reason: MARKUP });
  }, 120_000);
  beforeEach(() => {
    dialogs.length = 0;
    at.page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
  });

  /** Nothing of what was written became part of the page. */
  async function expectHarmless(page: Page): Promise<void> {
    const found = await page.evaluate(`[
      ...[...document.querySelectorAll("*")].filter((one) => [...one.attributes].some(({ name }) => /^on/.test(name))),
      ...document.querySelectorAll('img[src="x"], iframe, object, embed, script:not([src^="/ui/"]), base, meta[http-equiv]'),
      ...[...document.querySelectorAll("a[href], form[action]")].filter((one) => {
        const url = new URL(one.getAttribute("href") ?? one.getAttribute("action"), location.href);
        return !["http:", "https:"].includes(url.protocol) || url.hostname === "evil.example";
      }),
    ].map((one) => one.outerHTML.slice(0, 200))`);
    expect(found).toEqual([]);
    expect(dialogs).toEqual([]);
    expect(at.troubles).toEqual([]);
    expect(new URL(page.url()).origin).toBe(new URL(at.url).origin);
  }
  const settled = () => at.page.locator("main *").getByText(/\w/).first().waitFor();

  test.each(["x-review", "x-verified", "x-conflict", "x-held", "x-dead"])("the improvement %s", async (id) => {
    await at.signedIn("operator", `/improvements/${id}`);
    if (id !== "x-dead") await at.page.getByRole("heading", { level: 1 }).getByText("onerror").waitFor();
    await at.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    await expectHarmless(at.page);
  });

  test("every other page, its list, its hints and its filters", async () => {
    await at.signedIn("operator");
    for (const name of [
      "",
      "improvements",
      "review",
      "router",
      "knowledge",
      "sources",
      "settings",
      "dead-letters",
      "audit",
    ]) {
      await at.page.goto(`${at.url}/${name}`);
      await at.page.locator("main h1").first().waitFor();
      await expectHarmless(at.page);
    }
    await at.page.goto(`${at.url}/improvements`);
    await at.page.getByText("onerror").first().waitFor();
    await expectHarmless(at.page);
    // These were read from Redis as somebody else wrote them: they are there, as text.
    for (const [page, region] of [
      ["settings", "Notifications"],
      ["router", "What happened"],
      ["router", "Tiers over time"],
    ] as const) {
      await at.page.goto(`${at.url}/${page}`);
      await at.page.getByRole("region", { name: region }).getByText("onerror").first().waitFor();
      await expectHarmless(at.page);
    }
  });

  test.each([
    ["of a list", `/improvements?q=${encodeURIComponent(MARKUP)}&category=${encodeURIComponent(HOSTILE[1] ?? "")}`],
    ["of an improvement", `/improvements/${encodeURIComponent(MARKUP)}`],
    ["of a question", `/knowledge?q=${encodeURIComponent(MARKUP)}&corpus=${encodeURIComponent(HOSTILE[2] ?? "")}`],
    ["with a query and a fragment", `/review?${encodeURIComponent(MARKUP)}=1#${encodeURIComponent(MARKUP)}`],
    ["that names another site", `/?next=https://evil.example&return_to=//evil.example#javascript:alert('hit')`],
  ])("an address %s", async (_name, address) => {
    await at.signedIn("reviewer");
    await at.page.goto(at.url + address);
    await settled();
    await expectHarmless(at.page);
  });

  test("signing in leads nowhere but to our own page, whatever the address says", async () => {
    await at.page.goto(`${at.url}/?next=https://evil.example&redirect=//evil.example#token=${TOKENS.viewer}`);
    await at.page.getByText("Sign out").waitFor();
    await expectHarmless(at.page);
    expect(at.page.url()).not.toContain(TOKENS.viewer);
  });

  test("no script can read what proves who somebody is", async () => {
    await at.signedIn("operator");
    const seen =
      await at.page.evaluate(`JSON.stringify([document.cookie, {...sessionStorage}, {...localStorage}, location.href,
      history.state, document.documentElement.outerHTML])`);
    expect(seen).not.toContain(TOKENS.operator);
    expect(await at.page.evaluate("document.cookie")).toBe("");
    const [cookie] = await at.page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/" });
  });

  test("another site can neither act nor read as whoever is signed in", async () => {
    await at.signedIn("operator");
    const other = await at.page.context().newPage();
    // The same machine under another name is another site to the browser.
    const elsewhere = at.url.replace("127.0.0.1", "localhost");
    await other.route("**/*", (route) =>
      route.request().url().startsWith(elsewhere)
        ? route.fulfill({ contentType: "text/html", body: "<!doctype html><title>elsewhere</title>" })
        : route.continue(),
    );
    await other.goto(`${elsewhere}/`);
    const told = await other.evaluate(`Promise.all([
      fetch("${at.url}/api/me", { credentials: "include" }).then(() => "read", () => "refused"),
      fetch("${at.url}/api/breaker/close", { method: "POST", credentials: "include", headers: {
        "x-school-request": "1", "content-type": "application/json" }, body: '{"reason":"not you"}' }).then(() => "read", () => "refused"),
      fetch("${at.url}/api/breaker/close", { method: "POST", mode: "no-cors", credentials: "include",
        headers: { "content-type": "text/plain" }, body: '{"reason":"not you"}' }).then(({ type }) => type, () => "refused"),
    ])`);
    expect(told).toEqual(["refused", "refused", "refused"]);
    const entries = await at.school.redis.xrange(at.school.keys.audit, "-", "+");
    expect(JSON.stringify(entries)).not.toContain("not you");
    await other.close();
  });

  test("whoever signs out in one tab is signed out in all, and going back shows nothing", async () => {
    await at.signedIn("reviewer", "/improvements/x-review");
    const second = await at.page.context().newPage();
    await second.goto(`${at.url}/improvements`);
    await second.getByRole("button", { name: "Sign out" }).click();
    await second.getByLabel("Token").waitFor();
    await at.page.reload();
    await at.page.getByLabel("Token").waitFor();
    await at.page.goBack().catch(() => undefined);
    expect(await at.page.getByText("onerror").count()).toBe(0);
    await second.close();
  });
});
