/** Several endpoints of both vendors over HTTP: which are asked, what they are told to keep, and what a bad day costs. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { endpointSettings } from "../../shared/adapters/llm/endpoints.ts";
import { modelNames, modelPort } from "../../shared/adapters/llm/open.ts";
import type { ModelAnswer, ModelQuestion } from "../../shared/model-ports.ts";
import type { CallReport } from "../../shared/models/attempt.ts";
import { seeded } from "../../shared/models/picker.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { Capacity } from "../support/models/capacity.ts";
import { type ModelServer, modelServer } from "../support/models/server.ts";
import type { Asked, Fault, Reply } from "../support/models/wire.ts";

let servers: ModelServer[];
beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: 4 }, () => modelServer()));
});
afterAll(() => Promise.all(servers.map((server) => server.close())));
beforeEach(() => servers.forEach((server) => server.calm()));
afterEach(() => expect(servers.flatMap(({ violations }) => violations)).toEqual([]));

const at = (i: number): ModelServer => servers[i] as ModelServer;
const quiet = new AbortController().signal;
const value = { a: 1 };
const question: ModelQuestion = {
  shared: ["The cluster. ".repeat(400), "Its decisions. ".repeat(400)],
  system: "You are the expert for security.",
  prompt: "What now?",
  name: "judge",
  schema: { type: "object", properties: { a: { type: "integer" } }, required: ["a"], additionalProperties: false },
  maxTokens: 500,
};

type Variables = Record<string, string>;
function pool(vendors: readonly string[], more: Variables = {}, onCall?: (call: CallReport) => void) {
  const key = at(0).key;
  const env = {
    LLM_ENDPOINTS: vendors.map((vendor, i) => `${vendor}:m@${at(i).url}`).join(","),
    LLM_TIMEOUT: "20",
    ANTHROPIC_API_KEY: key,
    OPENAI_API_KEY: key,
    ...more,
  };
  const port = modelPort(env, "EXPERT_MODELS", undefined, onCall === undefined ? {} : { onCall });
  if (port === undefined) throw new Error("no model is configured");
  return port;
}

describe("what is told to be kept", () => {
  interface Block {
    readonly text: string;
    readonly cache_control?: object;
  }
  const systemOf = ({ bodies }: ModelServer, i = 0) => (bodies[i] as { body: { system: Block[] } }).body.system;

  test("Anthropic: what is shared for an hour, the question's own instructions for five minutes", async () => {
    at(0).say({ value });
    await pool(["anthropic"]).answer(question, quiet);
    expect(systemOf(at(0))).toEqual([
      { type: "text", text: question.shared?.[0], cache_control: { type: "ephemeral", ttl: "1h" } },
      { type: "text", text: question.shared?.[1], cache_control: { type: "ephemeral", ttl: "1h" } },
      { type: "text", text: question.system, cache_control: { type: "ephemeral" } },
    ]);
  });

  test.each<[string, string[], number[]]>([
    ["nothing is shared", [], [0]],
    ["what is shared is too short to be kept", ["short"], [1]],
    ["empty parts are left out", ["", "long ".repeat(300)], [0, 1]],
    ["more parts than may be marked", Array.from({ length: 6 }, (_, i) => `${i} long `.repeat(300)), [0, 1, 5, 6]],
  ])("Anthropic: %s", async (_name, shared, marked) => {
    at(0).say({ value });
    await pool(["anthropic"]).answer({ ...question, shared }, quiet);
    const marks = systemOf(at(0)).flatMap(({ cache_control: mark }, i) => (mark === undefined ? [] : [i]));
    expect(marks).toEqual(marked);
  });

  test.each<[("lifetimes" | "marks")[], number, object | undefined]>([
    [["lifetimes"], 2, { type: "ephemeral" }],
    [["lifetimes", "marks"], 3, undefined],
  ])("Anthropic's like without %j: found out once", async (lacks, requests, mark) => {
    at(0).is({ lacks });
    at(0).say({ value }, { value });
    const port = pool(["anthropic"]);
    expect(await port.answer(question, quiet)).toMatchObject({ kind: "answered" });
    expect(at(0).requests).toHaveLength(requests);
    expect(await port.answer(question, quiet)).toMatchObject({ kind: "answered" });
    expect(at(0).requests).toHaveLength(requests + 1);
    expect(systemOf(at(0), 1)[0]?.cache_control).toEqual(mark);
  });

  test("two improvements share the bytes of everything before them, and the word for it", async () => {
    at(0).say({ value }, { value }, { value });
    const port = pool(["openai"]);
    await port.answer({ ...question, prompt: "improvement 1" }, quiet);
    await port.answer({ ...question, prompt: "improvement 2" }, quiet);
    await port.answer({ ...question, system: "You are another expert." }, quiet);
    const [first, second, third] = at(0).bodies.map(({ body, headers }) => {
      const { messages } = body as { messages: { role: string; content: string }[] };
      return {
        roles: messages.map(({ role }) => role),
        system: messages[0]?.content ?? "",
        session: headers["x-session-id"],
      };
    });
    expect(first?.roles).toEqual(["system", "user"]);
    expect(first).toEqual(second);
    expect(first?.system.startsWith((question.shared ?? []).join("\n\n"))).toBe(true);
    expect(third?.session).not.toBe(first?.session);
    expect(third?.system.startsWith((question.shared ?? []).join("\n\n"))).toBe(true);
  });
});

describe("which endpoints", () => {
  const both = {
    LLM_ENDPOINTS: "openai:q@http://a:1, openai:q@http://b:2/api,anthropic:c@http://c:3,llmd:@http://d:4",
    OPENAI_API_KEY: "o",
    ANTHROPIC_API_KEY: "x",
  };

  test.each<[string, Variables, string | undefined, string[] | undefined]>([
    [
      "all, when no model is named",
      both,
      undefined,
      ["q@http://a:1/v1", "q@http://b:2/api", "c@http://c:3", "@http://d:4/v1"],
    ],
    ["those that serve the model", both, "q", ["q@http://a:1/v1", "q@http://b:2/api"]],
    ["those of the vendor", both, "anthropic:c", ["c@http://c:3"]],
    ["the vendor itself for a model nobody serves", both, "claude-x", ["claude-x@"]],
    ["the pool's endpoints of the vendor without it", { LLM_ENDPOINTS: "llmd:a@http://a:1" }, "b", ["b@http://a:1/v1"]],
    ["none, when none is wanted", both, "none", undefined],
    ["the one vendor without a pool", { ANTHROPIC_API_KEY: "x" }, "claude-x", ["claude-x@"]],
    ["nothing at all", {}, undefined, undefined],
    ["names with signs in them", { LLM_ENDPOINTS: "llmd:org/m:7b@http://a:1" }, undefined, ["org/m:7b@http://a:1/v1"]],
    ["the vendor's own address", { LLM_ENDPOINTS: "openai:q", OPENAI_API_KEY: "o" }, undefined, ["q@"]],
  ])("%s", (_name, env, chosen, expected) => {
    const found = endpointSettings(env, "EXPERT_MODELS", chosen);
    expect(found?.map(({ model = "", baseUrl = "" }) => `${model}@${baseUrl}`)).toEqual(expected);
  });

  test("a key goes to its vendor's endpoints only", () => {
    const keys = endpointSettings(both, "EXPERT_MODELS", undefined)?.map(({ apiKey }) => apiKey);
    expect(keys).toEqual(["o", "o", "x", undefined]);
    expect(modelNames(both, "EXPERT_MODELS", undefined)).toEqual(["openai:q", "anthropic:c", "llmd:"]);
    expect(modelNames({}, "EXPERT_MODELS", undefined)).toEqual([]);
  });

  test.each<[string, RegExp]>([
    ["http://a:1", /vendor:model@http/],
    ["mistral:m@http://a:1", /vendor:model@http/],
    ["openai:m@http://user:s3cret@a:1", /no password/],
    ["llmd:m", /needs an address/],
    ["llmd:m@a:1", /needs an address/],
    ["anthropic:@http://a:1", /needs a model's name/],
    ["openai:m@http://", /needs an address/],
    ["openai:m@http://[", /no usable address/],
  ])("%s is refused, and what may be secret is not repeated", (text, because) => {
    const read = () => endpointSettings({ LLM_ENDPOINTS: text }, "EXPERT_MODELS", undefined);
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(because);
    expect(read).not.toThrow(/s3cret/);
  });

  test.each(["0", "many", "1000"])("%s questions at once are refused", (text) => {
    expect(() => modelPort({ LLMD_ENDPOINT: "http://a:1", LLM_CONCURRENCY: text }, "V", undefined)).toThrow(
      /LLM_CONCURRENCY/,
    );
  });
});

describe("bad days", () => {
  test("one endpoint down, one over its limits, one that refuses the key: the fourth answers", async () => {
    at(0).fail({ status: 503, message: "m" }, 99);
    at(1).fail({ status: 429, message: "m", headers: { "retry-after": "60" } }, 99);
    at(2).fail({ status: 401, message: "m" }, 99);
    at(3).say(...Array.from({ length: 9 }, () => ({ value })));
    const port = pool(["openai", "anthropic", "openai", "anthropic"]);
    for (let i = 0; i < 9; i += 1) expect(await port.answer(question, quiet)).toMatchObject({ model: "anthropic:m" });
    expect(at(1).requests.length + at(2).requests.length).toBeLessThanOrEqual(2);
  });

  test("no endpoint answers: each one's reason, and no key", async () => {
    at(0).fail({ status: 400, message: "context length exceeded" }, 9);
    at(1).fail({ status: 401, message: `bad key ${at(1).key}` }, 9);
    const answer = await pool(["openai", "anthropic"]).answer(question, quiet);
    expect(answer).toMatchObject({
      kind: "unavailable",
      endpoints: [
        {
          endpoint: `openai:m@${at(0).url}/v1`,
          because: expect.stringMatching(/does not take the question \(400\)/) as string,
        },
        {
          endpoint: `anthropic:m@${at(1).url}`,
          because: expect.stringMatching(/ANTHROPIC_API_KEY and LLM_ENDPOINTS/) as string,
        },
      ],
    });
    expect(JSON.stringify(answer)).not.toContain(at(1).key);
  });

  test("models of one process share what is known of an endpoint", async () => {
    const env = { LLM_ENDPOINTS: `openai:m@${at(0).url}`, OPENAI_API_KEY: at(0).key };
    at(0).fail({ status: 429, message: "m", headers: { "retry-after": "600" } });
    const ports = ["A", "B"].map((variable) => modelPort(env, variable, undefined));
    for (const port of ports) expect(await port?.answer(question, quiet)).toMatchObject({ kind: "unavailable" });
    expect(at(0).requests).toHaveLength(1);
  });

  test("one that says nothing is left of a limit is spared", async () => {
    for (const server of servers.slice(0, 2)) server.say(...Array.from({ length: 6 }, () => ({ value })));
    at(0).send({ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" });
    const port = pool(["openai", "openai"]);
    for (let i = 0; i < 6; i += 1) await port.answer(question, quiet);
    expect(at(0).asked.length).toBe(1);
  });

  test("1,000 questions, a fifth of the requests fail in every known way: all are answered, with their own answers", async () => {
    const random = seeded(3);
    const faults: readonly Fault[] = [
      { status: 429, message: "m", headers: { "retry-after-ms": "15" } },
      { status: 529, message: "m", headers: { "retry-after": "0.02" } },
      { status: 500, message: "m" },
      "truncated",
      "reset",
      "stall",
      "proxy page",
    ];
    const whole = new Map<string, number>();
    const say = ({ prompt }: Asked): Reply | Fault => {
      if (random() < 0.2) return faults[Math.floor(random() * faults.length)] as Fault;
      whole.set(prompt, (whole.get(prompt) ?? 0) + 1);
      return { value: { a: Number(prompt) } };
    };
    const capacities = servers.map(() => new Capacity({ slots: 4, kept: 3, perToken: 0, writing: () => 2 }));
    servers.forEach((server, i) => server.work(capacities[i] as Capacity, say));
    const calls: CallReport[] = [];
    const port = pool(["openai", "anthropic", "openai", "anthropic"], { LLM_TIMEOUT: "4" }, (call) => calls.push(call));

    let again = 0;
    async function untilAnswered(id: number): Promise<ModelAnswer> {
      for (;;) {
        const answer = await port.answer({ ...question, prompt: String(id) }, quiet);
        if (answer.kind === "answered") return answer;
        // A stage puts its event off and asks again; here at once.
        expect(answer.kind).toBe("unavailable");
        again += 1;
      }
    }
    // As many at once as there are slots and half as many again.
    const answers: ModelAnswer[] = [];
    let next = 0;
    async function work(): Promise<void> {
      for (let id = next++; id < 1_000; id = next++) answers[id] = await untilAnswered(id);
    }
    await Promise.all(Array.from({ length: 24 }, work));
    expect(answers.map((answer) => (answer as { value?: unknown }).value)).toEqual(answers.map((_, id) => ({ a: id })));
    expect(Math.max(...capacities.map(({ most }) => most))).toBeLessThanOrEqual(4);
    // Whole answers beyond one for each question: second questions only, and those have a budget.
    const twice = [...whole.values()].reduce((sum, count) => sum + count - 1, 0);
    const hedges = calls.filter(({ isHedge }) => isHedge).length;
    expect(hedges).toBeLessThanOrEqual(0.05 * (1_000 + again) + 1);
    expect(twice).toBeLessThanOrEqual(hedges);
    expect(again).toBeLessThan(100);
  });
});
