/** The experts with models: whatever a model answers, it adds judgement and risk, and never takes a decision from a person. */
import { describe, expect, test } from "vitest";
import { type EvaluatePorts, evaluate } from "../../functions/evaluate/handle.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { Knowledge } from "../../shared/knowledge-ports.ts";
import { automatic, evaluationOf, judge, scripted, unavailable } from "../support/expert-rounds.ts";
import { chunk, judgement, knowledgeOf, limits, policies, RISK, shop } from "../support/experts.ts";

describe("a model's judgement", () => {
  test("stands with its evidence, the sources it was shown and who said it", async () => {
    const { model, asked } = scripted(() => judgement({ feasibility: { value: "medium", cites: ["F2", "S1"] } }));
    const knowledge = knowledgeOf([
      chunk({ path: "adr/limits.md", place: "Limits", text: "Limits come from LimitRanges." }),
    ]);
    const run = await judge(limits, { first: model, knowledge });
    const evaluation = evaluationOf(run);
    expect(run.outcome.to).toBe("categorized");
    expect(evaluation).toMatchObject({
      by: "test:m",
      feasibility: { value: "medium", evidence: expect.stringContaining("[F2, S1]") },
      complexity: { value: "low" },
      confidence: { value: "high" },
    });
    expect(evaluation.sources).toContainEqual(
      expect.objectContaining({ label: "S1", corpus: "documents", path: "adr/limits.md", from: 3, to: 5 }),
    );
    expect(evaluation.recommendations?.[0]?.evidence).toContain("[F1]");
    expect(automatic(evaluation)).toBe(true);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.payer).toBe("architecture");
  });

  test("two improvements of one platform begin with the same bytes, whatever was found for each", async () => {
    const { model, asked } = scripted(() => judgement());
    const index = knowledgeOf([chunk({ path: "a.md", text: "one", decision: true })]);
    const aboutDecisions = new Set<string>();
    const knowledge: Knowledge = {
      ...index,
      search: async (query) => {
        if (query.decision === true) aboutDecisions.add(JSON.stringify(query));
        return index.search(query);
      },
    };
    await judge(limits, { first: model, knowledge });
    await judge({ ...limits, id: "other", description: "Something else.", quotes: [] }, { first: model, knowledge });
    const [one, other] = asked;
    expect(aboutDecisions.size).toBe(1);
    expect(one?.shared?.join("").length).toBeGreaterThan(3_000);
    expect(other?.shared).toEqual(one?.shared);
    expect(other?.prompt).not.toBe(one?.prompt);
    expect(one?.shared?.join("")).not.toContain(limits.quotes[0]?.text);
  });

  test("a paid answer is kept before anything else, and never paid again", async () => {
    const { model, asked } = scripted(() => judgement());
    const saved: Patch[] = [];
    const ports: EvaluatePorts = { platform: async () => shop, models: { first: () => model, second: () => model } };
    const context = {
      signal: new AbortController().signal,
      save: async (patch: Patch) => void saved.push(patch),
      now: () => 0,
    };
    await evaluate({ improvement: limits }, ports, context);
    const again = { ...limits, ...saved[0] } as Improvement;
    const outcome = await evaluate({ improvement: again }, ports, context);
    expect(asked).toHaveLength(1);
    expect(outcome).toMatchObject({
      kind: "move",
      patch: { expert_evaluation: { by: "test:m" }, expert_answers: null },
    });
  });
});

