import { describe, expect, test } from "vitest";
import { route } from "../../functions/route/handle.ts";
import { wordsHash } from "../../functions/route/repeat.ts";
import type { RoutingFeedback } from "../../shared/domain/improvement.ts";
import type { Precedent } from "../../shared/routing-ports.ts";
import { base, context, handled, ports, routed } from "../support/route.ts";

test.each<[string, string]>([
  ["Set memory limits on the Postgres StatefulSet", "architecture"],
  ["Add a default-deny NetworkPolicy to the redis namespace", "security"],
  ["Back up the auth database every night with pg_dump", "database"],
  ["Add a PrometheusRule that alerts on MySQL replication lag", "monitoring"],
  ["Deploy an MCP server for Postgres", "integration"],
  ["Move from Ingress to the Gateway API with HTTPRoutes", "networking"],
  ["Enforce RBAC least privilege for the monitoring service accounts", "security"],
  ["Add a PodDisruptionBudget to the ingress controller", "architecture"],
])("%s is for the %s expert, whatever category is claimed", async (title, expert) => {
  for (const category of ["architecture", "database", "knowledge", "security"] as const) {
    const outcome = await routed({ title, description: title, category });
    expect([category, outcome.to, outcome.patch.expert]).toEqual([category, "routed", expert]);
  }
});

describe("abstention", () => {
  test.each([
    ["Make everything better", "The author mapped the happy path to an application."],
    ["Grafana and Postgres and Traefik", "We use Grafana, Postgres and Traefik."],
  ])("nothing clear is asked for: %s", async (title, description) => {
    const outcome = await routed({ title, description });
    expect(outcome.to).toBe("pending_review");
    expect(outcome.patch.review_reason).toMatch(/candidate/);
    expect(outcome.patch).not.toHaveProperty("expert");
    expect(outcome.patch.routing?.every(({ expert }) => expert === null)).toBe(true);
  });

  test("a claimed category alone decides nothing", async () => {
    const outcome = await routed({ title: "Improve things", description: "It is good.", category: "security" });
    expect(outcome.to).toBe("pending_review");
  });
});

test("every tier's vote is recorded", async () => {
  const outcome = await routed({});
  expect(outcome.patch.routing?.map(({ tier }) => tier)).toEqual(["exact-repeat", "keywords", "claimed-category"]);
  for (const vote of outcome.patch.routing ?? []) {
    expect(vote.because).not.toBe("");
    expect(vote.confidence).toBeGreaterThanOrEqual(0);
    expect(vote.confidence).toBeLessThanOrEqual(1);
  }
});

describe("exact repeat", () => {
  const before = { improvement: "0000000000000002", expert: "monitoring" } as const;
  const said = (over: Pick<RoutingFeedback, "right" | "expert">): Precedent => ({
    ...before,
    feedback: { by: "person:ada", because: "x", at: "2026-01-01T00:00:00.000Z", ...over },
  });

  test("the same words go where they went before, and the keywords' vote is still recorded", async () => {
    const outcome = await routed({}, before);
    expect(outcome.patch.expert).toBe("monitoring");
    expect(outcome.patch.routing).toMatchObject([{ expert: "monitoring" }, { expert: "architecture" }, {}]);
  });

  test.each<[string, Precedent, string]>([
    ["who would have been right counts", said({ right: false, expert: "security" }), "security"],
    ["who was wrong is no precedent", said({ right: false }), "architecture"],
    ["who was right stays", said({ right: true }), "monitoring"],
  ])("%s", async (_what, precedent, expert) => {
    expect((await routed({}, precedent)).patch.expert).toBe(expert);
  });

  test("what is routed stands for its words from then on; what nobody could route does not", async () => {
    const kept: unknown[] = [];
    const repeats = { precedent: async () => undefined, remember: async (...of: unknown[]) => void kept.push(of) };
    await handled({}, { repeats });
    await handled({ title: "Make it better", description: "It is good." }, { repeats });
    expect(kept).toEqual([[wordsHash(base), base.id]]);
  });

  test("case, spacing and punctuation are no other words", () => {
    const same = { title: "SET memory limits,  on every container!", description: "containers get limits" };
    expect(wordsHash(same)).toBe(wordsHash(base));
    expect(wordsHash({ ...same, title: "Set cpu limits" })).not.toBe(wordsHash(base));
  });
});

test.each([
  [0.5999, "rejected"],
  [0.6, "routed"],
  [Number.NaN, "rejected"],
])("relevance %d is %s", async (relevance, to) => {
  const outcome = await routed({ relevance });
  expect(outcome.to).toBe(to);
  if (to === "rejected") expect(outcome.patch.failure_reason).toMatch(/under 0.6/);
});

test("a past that cannot be read is an error, not an abstention", async () => {
  const broken = {
    ...ports(),
    repeats: { ...ports().repeats, precedent: async () => Promise.reject(new Error("redis is gone")) },
  };
  await expect(route({ improvement: base }, broken, context())).rejects.toThrow("redis is gone");
});
