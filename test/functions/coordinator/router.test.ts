/** The router as operators see it and act on it, over HTTP and a real Redis. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Expert, RoutingDecision } from "../../../shared/domain/improvement.ts";
import { routerBook } from "../../../shared/pipeline/router-book.ts";
import type { ModelEntry, RouterBook, TrainingRow } from "../../../shared/routing-ports.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
let book: RouterBook;
beforeAll(async () => {
  school = await startSchool({ env: { AB_TEST_PERCENTAGE: "0.25" } });
  book = routerBook(school.redis, school.keys);
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

const reason = "a week of shadow looks well";
const at = "2026-01-31T08:00:00.000Z";
const report = async (query = "") => (await school.call("viewer", "GET", `/api/router${query}`)).json;
const move = (name: string, body: unknown, who: "operator" | "reviewer" | "viewer" | "nobody" = "operator") =>
  school.call(who, "POST", `/api/router/${name}`, body);

function decisionOf(expert: Expert | null, learned: Expert | null = expert): RoutingDecision {
  const rules = { expert, tier: "keywords", confidence: 0.8 };
  const arms = { rules, learned: { expert: learned, tier: "classifier", confidence: 0.9 } };
  return { arm: "rules", share: 0.25, bucket: 0.5, ...rules, arms, complexity: 20, ms: 3, at };
}
function row(id: string, own: Partial<TrainingRow>): TrainingRow {
  const text = { title: "t", description: "d", implementation_notes: "", type: "technique" };
  return { id, source: "s", at, text, votes: [], reached: "verified", ...own };
}
async function stage(version: string, bytes = Buffer.from(`model ${version}`)): Promise<ModelEntry> {
  const checksum = createHash("sha256").update(bytes).digest("hex");
  const figures = { accuracy: 0.9 };
  const entry = { version, at, checksum, bytes: bytes.length, kind: "softmax", rows: 9, rowsHash: "0", figures };
  await book.stage("router", { ...entry, because: "trained" }, bytes);
  return { ...entry, because: "trained" };
}

describe("the report", () => {
  test("of a school that routed nothing says so, and states no figure", async () => {
    expect(await report()).toMatchObject({
      rollout: { configured: 0.25, share: 0.25, override: null },
      traffic: { rules: 0, learned: 0, share: null },
      labels: { rows: 0, labelled: 0, judges: "said" },
      comparison: { n: 0, p: 1, accuracy: { rules: { share: null, n: 0 } } },
      accuracy: { all: { share: null, low: 0, high: 1, n: 0 } },
      meanConfidence: null,
      calibration: { n: 0, ece: null, brier: null },
      models: { serving: "seed", current: null, previous: null, staging: null, archive: [] },
      training: { newLabels: 0, last: null },
      memory: { kept: false, hitRate: null, thresholds: {} },
      events: [],
    });
  });

  test("has what was counted and what was said, outcomes of what was served only when asked for", async () => {
    const { arms } = decisionOf("database", "security");
    const own = { chosen: "database", arms, arm: "rules", confidence: 0.8 } as const;
    const said = { label: "security", right: false, by: "person", weight: 1 } as const;
    await book.keepRow(row("a", { ...own, ...said }));
    await book.keepRow(row("b", { ...own, label: "database", right: true, by: "outcome", held: true }));
    await book.keepThreshold("lexical:1", 0.62);
    await book.count({
      "route_served:keywords:database:rules": 3,
      "route_served:classifier:security:learned": 1,
      "route_confidence_sum:keywords": 2_400,
      "route_confidence_sum:classifier": 900,
      "route_similarity:hit": 1,
      "route_similarity:miss": 3,
      "route_similarity:error": 4,
      "route_escalated:no-model": 2,
      "route_complexity:20": 4,
    });

    const found = await report();
    expect(found).toMatchObject({
      traffic: { rules: 3, learned: 1, share: 0.25 },
      labels: { rows: 2, labelled: 2, by: { person: 1, outcome: 1 } },
      comparison: { n: 1, onlyLearned: 1, onlyRules: 0 },
      accuracy: { all: { share: 0, n: 1 } },
      calibration: { n: 1, ece: 0.8 },
      memory: { hit: 1, miss: 3, error: 4, hitRate: 0.25, thresholds: { "lexical:1": 0.62 } },
      escalated: { "no-model": 2 },
      complexity: { n: 4 },
      training: { newLabels: 2 },
    });
    expect(found.meanConfidence).toBeCloseTo(0.825);
    expect(await report("?labels=all")).toMatchObject({
      labels: { judges: "all" },
      comparison: { n: 2, onlyLearned: 1, onlyRules: 1 },
      accuracy: { all: { share: 0.5, n: 2 } },
    });
  });

  test("says which tier served when", async () => {
    await book.count({}, { tier: "keywords", at: Date.now() });
    await book.count({}, { tier: "person", at: Date.now() - 3 * 86_400_000 });
    const { overTime } = await report();
    expect(Object.keys(overTime.hours.served)).toEqual(["keywords"]);
    expect(overTime.hours.served.keywords.at(-1)).toBe(1);
    expect(overTime.days.served.person.at(-4)).toBe(1);
  });

  test("rows and entries that somebody else damaged are left out", async () => {
    await book.keepRow(row("a", { chosen: "database", label: "database", by: "person" }));
    await school.redis.hset(school.keys.routerRows, "b", "{not json");
    await school.redis.zadd(school.keys.routerRowTimes, 1, "b");
    await school.redis.hset(school.keys.router, "threshold:x", "many");
    expect(await report()).toMatchObject({ labels: { rows: 1 }, memory: { thresholds: {} } });
  });

  test.each(["?labels=none", "?label=all"])("%s is refused", async (query) => {
    expect((await school.call("viewer", "GET", `/api/router${query}`)).status).toBe(400);
  });
});

describe("the rollout", () => {
  test("an operator sets the share, and gives it back to the configuration; both are on record", async () => {
    const set = await move("rollout", { share: 0.5, reason });
    expect(set).toMatchObject({ status: 200, json: { share: 0.5, override: { by: "person:otto", because: reason } } });
    expect((await report()).rollout).toMatchObject({ configured: 0.25, share: 0.5, override: { share: 0.5 } });
    expect(await book.rollout()).toMatchObject({ share: 0.5, by: "person:otto" });

    expect((await move("rollout", { share: null, reason })).json).toEqual({ share: 0.25, override: null });
    const { rollout, events } = await report();
    expect(rollout).toMatchObject({ share: 0.25, override: null });
    expect(events).toEqual([
      {
        at: expect.any(String),
        what: "rollout",
        because: `from 0.5 back to the configured 0.25: ${reason}`,
        by: "person:otto",
      },
      { at: expect.any(String), what: "rollout", because: `from 0.25 to 0.5: ${reason}`, by: "person:otto" },
    ]);
  });

  test.each([0, 1])("the ends count: %d", async (share) => {
    expect((await move("rollout", { share, reason })).status).toBe(200);
    expect((await report()).rollout.share).toBe(share);
  });

  test.each<[name: string, body: unknown, code: number, says: string]>([
    ["more than all", { share: 1.01, reason }, 422, "from 0 to 1"],
    ["less than nothing", { share: -0.1, reason }, 422, "from 0 to 1"],
    ["a percentage as a text", { share: "10%", reason }, 422, "from 0 to 1"],
    ["no share", { reason }, 422, "from 0 to 1"],
    ["no reason", { share: 0.1 }, 422, "say why"],
    ["what nobody reads", { share: 0.1, reason, for: "2h" }, 422, "for"],
    ["what is not JSON", "{", 400, "not JSON"],
    ["back where nobody overrules", { share: null, reason }, 409, "0.25 already"],
  ])("%s is refused and changes nothing", async (_name, body, code, says) => {
    const answer = await move("rollout", body);
    expect(answer.status).toBe(code);
    expect(answer.json.detail).toContain(says);
    expect(await report()).toMatchObject({ rollout: { override: null }, events: [] });
  });
});

describe("models", () => {
  test("one that waits is promoted by hand, and stepped back from", async () => {
    await stage("v1");
    expect((await move("promote", { version: "v1", reason })).json).toMatchObject({ serving: "v1" });
    await stage("v2");
    await move("promote", { version: "v2", reason });
    expect((await report()).models).toMatchObject({ serving: "v2", previous: { version: "v1" }, staging: null });

    expect((await move("step-back", { reason })).json).toMatchObject({ from: "v2", serving: "v1" });
    expect((await move("step-back", { reason })).json).toMatchObject({ from: "v1", serving: "seed" });
    const { models, events } = await report();
    expect(models).toMatchObject({ serving: "seed", current: null });
    expect(events.map((event: { what: string; because: string }) => `${event.what} ${event.because}`)).toEqual([
      `stepped-back from v1 to seed: ${reason}`,
      `stepped-back from v2 to v1: ${reason}`,
      `promoted v2: ${reason}`,
      `promoted v1: ${reason}`,
    ]);
    for (const { by } of events) expect(by).toBe("person:otto");
  });

  test.each<[name: string, version: string, says: string]>([
    ["that is not there", "v9", "no model v9 on the shelf: v2, v1"],
    ["that serves already", "v3", "serves already"],
    ["whose bytes are gone", "v2", "are gone"],
    ["whose bytes are others", "v1", "damaged"],
  ])("one %s is refused, and what serves goes on", async (_name, version, says) => {
    for (const one of ["v1", "v3"]) {
      await stage(one);
      await book.promote("router", one, "test");
    }
    await stage("v2");
    await school.redis.del(school.keys.model("router", "v2"));
    await school.redis.set(school.keys.model("router", "v1"), "other bytes");

    const answer = await move("promote", { version, reason });
    expect(answer.status).toBe(409);
    expect(answer.json.detail).toContain(says);
    expect(await report()).toMatchObject({ models: { serving: "v3" }, events: [] });
  });

  test("two operators at the same moment promote once", async () => {
    await stage("v1");
    const both = await Promise.all([1, 2].map(() => move("promote", { version: "v1", reason })));
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
  });

  test("there is nothing to step back from while the seed serves", async () => {
    const answer = await move("step-back", { reason });
    expect(answer).toMatchObject({ status: 409, json: { detail: expect.stringContaining("The seed serves") } });
  });

  test("a training that is asked for is told to learn, with who asked", async () => {
    expect((await move("retrain", { reason })).status).toBe(202);
    const [event] = await school.redis.lrange(school.keys.list("learn"), 0, -1);
    expect(JSON.parse(event ?? "{}")).toMatchObject({
      type: "ai.cortex.school.notice",
      data: { about: "retrain", text: `otto asked: ${reason}`, facts: { by: "person:otto" } },
    });
    expect((await report()).events).toMatchObject([{ what: "retrain", because: reason, by: "person:otto" }]);
  });

  test.each(["rollout", "promote", "step-back", "retrain"])("%s is for operators alone", async (name) => {
    const body = { share: 0.1, version: "v1", reason };
    expect((await move(name, body, "nobody")).status).toBe(401);
    expect((await move(name, body, "viewer")).status).toBe(403);
    expect((await move(name, body, "reviewer")).status).toBe(403);
    expect(await report()).toMatchObject({ rollout: { override: null }, events: [] });
  });
});
