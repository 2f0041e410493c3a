/** What the coordinator is told of the models: names of each who asks, reasons, never a key. */
import { expect, test } from "vitest";
import { modelsInUse } from "../../../build/local/models-in-use.ts";

const by = (env: Record<string, string>) =>
  Object.fromEntries(modelsInUse(env).map(({ purpose, models, because }) => [purpose, because ?? models.join(" ")]));

test("nothing is said where no model is configured, or none is wanted", () => {
  expect(modelsInUse({})).toEqual([]);
  expect(
    modelsInUse({ OPENAI_API_KEY: "k", PLAN_MODEL: "none", EXTRACT_MODEL: "none", EXPERT_MODELS: "none" }),
  ).toEqual([]);
});

test("each who asks is named with its own model, and validate only where one is named for it", () => {
  const env = { ANTHROPIC_API_KEY: "the-key", PLAN_MODEL: "none", EXPERT_MODELS: "security=claude-fable-5-1" };
  expect(by(env)).toMatchObject({
    ingest: "anthropic:claude-sonnet-5-5",
    "evaluate/security": "anthropic:claude-fable-5-1",
    "evaluate/architecture": "anthropic:claude-opus-5-5",
    plan: "",
    validate: "",
  });
  expect(JSON.stringify(modelsInUse(env))).not.toContain("the-key");
  expect(by({ ...env, VALIDATE_MODEL: "claude-haiku-5-5", LLM_CHEAP_MODEL: "claude-haiku-4-5" })).toMatchObject({
    validate: "anthropic:claude-haiku-5-5",
    "over budget": "anthropic:claude-haiku-4-5",
  });
});

test("of a pool every model that may answer is named", () => {
  const LLM_ENDPOINTS = "openai:gpt-6-sol@https://a.example/v1,llmd:qwen@http://b.example:8000";
  expect(by({ LLM_ENDPOINTS })["plan"]).toBe("openai:gpt-6-sol llmd:qwen");
});

test("a model that is named and cannot be asked says why", () => {
  expect(by({ OPENAI_API_KEY: "k", PLAN_MODEL: "anthropic:claude-opus-5-5" })["plan"]).toBe(
    "PLAN_MODEL: anthropic:claude-opus-5-5 needs ANTHROPIC_API_KEY",
  );
});
