/** school router, feedback and reroute against a real coordinator. */

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { forecast, routing } from "../../../build/cli/routing.ts";
import type { Patch, RoutingDecision } from "../../../shared/domain/improvement.ts";
import { routerBook } from "../../../shared/pipeline/router-book.ts";
import type { RouterBook, TrainingRow } from "../../../shared/routing-ports.ts";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { committedImprovement } from "../../support/improvement.ts";
import { schoolCommand } from "./school.ts";

let school: TestSchool;
let book: RouterBook;
let env: Record<string, string>;
let folder: string;
beforeAll(async () => {
  school = await startSchool({ env: { AB_TEST_PERCENTAGE: "0.25" } });
  book = routerBook(school.redis, school.keys);
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.operator };
  folder = await mkdtemp(path.join(os.tmpdir(), "router-cli-"));
});
afterAll(async () => {
  await school.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => school.redis.flushall());

const at = "2026-01-31T08:00:00.000Z";
const why = ["--reason", "I looked at it"];
const asOperator = (...args: string[]) => schoolCommand(args, env);

const arm = { expert: "database", tier: "keywords", confidence: 0.8 } as const;
const decision: RoutingDecision = {
  arm: "rules",
  share: 0.25,
  bucket: 0.5,
  ...arm,
  arms: { rules: arm, learned: { expert: null, tier: "person", confidence: 0 } },
  complexity: 20,
  ms: 3.21,
  at,
};
const routed: Patch = { expert: "database", routing_decision: decision };

function row(id: string, own: Partial<TrainingRow>): TrainingRow {
  const text = { title: "t", description: "d", implementation_notes: "", type: "technique" };
  const chosen = { chosen: "database", arm: "rules", confidence: 0.8, arms: decision.arms } as const;
  return { id, source: "s", at, text, votes: [], reached: "verified", ...chosen, ...own };
}
async function stage(version: string): Promise<void> {
  const bytes = Buffer.from(version);
  const checksum = createHash("sha256").update(bytes).digest("hex");
  const entry = {
    version,
    at,
    checksum,
    bytes: 2_048,
    kind: "softmax",
    rows: 900,
    rowsHash: "0",
    because: "new labels",
  };
  await book.stage("router", { ...entry, figures: { accuracy: 0.91 } }, bytes);
}

describe("school router", () => {
  test("of a school that routed nothing says that there is nothing to say", async () => {
    const { code, out } = await asOperator("router");
    expect(code).toBe(0);
    expect(out).toContain("the learned arm serves 25 %, as configured");
    expect(out).toContain("nothing was routed yet");
    expect(out).toContain("the arms cannot be compared");
    expect(out).toContain("not enough data");
    expect(out).toContain("the model that comes with the school serves (seed)");
    expect(out).not.toContain("\u001b[");
  });

  test("shows arms, tiers, confusion, a plot of the calibration, models and events, well aligned", async () => {
    await book.keepRow(row("a", { label: "database", right: true, by: "person" }));
    await book.keepRow(row("b", { label: "security", right: false, by: "person" }));
    await book.keepRow(row("c", { label: "database", right: true, by: "outcome", held: true }));
    await book.count({
      "route_served:keywords:database:rules": 3,
      "route_confidence_sum:keywords": 2_400,
      "route_vote:keywords:decided": 3,
      "route_ms:keywords:1": 3,
    });
    await stage("v1");
    await asOperator("router", "promote", "v1", ...why);

    const { out } = await asOperator("router");
    expect(out).toMatch(/keywords\s+3\s+0\s+0\s+3\s+no data\s+0\.80\s+0\.5\s+/);
    expect(out).toMatch(/labels: 3 of 3 improvements \(person 2, .*outcome 1; outcomes are not counted below\)/);
    expect(out).toMatch(
      /both arms on the same 2: both right 0, only rules 1, only learned 0, both wrong 1; McNemar p = 1\.000/,
    );
    expect(out).toMatch(/database\s+3\s+50 % \(.*n=2\)\s+100 % \(.*n=1\)/);
    expect(out).toMatch(/\n security\s+0\s+0\s+0\s+1\s+0\s+0\s+0/);
    expect(out).toMatch(/current\s+v1\s+softmax/);
    expect(out).toMatch(/promoted\s+person:otto: v1: I looked at it/);
    const plot = out.split("\n").filter((line) => /^\d\.\d-\d\.\d/.test(line));
    expect(plot).toHaveLength(10);
    // Half of two were right, and they were 80 % sure.
    expect(plot[8]).toBe(`0.8-0.9  ${"#".repeat(20)}${" ".repeat(12)}|${" ".repeat(7)}    2  sure 0.80, right 0.50`);
    expect(plot[0]).toHaveLength("0.0-0.1  ".length + 40 + 5);

    const { json } = await school.call("viewer", "GET", "/api/router");
    const printed = JSON.parse((await asOperator("router", "--json")).out);
    expect({ ...printed, at }).toEqual({ ...json, at });
    const all = JSON.parse((await asOperator("router", "--json", "--labels", "all")).out);
    expect(all.comparison).toMatchObject({ n: 3, onlyRules: 2 });
  });

  test("what operators do is done, and noted with who and why", async () => {
    expect((await asOperator("router", "rollout", "0.5", ...why)).out).toContain("serves 0.5 now");
    expect((await asOperator("router")).out).toMatch(
      /serves 50 % by person:otto since .*: I looked at it \(configured: 25 %\)/,
    );
    expect((await asOperator("router", "rollout", "reset", ...why)).out).toContain("serves 0.25 again, as configured");
    await stage("v1");
    expect((await asOperator("router", "promote", "v1", ...why)).out).toContain("v1 serves now");
    const back = await asOperator("router", "step-back", ...why, "--json");
    expect(JSON.parse(back.out)).toEqual({ serving: "seed", from: "v1" });
    expect((await asOperator("router", "retrain", ...why)).code).toBe(0);
    const events = await book.events(10);
    expect(events.map(({ what, by }) => `${what} ${by}`)).toEqual(
      ["retrain", "stepped-back", "promoted", "rollout", "rollout"].map((what) => `${what} person:otto`),
    );
  });

  test.each<[args: string[], code: number, says: string]>([
    [["router", "rollout", "2", ...why], 2, "a share from 0 to 1"],
    [["router", "rollout", "0.5"], 2, "--reason"],
    [["router", "rollout", "reset", ...why], 1, "0.25 already"],
    [["router", "promote", "v9", ...why], 1, "no model v9"],
    [["router", "step-back", ...why], 1, "The seed serves"],
    [["router", "--labels", "none"], 2, "said"],
  ])("%j is refused", async (args, code, says) => {
    const ended = await asOperator(...args);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(says);
  });

  test("export: to standard output, or into a file", async () => {
    await school.stand("a", "routed", routed);
    const { out } = await asOperator("router", "export");
    expect(JSON.parse(out)).toMatchObject({ task_id: "a", selected_master: "database", ab_test_group: "control" });
    const file = path.join(folder, "decisions.jsonl");
    const ended = await asOperator("router", "export", "--out", file);
    expect(ended).toMatchObject({ code: 0, out: "" });
    expect(await readFile(file, "utf8")).toBe(out);
    const refused = await asOperator("router", "export", "--out", path.join(folder, "none", "x"));
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("is not whole");
  });
});

describe("school feedback and reroute", () => {
  test("a person says that it was wrong, and who would have been right", async () => {
    await school.stand("a", "routed", routed);
    await school.stand("a", "verified");
    const { out, code } = await asOperator("feedback", "a", "--wrong", "--expert", "security", ...why);
    expect(code).toBe(0);
    expect(out).toContain("the router was wrong, security would have been right; it learns of it now");
    const shown = (await asOperator("show", "a")).out;
    expect(shown).toMatch(/the router was wrong, security would have been right: I looked at it \(person:otto, /);
    expect(shown).toContain("the database expert was wrong, the right one is security: I looked at it");
  });

  test("the wrong expert's work is thrown away, and the right one gets it", async () => {
    await school.stand("a", "routed", routed);
    await school.stand("a", "conflicts");
    expect((await asOperator("reroute", "a", "--expert", "security", ...why)).out).toContain("a is now routed");
    expect(await school.record("a")).toMatchObject({ expert: "security", routing_feedback: { right: false } });
  });

  test.each<[args: string[], code: number, says: string]>([
    [["feedback", "a", ...why], 2, "either --right or --wrong"],
    [["feedback", "a", "--right", "--wrong", ...why], 2, "either --right or --wrong"],
    [["feedback", "a", "--right"], 2, "--reason"],
    [["feedback", "nobody", "--right", ...why], 1, "no improvement nobody"],
    [["reroute", "a", ...why], 2, "--expert"],
  ])("%j is refused", async (args, code, says) => {
    const ended = await asOperator(...args);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(says);
  });

  test("review lists what is foretold of a change", async () => {
    const told = { by: "posterior", missing: [], at };
    const holds = { probability: 0.87, low: 0.7, high: 0.95, n: 63 };
    await school.stand("a", "pending_review", { forecast: { ...told, holds, minutes: { p50: 6, p90: 11, n: 40 } } });
    await school.stand("b", "pending_review", {
      forecast: { ...told, missing: ["not enough data: 7 of 50 outcomes"] },
    });
    const { out } = await asOperator("review", "--list");
    expect(out).toContain("87 % likely to hold (n=63), 6-11 min");
    expect(out).toContain("not enough data: 7 of 50 outcomes");
  });
});

test("show: each tier's vote with its time, what decided, the other arm, and what is foretold", () => {
  const improvement = committedImprovement("c", [], {
    routing: [
      { tier: "keywords", expert: "database", confidence: 0.8, because: "backup", ms: 0.421, by: "rules 1" },
      { tier: "neighbours", expert: null, confidence: 0, because: "Qdrant is away", ms: 12, unknown: true },
      { tier: "classifier", expert: null, confidence: 0.3, because: "too unsure" },
    ],
    routing_decision: decision,
    forecast: {
      tokens: { p50: 4_000, p90: 12_000, n: 55 },
      by: "posterior",
      missing: ["not enough data: 7 of 50 outcomes"],
      at,
    },
  });
  expect(routing(improvement)).toEqual([
    "keywords: database (0.8, 0.4 ms, rules 1), backup",
    "neighbours: could not be asked (0, 12 ms), Qdrant is away",
    "classifier: abstains (0.3), too unsure",
    "decided by keywords: database (0.8), complexity 20, 3.2 ms",
    "arm rules (25 % go to the learned one); the learned arm: nobody by person (0)",
  ]);
  expect(forecast(improvement)).toEqual([
    "tokens: 4,000 for half of them, 12,000 for nine of ten (n=55)",
    "not enough data: 7 of 50 outcomes",
    "made by posterior",
  ]);
});
