/** Which model each expert is asked of. */
import { expect, test } from "vitest";
import { chosenModels } from "../../functions/evaluate/expert-models.ts";

const KEY = { ANTHROPIC_API_KEY: "k" };

test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string | undefined>>]>([
  ["nothing configured", {}, { security: undefined, monitoring: undefined }],
  [
    "Anthropic's key: the platform's listing",
    KEY,
    {
      architecture: "anthropic:claude-opus-5-5",
      integration: "anthropic:claude-sonnet-5-5",
      security: "anthropic:claude-opus-5-5",
      database: "anthropic:claude-sonnet-5-5",
      networking: "anthropic:claude-sonnet-5-5",
      monitoring: "anthropic:claude-haiku-5-5",
    },
  ],
  ["an endpoint of one's own goes first", { ...KEY, LLMD_ENDPOINT: "http://m:8000" }, { security: undefined }],
  ["a pool likewise", { ...KEY, LLM_ENDPOINTS: "llmd:m@http://m:8000" }, { security: undefined }],
  ["one for all", { ...KEY, EXPERT_MODELS: "none" }, { security: "none", monitoring: "none" }],
  [
    "some of them",
    { ...KEY, EXPERT_MODELS: " security=openai:gpt-5.6-terra , database = none," },
    { security: "openai:gpt-5.6-terra", database: "none", monitoring: "anthropic:claude-haiku-5-5" },
  ],
  [
    "the same as lines of YAML",
    { EXPERT_MODELS: "security: openai:gpt-5.6-terra\nmonitoring: claude-haiku-4\n" },
    { security: "openai:gpt-5.6-terra", monitoring: "claude-haiku-4", database: undefined },
  ],
  ["the same as JSON", { EXPERT_MODELS: '{"security":"m"}' }, { security: "m", database: undefined }],
])("%s", (_name, env, expected) => {
  expect(chosenModels(env)).toMatchObject(expected);
});

test.each(["secrity=m", "security=", "security", "{oops", '{"security":1}', "=m"])(
  "%s is refused or one model",
  (text) => {
    // A word alone is a model's name; everything else names an expert nobody knows, or no model.
    if (text === "security") expect(chosenModels({ EXPERT_MODELS: text }).database).toBe("security");
    else expect(() => chosenModels({ EXPERT_MODELS: text })).toThrow(/EXPERT_MODELS must be/);
  },
);