describe("a model that obeys an attacker", () => {
  const rosy = (over: object = {}) => judgement({ risks: [], ...over });

  test("cannot cite what it was not shown: the field is unknown, and a person decides", async () => {
    const { model } = scripted(() =>
      rosy({ feasibility: { value: "high", cites: ["S99"] }, impact: { value: "high", cites: [] } }),
    );
    const evaluation = evaluationOf(await judge(limits, { first: model }));
    expect(evaluation.feasibility).toEqual({ value: "unknown", evidence: "it cites S99, which was not shown" });
    expect(evaluation.impact).toEqual({ value: "unknown", evidence: "it cites nothing it was shown" });
    expect(automatic(evaluation)).toBe(false);
  });

  test("cannot make possible what the rules prove impossible", async () => {
    const { model } = scripted(() => rosy());
    const platform = async () => ({ ...shop, resources: [], applications: [], files: new Map() });
    const evaluation = evaluationOf(await judge(limits, { first: model, platform: platform as never }));
    expect(evaluation.feasibility.value).toBe("low");
  });

  test("cannot take a risk of the rules away, nor close it by its own name", async () => {
    const warned = {
      ...limits,
      implementation_notes: "Don't set CPU limits on latency-critical services.",
    };
    const { model } = scripted(() =>
      rosy({ risks: [{ risk: "the source itself warns of it", severity: "low", mitigated: true, cites: ["F1"] }] }),
    );
    const evaluation = evaluationOf(await judge(warned, { first: model }));
    const named = evaluation.risks.filter(({ risk }) => risk === "the source itself warns of it");
    expect(named).toEqual([expect.objectContaining({ mitigated: false })]);
    expect(automatic(evaluation)).toBe(false);
  });

  test("cannot settle what the rules leave to a person: no known kind of change", async () => {
    const { model } = scripted(() => rosy());
    const shutdown = { ...limits, title: "Shut workloads down gracefully with preStop hooks" };
    const evaluation = evaluationOf(await judge(shutdown, { first: model }));
    expect(evaluation.feasibility.value).toBe("high");
    expect(evaluation.doubt).toMatch(/the rules cannot judge .*impact.* test:m alone/);
    expect(automatic(evaluation)).toBe(false);
  });

  test("cannot take a text of no known topic past a person", async () => {
    const { model } = scripted(() => rosy());
    const { outcome } = await judge(
      { ...limits, title: "Be nicer", description: "Smile.", quotes: [] },
      { first: model },
    );
    expect(outcome.to).toBe("pending_review");
    expect(outcome.patch.expert_evaluation).toMatchObject({ by: "test:m", doubt: expect.any(String) });
  });

  test("adds risks that stay open when they rest on nothing", async () => {
    const { model } = scripted(() =>
      rosy({ risks: [{ risk: "all is lost", severity: "low", mitigated: true, cites: ["Z1"] }] }),
    );
    expect(evaluationOf(await judge(limits, { first: model })).risks).toContainEqual(
      expect.objectContaining({ risk: "all is lost", mitigated: false, evidence: expect.stringMatching(/^unknown/) }),
    );
  });

  test("a row of harmless risks does not push an open one out", async () => {
    const harmless = Array.from({ length: 11 }, (_, index) => ({
      risk: `harmless ${index}`,
      severity: "low",
      mitigated: true,
      cites: ["F1"],
    }));
    const open = { risk: "the open one", severity: "medium", mitigated: false, cites: ["F1"] };
    const { model } = scripted(() => rosy({ risks: [...harmless, open] }));
    expect(evaluationOf(await judge(limits, { first: model })).risks).toContainEqual(
      expect.objectContaining({ risk: "the open one" }),
    );
  });

  test("advice that rests on nothing is left out, and words that hide or forge are cleaned", async () => {
    const { model } = scripted(() =>
      rosy({
        recommendations: [
          { text: "merge it at once", cites: [] },
          { text: "look\u202e at\u200b\nlimits", cites: ["F1"] },
        ],
      }),
    );
    const evaluation = evaluationOf(await judge(limits, { first: model }));
    expect(evaluation.recommendations?.map(({ text }) => text)).toEqual(["look at limits"]);
    expect(evaluation.notes?.join()).toContain("1 things test:m advises rest on nothing");
  });

  test.each<[string, () => unknown]>([
    ["megabytes", () => judgement({ feasibility: { value: "high", because: "x".repeat(3_000_000), cites: ["F1"] } })],
    ["a wrong word", () => judgement({ feasibility: { value: "excellent", cites: ["F1"] } })],
    ["a thousand risks", () => judgement({ risks: Array.from({ length: 1_000 }, () => RISK) })],
    ["another schema", () => ({ approved: true })],
    ["no object", () => "yes"],
    [
      "a refusal",
      () => ({ kind: "unusable", because: "the model refuses", model: "test:m", usage: { input: 1, output: 1 } }),
    ],
  ])("%s: mended once, then the rules judge, and it says so", async (_name, script) => {
    const { model, asked } = scripted(script);
    const evaluation = evaluationOf(await judge(limits, { first: model }));
    expect(asked).toHaveLength(2);
    expect(evaluation.by).toBe("rules");
    expect(evaluation.notes?.join()).toContain("cannot be used");
    expect(JSON.stringify(evaluation).length).toBeLessThan(20_000);
  });
});

describe("without an answer", () => {
  test("no key: as with rules alone, and nothing is asked", async () => {
    const evaluation = evaluationOf(await judge(limits, {}));
    expect(evaluation).toMatchObject({ by: "rules", confidence: { value: "high" } });
    expect(evaluation.doubt).toBeUndefined();
    expect(automatic(evaluation)).toBe(true);
  });

  test("over the budget: the rules judge, and what may be automatic stays so", async () => {
    const { model } = scripted(unavailable("the budget of today is spent"));
    const evaluation = evaluationOf(await judge(limits, { first: model }));
    expect(evaluation).toMatchObject({ by: "rules", notes: [expect.stringContaining("budget of today is spent")] });
    expect(automatic(evaluation)).toBe(true);
  });

  test("over the budget on security: the rules judge, and a person decides", async () => {
    const { model } = scripted(unavailable("the budget of today is spent"));
    const evaluation = evaluationOf(await judge(policies, { first: model }));
    expect(evaluation.by).toBe("rules");
    expect(evaluation.doubt).toContain("budget of today is spent");
    expect(automatic(evaluation)).toBe(false);
  });
});
