/** The experts over a vendor's own API: what is sent is what the vendor describes, and what it cost is on record. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ledgeredModel } from "../../shared/adapters/llm/ledgered.ts";
import { memoryLedger } from "../../shared/models/memory-ledger.ts";
import { automatic, evaluationOf, judge } from "../support/expert-rounds.ts";
import { judgement, limits, policies } from "../support/experts.ts";
import { type ModelServer, modelServer } from "../support/models/server.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await modelServer();
});
afterAll(() => server.close());

function modelOf(vendor: "anthropic" | "openai", more: Readonly<Record<string, string>> = {}) {
  const env =
    vendor === "anthropic"
      ? { ANTHROPIC_API_KEY: server.key, ANTHROPIC_BASE_URL: server.url }
      : { OPENAI_API_KEY: server.key, OPENAI_BASE_URL: server.url };
  const chosen = vendor === "anthropic" ? "anthropic:claude-opus-5-5" : "openai:gpt-5.6-terra";
  const wanted = { variable: "EXPERT_MODELS", chosen, purpose: "evaluate/security" };
  return ledgeredModel({ ...env, ...more }, memoryLedger(), wanted);
}

test.each(["anthropic", "openai"] as const)("two opinions over %s, each paid and on record", async (vendor) => {
  server.say({ value: judgement() }, { value: judgement({ effort: { value: "medium", cites: ["F1"] } }) });
  const { outcome, record } = await judge(policies, { first: modelOf(vendor) });
  expect(server.violations).toEqual([]);
  expect(outcome.to).toBe("categorized");
  expect(evaluationOf({ outcome })).toMatchObject({
    effort: { value: "medium" },
    second_opinion: { opinions: [{}, {}] },
  });
  expect(record.improvement.model_calls).toMatchObject([
    {
      prompt: "evaluate/security@2",
      prompt_hash: expect.stringMatching(/^[0-9a-f]{12}$/),
      answered_by: "vendor",
      priced: true,
    },
    { prompt: "evaluate/networking@2" },
  ]);
});

test("an answer that fits no schema is mended over the API, and both questions are on record", async () => {
  server.say({ value: { approved: true } }, { value: judgement() });
  const { outcome, record } = await judge(limits, { first: modelOf("anthropic") });
  expect(evaluationOf({ outcome }).by).toBe("anthropic:claude-opus-5-5");
  expect(record.improvement.model_calls).toHaveLength(2);
  expect(server.asked.at(-1)?.prompt).toContain("<earlier_answer>");
});

test("a budget that is spent leaves it to the rules and, on security, to a person; nobody is asked", async () => {
  const before = server.requests.length;
  const model = modelOf("anthropic", { LLM_BUDGET_DAY: "0.000001" });
  const evaluation = evaluationOf(await judge(policies, { first: model }));
  expect(server.requests.length).toBe(before);
  expect(evaluation).toMatchObject({ by: "rules", doubt: expect.stringMatching(/budget/) });
  expect(automatic(evaluation)).toBe(false);
});
