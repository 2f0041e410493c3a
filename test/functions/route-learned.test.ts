/** What was learned, and the model: the tiers behind the words. */
import { describe, expect, test } from "vitest";
import type { RoutePorts } from "../../functions/route/handle.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import { bucketOf } from "../../shared/routing/arms.ts";
import type { Neighbourhood } from "../../shared/routing-ports.ts";
import { answering, base, context, handled, modelAnswer } from "../support/route.ts";

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
