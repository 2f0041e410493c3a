/** LanguageModel over both vendors' wire formats, against a stand-in that speaks them over HTTP. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { modelPort } from "../../shared/adapters/llm/open.ts";
import { modelSettings } from "../../shared/adapters/llm/settings.ts";
import type { LanguageModel, ModelAnswer } from "../../shared/model-ports.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { anthropicFields } from "../support/models/anthropic.ts";
import { openAiFields } from "../support/models/openai.ts";
import { type ModelServer, modelServer } from "../support/models/server.ts";
import type { Fault, Reply } from "../support/models/wire.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await modelServer();
});
afterAll(() => server.close());
beforeEach(() => server.calm());
afterEach(() => expect(server.violations).toEqual([]));

const question = {
  system: "You plan.",
  prompt: "What now?",
  name: "plan_change",
  schema: { type: "object", properties: { a: { type: "integer" } }, required: ["a"], additionalProperties: false },
  maxTokens: 500,
};
const value = { a: 1 };
const says = (pattern: RegExp) => expect.stringMatching(pattern) as string;
const quiet = new AbortController().signal;

type Variables = Record<string, string>;
const vendors = {
  anthropic: () => ({ ANTHROPIC_API_KEY: server.key, ANTHROPIC_BASE_URL: server.url }),
  openai: () => ({ OPENAI_API_KEY: server.key, OPENAI_BASE_URL: server.url }),
  llmd: () => ({ LLMD_ENDPOINT: server.url }),
};
type Vendor = keyof typeof vendors;

function model(vendor: Vendor, more: Variables = {}): LanguageModel {
  const env: Variables = { LLM_TIMEOUT: "20", ...vendors[vendor](), ...more };
  const port = modelPort(env, "PLAN_MODEL", env["PLAN_MODEL"]);
  if (port === undefined) throw new Error("no model is configured");
  return port;
}
const ask = (vendor: Vendor, more?: Variables): Promise<ModelAnswer> => model(vendor, more).answer(question, quiet);

describe.each(["anthropic", "openai", "llmd"] as const)("%s", (vendor) => {
  test("a structured answer comes with its model and what it cost", async () => {
    server.say({ value });
    expect(await ask(vendor)).toEqual({
      kind: "answered",
      value,
      model: expect.stringMatching(new RegExp(`^${vendor}:\\S+`)) as string,
      // Of the same thousand tokens: what is not said cannot be told.
      usage: { input: 1_000, output: 40, cacheRead: 900, cacheWrite: 0 },
    });
    expect(server.asked).toEqual([
      { system: expect.stringContaining("You plan.") as string, prompt: "What now?", schema: question.schema },
    ]);
  });

  test.each<[string, Reply, RegExp]>([
    ["a refusal", { refusal: "I cannot help with that." }, /refuses/],
    ["an answer that ends at the limit", { cut: true }, /cut off/],
    ["prose", { text: "I would rather not say." }, /does not call|no JSON/],
    ["half an object", { text: '{"a": ' }, /does not call|no JSON/],
  ])("%s is unusable, and was paid for", async (_name, reply, because) => {
    server.say(reply);
    expect(await ask(vendor)).toMatchObject({
      kind: "unusable",
      because: says(because),
      usage: { output: 40 },
    });
  });

  test("JSON among other words is found", async () => {
    server.say({ text: 'I think <think>{"a": 2}</think> so:\n```json\n{"a": 1}\n```' });
    expect(await ask(vendor)).toMatchObject({ kind: "answered", value });
  });

  test("what passes is tried again, after the time the vendor names", async () => {
    server.fail({ status: 429, message: "slow down", headers: { "retry-after-ms": "5" } });
    server.fail({ status: 503, message: "busy", headers: { "retry-after-ms": "5" } });
    server.say({ value });
    expect(await ask(vendor, { PLAN_MODEL: "m" })).toMatchObject({ kind: "answered" });
    expect(server.requests).toHaveLength(3);
  });

  test.each<Fault>(["truncated", "reset", "stall", "proxy page"])(
    "%s: perhaps it was paid for, so it is asked once more and not again",
    async (fault) => {
      server.fail(fault);
      server.say({ value }, { value });
      const more = { PLAN_MODEL: "m", LLM_TIMEOUT: fault === "stall" ? "1.5" : "20" };
      expect(await ask(vendor, more)).toMatchObject({ kind: "answered", value });
      server.calm();
      server.fail(fault, 9);
      expect(await ask(vendor, { ...more, LLM_TIMEOUT: fault === "stall" ? "0.5" : "20" })).toMatchObject({
        kind: "unavailable",
        because: says(/cut short|out of reach|not answer within|does not answer as one/),
      });
      expect(server.requests.length).toBeLessThanOrEqual(2);
    },
  );

  test.each<[string, Fault, Variables, RegExp]>([
    ["a limit that lasts", { status: 429, message: "m", headers: { "retry-after-ms": "1" } }, {}, /limits how much/],
    ["an outage", { status: 500, message: "m", headers: { "retry-after-ms": "1" } }, {}, /out of order \(500\)/],
    ["a retry-after beyond the time there is", limited(3_600), {}, /limits how much may be asked \(429\), for 3600 s/],
    ["a moment beyond it", limited("Wed, 21 Oct 2099 07:28:00 GMT"), {}, /limits how much may be asked \(429\), for/],
    ["an overload", { status: 529, message: "m", headers: { "retry-after-ms": "1" } }, {}, /out of order \(529\)/],
    ["silence", "silence", { LLM_TIMEOUT: "0.3" }, /not answer within 0.\d s/],
    ["an answer that stalls", "stall", { LLM_TIMEOUT: "0.3" }, /not answer within 0.\d s/],
    ["somebody else's page", "proxy page", {}, /does not answer as one.*check/],
    ["a model nobody knows", { status: 404, message: "no model m" }, {}, /knows no such model.*check/],
    ["a question it does not take", { status: 413, message: "too large" }, {}, /\(413\).*too large/],
  ])("%s makes it unavailable, and says what to do", async (_name, fault, more, because) => {
    server.fail(fault, 9);
    const answer = await ask(vendor, { PLAN_MODEL: "m", ...more });
    expect(answer).toMatchObject({ kind: "unavailable", because: says(because) });
  });

  test("nobody there", async () => {
    const away = { ANTHROPIC_BASE_URL: NOBODY, OPENAI_BASE_URL: NOBODY, LLMD_ENDPOINT: NOBODY };
    const env = { ...vendors[vendor](), LLM_TIMEOUT: "20", PLAN_MODEL: `${vendor}:m` };
    const known = Object.entries(away).filter(([name]) => name in env);
    const port = modelPort({ ...env, ...Object.fromEntries(known) }, "PLAN_MODEL", env.PLAN_MODEL);
    expect(await port?.answer(question, quiet)).toMatchObject({ kind: "unavailable", because: says(/out of reach/) });
  });

  test("a caller that goes away ends the question at once", async () => {
    server.fail("silence");
    const stop = new AbortController();
    const answer = model(vendor, { PLAN_MODEL: "m" }).answer(question, stop.signal);
    stop.abort(new Error("the lease is lost"));
    await expect(answer).rejects.toThrow("the lease is lost");
  });
});

function limited(seconds: number | string): Fault {
  return { status: 429, message: "slow down", headers: { "retry-after": String(seconds) } };
}
const NOBODY = "http://127.0.0.1:9";

test.each(["anthropic", "openai"] as const)(
  "%s: a key it does not take is told, the key itself is not",
  async (vendor) => {
    const wrong = "sk-wrong-9876543210";
    const answer = await ask(vendor, { ANTHROPIC_API_KEY: wrong, OPENAI_API_KEY: wrong, PLAN_MODEL: `${vendor}:m` });
    expect(answer).toMatchObject({
      kind: "unavailable",
      because: says(/does not accept the key \(401\): check \w+_API_KEY/),
    });
    expect(JSON.stringify(answer)).not.toContain(wrong);
  },
);

describe("servers that know less", () => {
  test("a model that thinks is asked for the tool instead of being made to call it, once found out", async () => {
    server.is({ thinks: true });
    server.say({ value }, { value });
    const port = model("anthropic");
    expect(await port.answer(question, quiet)).toMatchObject({ kind: "answered", value });
    expect(await port.answer(question, quiet)).toMatchObject({ kind: "answered", value });
    expect(server.requests).toHaveLength(3);
  });

  test.each<[("schema" | "function" | "limit")[], number]>([
    [["schema"], 2],
    [["schema", "function"], 3],
    [["limit"], 2],
    [["schema", "function", "limit"], 4],
  ])("without %j: the next best form, found out once", async (lacks, requests) => {
    server.is({ lacks });
    server.say({ value }, { value });
    const port = model("openai");
    expect(await port.answer(question, quiet)).toMatchObject({ kind: "answered", value });
    expect(server.requests).toHaveLength(requests);
    expect(await port.answer(question, quiet)).toMatchObject({ kind: "answered", value });
    expect(server.requests).toHaveLength(requests + 1);
    const last = server.asked.at(-1);
    expect(`${last?.system}${JSON.stringify(last?.schema)}`).toContain("additionalProperties");
  });

  test("an endpoint is asked what it serves, and keeps nobody's key", async () => {
    server.serve("mistral-small", "other");
    server.say({ value });
    expect(await ask("llmd", { OPENAI_API_KEY: "sk-somebody-else" })).toMatchObject({ model: "llmd:mistral-small" });
    expect(server.requests).toEqual(["GET /v1/models", "POST /v1/chat/completions"]);
  });
});

describe("settings", () => {
  const all = { ANTHROPIC_API_KEY: "a", OPENAI_API_KEY: "o", LLMD_ENDPOINT: "http://m:8000" };

  test.each<[string, Variables, string | undefined, object | undefined]>([
    ["nothing is configured", {}, undefined, undefined],
    ["none is wanted", all, "none", undefined],
    [
      "the own endpoint comes first",
      all,
      undefined,
      { vendor: "llmd", baseUrl: "http://m:8000/v1", apiKey: undefined },
    ],
    ["a key of Anthropic", { ANTHROPIC_API_KEY: "a" }, undefined, { vendor: "anthropic", model: says(/^claude-/) }],
    [
      "a key of OpenAI",
      { OPENAI_API_KEY: "o" },
      undefined,
      { vendor: "openai", model: says(/^gpt-/), baseUrl: undefined },
    ],
    ["a name that says whose it is", all, "claude-x", { vendor: "anthropic", model: "claude-x" }],
    ["any other name", { ...all, LLMD_ENDPOINT: "" }, "openai:gpt-x", { vendor: "openai", model: "gpt-x" }],
    ["names with signs in them", all, "llmd:org/model:7b", { vendor: "llmd", model: "org/model:7b" }],
    ["a path stays", { OPENAI_BASE_URL: "https://m/api" }, "m", { vendor: "openai", baseUrl: "https://m/api" }],
    ["the time", { ...all, LLM_TIMEOUT: "5" }, undefined, { timeoutMs: 5_000 }],
  ])("%s", (_name, env, chosen, expected) => {
    const set = Object.fromEntries(Object.entries(env).filter(([, text]) => text !== ""));
    const settings = modelSettings(set, "PLAN_MODEL", chosen);
    if (expected === undefined) expect(settings).toBeUndefined();
    else expect(settings).toMatchObject(expected);
  });

  test.each<[Variables, string | undefined, RegExp]>([
    [{}, "claude-x", /PLAN_MODEL: claude-x needs ANTHROPIC_API_KEY/],
    [{ ANTHROPIC_API_KEY: "a" }, "openai:gpt-x", /needs OPENAI_API_KEY or OPENAI_BASE_URL/],
    [{}, "llmd:m", /needs LLMD_ENDPOINT/],
    [{ LLMD_ENDPOINT: "m:8000" }, undefined, /LLMD_ENDPOINT: must be http/],
    [{ LLM_TIMEOUT: "900" }, undefined, /LLM_TIMEOUT/],
  ])("%j with %s is refused", (env, chosen, because) => {
    const read = () => modelSettings(env, "PLAN_MODEL", chosen);
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(because);
  });

  test("what the stand-ins take are fields of the vendors", () => {
    expect(anthropicFields).toContain("tools");
    expect(openAiFields).toContain("response_format");
  });
});
