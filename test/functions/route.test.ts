import { describe, expect, test } from "vitest";
import { type RoutePorts, route } from "../../functions/route/handle.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import { bucketOf } from "../../shared/routing/arms.ts";
import { keywordVote } from "../../shared/routing/keywords/vote.ts";
import type { Neighbourhood } from "../../shared/routing-ports.ts";
import { answering, modelAnswer } from "../support/route.ts";

const base: Improvement = {
  id: "0000000000000001",
  status: "raw",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  title: "Set memory limits on every container",
  description: "Containers get limits.",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.8,
  quotes: [],
  source_id: "s",
  source_title: "A talk",
};
const ports = (earlier: readonly Improvement[] = []): RoutePorts => ({
  history: { recent: async () => earlier },
  keywords: async (text) => keywordVote(text),
  reviewThreshold: 0.6,
});
const context = (save: (patch: Patch) => Promise<void> = async () => undefined) => ({
  now: () => 1_000,
  signal: new AbortController().signal,
  save,
});
const handled = async (over: Partial<Improvement>, given: Partial<RoutePorts> = {}, told = context()) => {
  const outcome = await route({ improvement: { ...base, ...over } }, { ...ports(), ...given }, told);
  if (outcome.kind !== "move") throw new Error(`unexpected ${outcome.kind}`);
  return outcome;
};
const routed = (over: Partial<Improvement>, earlier: readonly Improvement[] = []) => handled(over, ports(earlier));

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
  const judged = { feasibility: { value: "high", evidence: "" } } as const;
  const before: Improvement = {
    ...base,
    id: "0000000000000002",
    status: "verified",
    title: "SET memory limits, on every container!",
    expert: "monitoring",
    expert_evaluation: {
      expert: "monitoring",
      by: "rules",
      ...judged,
      impact: judged.feasibility,
      effort: judged.feasibility,
      priority: judged.feasibility,
      risks: [],
    },
  };

  test("the same words go where they went before, and the keywords' vote is still recorded", async () => {
    const outcome = await routed({}, [before]);
    expect(outcome.patch.expert).toBe("monitoring");
    expect(outcome.patch.routing).toMatchObject([{ expert: "monitoring" }, { expert: "architecture" }, {}]);
  });

  test.each<[string, Partial<Improvement>, string]>([
    ["who would have been right counts", { right: false, expert: "security" }, "security"],
    ["who was wrong is no precedent", { right: false }, "architecture"],
    ["who was right stays", { right: true }, "monitoring"],
  ] as never)("%s", async (_what, said, expert) => {
    const feedback = {
      by: "person:ada",
      because: "x",
      at: "2026-01-01T00:00:00.000Z",
      ...(said as { right: boolean }),
    };
    expect((await routed({}, [{ ...before, routing_feedback: feedback }])).patch.expert).toBe(expert);
  });

  test.each<[string, Partial<Improvement>]>([
    ["itself", { id: base.id }],
    ["other words", { title: "Set cpu limits" }],
    ["one that no expert judged", { expert_evaluation: undefined as never }],
  ])("%s is no precedent", async (_name, over) => {
    expect((await routed({}, [{ ...before, ...over }])).patch.expert).toBe("architecture");
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

test("a history that cannot be read is an error, not an abstention", async () => {
  const broken = { ...ports(), history: { recent: async () => Promise.reject(new Error("redis is gone")) } };
  await expect(route({ improvement: base }, broken, context())).rejects.toThrow("redis is gone");
});

const unclear = {
  title: "Improve how it works",
  description: "It is good to have it.",
  category: "knowledge",
} as const;
const FULL = { share: 1, rag: true, neural: true };
const found = (over: Partial<Extract<Neighbourhood, { kind: "found" }>> = {}): RoutePorts["memory"] => ({
  neighbours: async () => ({
    kind: "found",
    embedder: "hash-1024",
    threshold: 0.5,
    calibrated: false,
    neighbours: ["a", "b", "c", "d"].map((improvement) => ({
      improvement,
      expert: "database",
      cosine: 0.9,
      routeRight: true,
      held: true,
      at: "2026-01-01T00:00:00.000Z",
    })),
    ...over,
  }),
});
const trained =
  (share: number): RoutePorts["classifier"] =>
  async () => ({
    classifier: { version: "v7", threshold: 0.6, predict: () => [{ expert: "networking", share }] },
  });

describe("what was learned", () => {
  test("neighbours choose where the words alone say nothing, and the record says how", async () => {
    const { to, patch } = await handled(unclear, { memory: found(), rollout: FULL });
    expect([to, patch.expert]).toEqual(["routed", "database"]);
    expect(patch.routing_decision).toMatchObject({
      arm: "learned",
      tier: "neighbours",
      arms: { rules: { expert: null, tier: "person" }, learned: { expert: "database", tier: "neighbours" } },
    });
    expect(patch.routing?.map(({ tier }) => tier)).toEqual([
      "exact-repeat",
      "keywords",
      "neighbours",
      "claimed-category",
    ]);
  });

  test("in shadow both arms are worked out and the rules serve", async () => {
    const { to, patch } = await handled(unclear, { memory: found(), classifier: trained(0.9) });
    expect(to).toBe("pending_review");
    expect(patch.routing_decision).toMatchObject({ arm: "rules", expert: null });
    expect(patch.routing_decision?.arms.learned).toMatchObject({ expert: "database", tier: "neighbours" });
    expect(patch.routing?.find(({ tier }) => tier === "classifier")).toMatchObject({ expert: "networking", by: "v7" });
  });

  test("the share is by the id, and an override counts more than the setting", async () => {
    const share = bucketOf(base.id) + 0.001;
    const arm = async (given: Partial<RoutePorts>) =>
      (await handled(unclear, { memory: found(), ...given })).patch.routing_decision?.arm;
    expect(await arm({ rollout: { ...FULL, share } })).toBe("learned");
    expect(await arm({ rollout: { ...FULL, share: share - 0.002 } })).toBe("rules");
    const back = { share: 0, by: "school", because: "it lost", at: "2026-01-01T00:00:00.000Z" };
    expect(await arm({ rollout: FULL, override: async () => back })).toBe("rules");
  });

  test("the classifier chooses from its threshold on; below it names candidates for a person", async () => {
    expect((await handled(unclear, { classifier: trained(0.6), rollout: FULL })).patch.expert).toBe("networking");
    const { to, patch } = await handled(unclear, { classifier: trained(0.59), rollout: FULL });
    expect([to, patch.review_reason]).toEqual([
      "pending_review",
      "no tier could choose an expert; candidates by classifier: networking (59 %)",
    ]);
  });

  test.each<[string, Partial<RoutePorts>, RegExp]>([
    [
      "the index is away",
      { memory: { neighbours: async () => ({ kind: "unknown", because: "Qdrant does not answer" }) } },
      /Qdrant does not answer/,
    ],
    ["the model is damaged", { classifier: async () => ({ note: "the checksum is another one" }) }, /checksum/],
  ])("%s: the others go on, and the vote says so", async (_what, broken, said) => {
    const { to, patch } = await handled({}, { ...broken, rollout: FULL });
    expect([to, patch.expert]).toEqual(["routed", "architecture"]);
    const vote = patch.routing?.find(({ unknown }) => unknown === true);
    expect(vote?.because).toMatch(said);
  });
});

describe("the model", () => {
  const models = (...answers: Parameters<typeof answering>[0]) => {
    const model = answering(answers);
    return { model, given: { models: { simple: model }, rollout: FULL } };
  };

  test("is asked when nobody else knows, its answer kept before anything else", async () => {
    const { model, given } = models(modelAnswer({ expert: "integration", confidence: "high", because: "it connects" }));
    const saved: Patch[] = [];
    const { to, patch } = await handled(
      unclear,
      given,
      context(async (part) => void saved.push(part)),
    );
    expect([to, patch.expert, patch.routing_decision?.tier]).toEqual(["routed", "integration", "model"]);
    expect(saved[0]?.routing?.at(-1)).toMatchObject({ tier: "model", expert: "integration" });
    expect(model.questions[0]?.prompt).toContain("Improve how it works");

    const again = await handled({ ...unclear, ...(saved[0] as Partial<Improvement>) }, given);
    expect([again.patch.expert, model.questions.length]).toEqual(["integration", 1]);
  });

  test("is not asked when somebody else knows", async () => {
    const { model, given } = models();
    expect((await handled({}, given)).patch.expert).toBe("architecture");
    expect(model.questions).toEqual([]);
  });

  test("a complex text goes to the larger one, and past the classifier", async () => {
    const { model, given } = models(modelAnswer({ expert: "security", confidence: "medium", because: "rights" }));
    const text = "Investigate, analyze and troubleshoot how it works?";
    const both = { ...given, models: { simple: answering([]), complex: model }, classifier: trained(0.99) };
    const { patch } = await handled({ ...unclear, title: text }, both);
    expect([patch.expert, patch.routing_decision?.tier]).toEqual(["security", "model"]);
    expect(patch.routing_decision?.complexity).toBeGreaterThanOrEqual(50);
  });

  test.each([
    ["is not sure", modelAnswer({ expert: "security", confidence: "low", because: "unclear" }), "not sure"],
    ["names nobody", modelAnswer({ expert: "root", confidence: "high", because: "x" }), "six experts"],
    ["answers prose", { kind: "unusable", because: "no JSON", model: "m", usage: { input: 1, output: 1 } }, "no JSON"],
    ["is away", { kind: "unavailable", because: "429" }, "429"],
  ] as const)("that %s leaves it to a person", async (_what, answer, said) => {
    const { given } = models(answer);
    const { to, patch } = await handled(unclear, given);
    expect([to, patch.routing_decision?.tier]).toEqual(["pending_review", "person"]);
    expect(patch.routing?.find(({ tier }) => tier === "model")?.because).toContain(said);
  });
});

test("what is counted names tier, arm, votes and times, and a count that is lost costs nothing", async () => {
  const counted: Record<string, number>[] = [];
  const { patch } = await handled(unclear, {
    memory: found(),
    rollout: FULL,
    count: async (counts) => {
      counted.push(counts);
      throw new Error("redis is gone");
    },
  });
  expect(patch.expert).toBe("database");
  expect(counted[0]).toMatchObject({
    "route_served:neighbours:database:learned": 1,
    "route_vote:neighbours:decided": 1,
    "route_vote:keywords:abstained": 1,
    "route_ms:neighbours:1": 1,
    "route_similarity:hit": 1,
    "route_complexity:10": 1,
    "route_mode:no-model:simple": 1,
  });
});
