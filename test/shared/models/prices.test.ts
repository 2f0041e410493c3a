import { expect, test } from "vitest";
import { mostOf } from "../../../shared/models/estimate.ts";
import { costOf, mostCostOf, type Price, priceOf } from "../../../shared/models/prices.ts";
import { ledgerSettings } from "../../../shared/models/settings.ts";

const price = (name: string, own = {}) => priceOf(name, own) as Price;

test.each<[string, number | undefined]>([
  ["anthropic:claude-sonnet-5-5", 2],
  ["anthropic:claude-haiku-4-5-20251001", 1],
  ["openai:gpt-5.6-terra", 2],
  ["openai:gpt-5.6-terra-2026-07-09", 2],
  ["openai:my-own-model", undefined],
  ["openai:constructor", undefined],
  ["anthropic:claude-sonnet-99", undefined],
  ["llmd:claude-sonnet-5-5", undefined],
  ["llmd:", undefined],
])("the price of %s is %s for a million tokens, or not known", (name, input) => {
  expect(priceOf(name, {})?.input).toBe(input);
});

test("LLM_PRICES adds to the list and overrides it, also for what serves a model by itself", () => {
  const { prices } = ledgerSettings({
    LLM_PRICES: '{"llmd:own": {"input": 1, "output": 2}, "gpt-5.6-terra": {"input": 7, "output": 8, "cacheRead": 0}}',
  });
  expect(priceOf("llmd:own", prices)).toEqual({ input: 1, output: 2, cacheRead: 1, cacheWrite: 1 });
  expect(price("openai:gpt-5.6-terra", prices)).toMatchObject({ input: 7, cacheRead: 0 });
});

test.each([
  "nonsense",
  "[]",
  '{"m": {"input": -1, "output": 1}}',
  '{"m": {"input": 1}}',
  '{"m": {"in": 1, "output": 2}}',
])("LLM_PRICES=%s is refused with an example", (text) => {
  expect(() => ledgerSettings({ LLM_PRICES: text })).toThrow(/LLM_PRICES: must be JSON like/);
});

test("what comes from a cache and goes there has its own price, and long questions theirs", () => {
  const sonnet = price("anthropic:claude-sonnet-5-5");
  expect(costOf({ input: 1_000_000, output: 0, cacheRead: 500_000, cacheWrite: 250_000 }, sonnet)).toBeCloseTo(
    0.5 + 0.1 + 1,
  );
  const haiku = price("anthropic:claude-haiku-5-5");
  expect(costOf({ input: 100_000, output: 1_000 }, haiku)).toBeCloseTo(0.0105);
  expect(costOf({ input: 100_001, output: 1_000 }, haiku)).toBeCloseTo(0.0525);
});

test("no way to count a question costs more than what is reserved for it", () => {
  const text = "日本語 🙂 ".repeat(50);
  const question = { system: text, prompt: text, name: "judge", schema: {}, maxTokens: 500 };
  const most = mostOf(question, ["anthropic:claude-haiku-4-5", "anthropic:claude-opus-5-5"], {});
  const bytes = Buffer.byteLength(text) * 2;
  const opus = price("anthropic:claude-opus-5-5");
  for (const usage of [
    { input: bytes, output: 500 },
    { input: bytes, output: 500, cacheWrite: bytes },
    { input: bytes, output: 500, cacheRead: bytes },
  ]) {
    expect(most.micros).toBeGreaterThanOrEqual(costOf(usage, opus) * 1e6);
    expect(most.tokens).toBeGreaterThanOrEqual(usage.input + usage.output);
  }
  expect(mostCostOf(200_000, 0, price("anthropic:claude-haiku-5-5"))).toBeCloseTo(0.2);
});
