/** Experts that say "not my field" by rules and over a vendor's API: who judges it then, and what the router is told. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ledgeredModel } from "../../shared/adapters/llm/ledgered.ts";
import { EXPERTS, type Improvement, type RoutingFeedback } from "../../shared/domain/improvement.ts";
import { TOPICS } from "../../shared/domain/lexicon.ts";
import { memoryLedger } from "../../shared/models/memory-ledger.ts";
import { labelOf } from "../../shared/routing/learning/labels.ts";
import { evaluationOf, judge, scripted } from "../support/expert-rounds.ts";
import { judgement, limits } from "../support/experts.ts";
import { type ModelServer, modelServer } from "../support/models/server.ts";
import { AT, backups, foreign, plain, word } from "../support/scope.ts";

describe("rules", () => {
  test("pass on what is clearly another's: that one judges, and the router is told", async () => {
    const run = await judge(backups, {});
    const evaluation = evaluationOf(run);
    expect(run.outcome).toMatchObject({
      to: "categorized",
      because: expect.stringContaining("passed on to database by the architecture expert"),
      patch: {
        expert: "database",
        routing_feedback: { right: false, expert: "database", by: "expert:architecture", at: AT },
      },
    });
    expect(evaluation).toMatchObject({
      expert: "database",
      by: "rules",
      passed_on: {
        from: "architecture",
        because: expect.stringContaining("nothing in the text is for the architecture"),
      },
    });
    expect(evaluation.doubt).toBeUndefined();
  });

  test("tell the router in words it learns from", async () => {
    const { outcome, record } = await judge(backups, {});
    const learned = { ...record.improvement, ...outcome.patch } as Improvement;
    expect(labelOf({ ...learned, routing_decision: decided("architecture") }, "categorized")).toMatchObject({
      label: "database",
      right: false,
      by: "expert",
    });
  });

  test.each<[string, Partial<Improvement>]>([
    ["speaks of both", { title: "Set memory limits on Postgres", description: "And back it up with pg_dump." }],
    [
      "is its own by what the title asks for",
      { title: limits.title, description: `${backups.title}. ${backups.title}.` },
    ],
    [
      "is another's, but speaks of its own as well",
      { description: `${backups.description} The job's pods get memory limits.` },
    ],
    ["is nobody's", { title: "Be nicer", description: "Smile." }],
    ["is only claimed to be another's", { title: "Be nicer", description: "Smile.", category: "database" }],
  ])("keep a text that %s", async (_name, over) => {
    const { outcome } = await judge({ ...backups, ...over }, {});
    expect(outcome.patch.expert_evaluation?.passed_on).toBeUndefined();
    expect(outcome.patch.routing_feedback).toBeUndefined();
  });

  test("pass it on although a person said no more than that it is wrong, whose word stays", async () => {
    const routing_feedback: RoutingFeedback = { right: false, by: "person:anna", because: "no", at: AT };
    const { outcome } = await judge({ ...backups, routing_feedback }, {});
    expect(outcome.patch.expert_evaluation).toMatchObject({ passed_on: { from: "architecture" } });
    expect(outcome.patch).not.toHaveProperty("routing_feedback");
  });

  test.each<[string, Partial<Improvement>]>([
    ["a person has", { routing_feedback: word("person:anna", "architecture") }],
    ["another expert has, and it never goes back", { routing_feedback: word("expert:database", "architecture") }],
    [
      "the keyword rules of the operator have",
      { routing: [{ tier: "keywords", expert: "architecture", confidence: 1, because: "own" }] },
    ],
  ])("pass on nothing from the expert whom %s chosen", async (_name, over) => {
    const { outcome } = await judge({ ...backups, ...over }, {});
    expect(outcome.to).toBe("pending_review");
    expect(outcome.patch.expert_evaluation?.passed_on).toBeUndefined();
    expect(outcome.patch.routing_feedback).toBeUndefined();
  });

  test("leave it to a person where the category has another measure than the one who gets it", async () => {
    const run = await judge({ ...backups, category: "architecture" }, {});
    expect(run.outcome.to).toBe("pending_review");
    expect(evaluationOf(run)).toMatchObject({
      expert: "database",
      passed_on: { from: "architecture" },
      doubt: expect.stringContaining("does not judge the category architecture"),
    });
  });

  test("give whatever the lexicon knows to its own expert or to a person, whoever had it, and to nobody else", async () => {
    let passed = 0;
    for (const topic of TOPICS) {
      for (const expert of EXPERTS.filter((one) => one !== topic.expert)) {
        const { title, advice: description, category } = topic;
        const { outcome } = await judge({ ...limits, title, description, category, expert, quotes: [] }, {});
        const { expert_evaluation: evaluation, routing_feedback: word } = outcome.patch;
        if (evaluation === undefined) expect(outcome.to).toBe("pending_review");
        else
          expect([topic.id, evaluation?.expert, evaluation?.passed_on?.from]).toEqual([topic.id, topic.expert, expert]);
        expect(word?.expert).toBe(evaluation?.expert);
        if (evaluation !== undefined) passed += 1;
      }
    }
    expect(passed).toBeGreaterThan(TOPICS.length);
  });

  test("ask the model of the one who gets it, and pay only that one", async () => {
    const { model, asked } = scripted(() => judgement());
    const evaluation = evaluationOf(await judge({ ...backups, expert: "monitoring" }, { first: model }));
    expect(asked[0]?.payer).toBe("database");
    expect(asked.map(({ payer }) => payer)).not.toContain("monitoring");
    expect(evaluation).toMatchObject({ expert: "database", passed_on: { from: "monitoring" } });
  });

  test("are not overruled by the model of the one who gets it", async () => {
    const { model, asked } = scripted(() => foreign("networking"));
    const run = await judge({ ...backups, expert: "monitoring" }, { first: model });
    expect(asked[0]?.payer).toBe("database");
    expect(evaluationOf(run)).toMatchObject({
      expert: "database",
      passed_on: { from: "monitoring" },
      notes: [expect.stringContaining("does not count")],
    });
    expect(run.outcome.patch.routing_feedback).toMatchObject({ expert: "database", by: "expert:monitoring" });
  });
});

describe("over a vendor's own API", () => {
  let server: ModelServer;
  beforeAll(async () => {
    server = await modelServer();
  });
  afterEach(() => server.calm());
  afterAll(() => server.close());

  test.each(["anthropic", "openai"] as const)("%s: both experts are asked once, paid and on record", async (vendor) => {
    const env =
      vendor === "anthropic"
        ? { ANTHROPIC_API_KEY: server.key, ANTHROPIC_BASE_URL: server.url }
        : { OPENAI_API_KEY: server.key, OPENAI_BASE_URL: server.url };
    const chosen = vendor === "anthropic" ? "anthropic:claude-opus-5-5" : "openai:gpt-5.6-terra";
    const model = ledgeredModel(env, memoryLedger(), { variable: "EXPERT_MODELS", chosen, purpose: "evaluate/x" });
    server.say({ value: foreign("networking") }, { value: judgement() }, { value: judgement() });
    const { outcome, record } = await judge(plain, { first: model });
    expect(server.violations).toEqual([]);
    expect(evaluationOf({ outcome })).toMatchObject({ expert: "networking", passed_on: { from: "architecture" } });
    expect(record.improvement.model_calls?.slice(0, 2)).toMatchObject([
      { prompt: "evaluate/architecture@2" },
      { prompt: "evaluate/networking@2" },
    ]);
  });

  test("null stands for nothing said, as vendors with strict schemas send it", async () => {
    const env = { OPENAI_API_KEY: server.key, OPENAI_BASE_URL: server.url };
    const wanted = { variable: "EXPERT_MODELS", chosen: "openai:gpt-5.6-terra", purpose: "evaluate/x" };
    server.say({ value: { ...judgement(), out_of_scope: null } });
    const { outcome } = await judge(limits, { first: ledgeredModel(env, memoryLedger(), wanted) });
    expect(evaluationOf({ outcome })).toMatchObject({ expert: "architecture", by: "openai:gpt-5.6-terra" });
  });
});

function decided(expert: "architecture"): NonNullable<Improvement["routing_decision"]> {
  const one = { expert, tier: "classifier", confidence: 0.8 };
  return {
    arm: "learned",
    share: 1,
    bucket: 0,
    ...one,
    arms: { rules: one, learned: one },
    complexity: 1,
    ms: 1,
    at: AT,
  };
}
