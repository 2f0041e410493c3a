import { describe, expect, test } from "vitest";
import type { ModelServices } from "../../../shared/ledger-ports.ts";
import type { LanguageModel, ModelAnswer, ModelQuestion } from "../../../shared/model-ports.ts";
import { type LedgerOptions, MOST_REQUESTS, withLedger } from "../../../shared/models/layer.ts";
import { memoryLedger } from "../../../shared/models/memory-ledger.ts";
import { ledgerSettings } from "../../../shared/models/settings.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";

const question: ModelQuestion = {
  system: "You judge.",
  prompt: "Is it good?",
  name: "judge",
  schema: { type: "object", properties: {} },
  maxTokens: 100,
};
const settings = ledgerSettings({
  LLM_PRICES: '{"dear": {"input": 10, "output": 50}, "cheap": {"input": 1, "output": 5}}',
});
const signal = new AbortController().signal;
const answered = (value: unknown = { good: true }): ModelAnswer => {
  return { kind: "answered", value, model: "test:dear", usage: { input: 40, output: 10 } };
};

/** A model whose answers are given one by one, when the test says so. */
function held() {
  const waiting: ((answer: ModelAnswer) => void)[] = [];
  const asked: ModelQuestion[] = [];
  const signals: AbortSignal[] = [];
  const model: LanguageModel = {
    answer: (one, stop) => {
      asked.push(one);
      signals.push(stop);
      return new Promise((resolve, reject) => {
        waiting.push(resolve);
        stop.addEventListener("abort", () => reject(stop.reason));
      });
    },
  };
  return { model, asked, signals, say: (answer: ModelAnswer) => waiting.shift()?.(answer) };
}
function saying(...answers: ModelAnswer[]) {
  const asked: ModelQuestion[] = [];
  const model: LanguageModel = {
    async answer(one) {
      asked.push(one);
      return answers.shift() ?? answered();
    },
  };
  return { model, asked };
}
function ledgered(model: LanguageModel, services: ModelServices, over: Partial<LedgerOptions> = {}): LanguageModel {
  return withLedger(model, services, {
    purpose: "evaluate/security",
    names: ["test:dear"],
    settings,
    clock: Date.now,
    ...over,
  });
}
const callOf = (answer: ModelAnswer) => (answer.kind === "unavailable" ? undefined : answer.call);
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("what is the same is asked once", () => {
  test("by many at once: one is on record as asked and paid, the others as shared", async () => {
    const services = memoryLedger();
    const { model, asked, say } = held();
    const layer = ledgered(model, services);
    const all = Promise.all(Array.from({ length: 20 }, () => layer.answer(question, signal)));
    await until(() => asked.length > 0);
    say(answered());
    const calls = (await all).map(callOf);
    expect(asked).toHaveLength(1);
    expect(calls.filter((call) => call?.answered_by === "vendor")).toHaveLength(1);
    expect(calls.filter((call) => call?.answered_by === "shared" && call.cost === 0)).toHaveLength(19);
  });

  test("later: out of this process's memory, and in another one out of the ledger", async () => {
    const services = memoryLedger();
    const { model, asked } = saying();
    const layer = ledgered(model, services);
    await layer.answer(question, signal);
    const again = await layer.answer(question, signal);
    const elsewhere = await ledgered(model, services).answer(question, signal);
    expect(asked).toHaveLength(1);
    expect([again, elsewhere].map((answer) => callOf(answer)?.answered_by)).toEqual(["cache", "cache"]);
    expect(elsewhere).toMatchObject({ kind: "answered", value: { good: true }, model: "test:dear" });
  });

  test("one who does not want to wait any longer leaves; when all have left, the question ends, and the next one asks anew", async () => {
    const services = memoryLedger();
    const { model, asked, signals, say } = held();
    const layer = ledgered(model, services);
    const [first, second] = [new AbortController(), new AbortController()];
    const one = layer.answer(question, first.signal);
    const two = layer.answer(question, second.signal);
    await until(() => asked.length === 1);
    first.abort(new Error("had enough"));
    await expect(one).rejects.toThrow("had enough");
    expect(signals[0]?.aborted).toBe(false);
    second.abort(new Error("so have I"));
    await expect(two).rejects.toThrow("so have I");
    expect(signals[0]?.aborted).toBe(true);
    const third = layer.answer(question, signal);
    await until(() => asked.length === 2);
    say(answered());
    say(answered());
    expect(await third).toMatchObject({ kind: "answered" });
  });

  test("who comes while a question is still being broken off is not broken off with it", async () => {
    const ledger = memoryLedger();
    let freed = false;
    const finish: ModelServices["finish"] = async (...given) => {
      await until(() => freed);
      await ledger.finish(...given);
    };
    const { model, asked, say } = held();
    const layer = ledgered(model, { ...ledger, finish });
    const gone = new AbortController();
    const first = layer.answer(question, gone.signal);
    await until(() => asked.length === 1);
    gone.abort(new Error("had enough"));
    await expect(first).rejects.toThrow("had enough");
    const second = layer.answer(question, signal);
    freed = true;
    await until(() => asked.length === 2);
    say(answered());
    say(answered());
    expect(await second).toMatchObject({ kind: "answered", call: { answered_by: "vendor" } });
  });

  test.each<[string, Partial<ModelQuestion>]>([
    ["another prompt", { prompt: "Is it bad?" }],
    ["another index", { cacheScope: "index 2" }],
    ["another version of the prompt", { from: { name: "evaluate/security", version: 2, hash: "0" } }],
    ["another schema", { schema: { type: "object", properties: { good: { type: "boolean" } } } }],
    ["text moved between shared and own", { shared: ["You judge."], system: "" }],
  ])("not with %s", async (_name, over) => {
    const { model, asked } = saying();
    const layer = ledgered(model, memoryLedger());
    await layer.answer(question, signal);
    await layer.answer({ ...question, ...over }, signal);
    expect(asked).toHaveLength(2);
  });

  test.each<[string, ModelAnswer, Partial<ModelQuestion>]>([
    ["is unusable", { kind: "unusable", because: "cut", model: "test:dear", usage: { input: 1, output: 1 } }, {}],
    ["is none", { kind: "unavailable", because: "out of reach" }, {}],
    ["the asker does not accept", answered("nonsense"), { accepts: (value) => value !== "nonsense" }],
  ])("an answer that %s is not kept", async (_name, bad, over) => {
    const { model, asked } = saying(bad);
    const layer = ledgered(model, memoryLedger());
    expect(await layer.answer({ ...question, ...over }, signal)).toMatchObject({ kind: bad.kind });
    expect(await layer.answer({ ...question, ...over }, signal)).toMatchObject({ value: { good: true } });
    expect(asked).toHaveLength(2);
  });

  test("who waits too long for another process's answer comes again later", async () => {
    const services = memoryLedger();
    const { model, asked } = held();
    const gone = new AbortController();
    const first = ledgered(model, services).answer(question, gone.signal);
    await until(() => asked.length === 1);
    const impatient = ledgered(model, services, { settings: { ...settings, waitMs: 0 } });
    await expect(impatient.answer(question, signal)).rejects.toThrow(RetryLater);
    gone.abort(new Error("over"));
    await expect(first).rejects.toThrow("over");
  });
});

describe("budgets", () => {
  const limited = (micros: number) => ({ ...settings, limits: { all: { micros } } });

  test("a question is paid as the vendor counted it, and what it could have cost is free again", async () => {
    const services = memoryLedger();
    const answer = await ledgered(saying().model, services).answer({ ...question, payer: "security" }, signal);
    expect(callOf(answer)).toMatchObject({ cost: 0.0009, priced: true, input: 40, output: 10 });
    expect(await services.spending()).toMatchObject({
      all: { micros: 900, tokens: 50 },
      payers: { security: { micros: 900, tokens: 50 } },
    });
  });

  test("requests that may have been paid for beside the answer are paid at their most", async () => {
    const services = memoryLedger();
    await ledgered(saying({ ...answered(), perhapsPaid: 2 }).model, services).answer(question, signal);
    const { all } = await services.spending();
    expect(all.micros).toBeGreaterThan(2 * 100 * 50);
  });

  test("a question that was broken off stays paid at its most: nobody knows", async () => {
    const services = memoryLedger();
    const { model, asked } = held();
    const gone = new AbortController();
    const asking = ledgered(model, services).answer(question, gone.signal);
    await until(() => asked.length === 1);
    gone.abort(new Error("over"));
    await expect(asking).rejects.toThrow("over");
    expect((await services.spending()).all.micros).toBeGreaterThan(0);
  });

  test("where three requests are too dear, one is asked for", async () => {
    const { model, asked } = saying();
    const one = 100 * 50 + 2_200 * 10;
    await ledgered(model, memoryLedger(), { settings: limited(one) }).answer(question, signal);
    await ledgered(model, memoryLedger(), { settings: limited(one * MOST_REQUESTS) }).answer(question, signal);
    expect(asked.map(({ mostRequests }) => mostRequests)).toEqual([1, MOST_REQUESTS]);
  });

  test("what does not fit is asked of the cheap model, whose answer is not the dear one's tomorrow", async () => {
    const services = memoryLedger();
    const [dear, cheap] = [saying(), saying({ ...answered(), model: "test:cheap" } as ModelAnswer)];
    const options = { cheap: { model: cheap.model, names: ["test:cheap"] } };
    const answer = await ledgered(dear.model, services, { ...options, settings: limited(4_000) }).answer(
      question,
      signal,
    );
    expect(callOf(answer)).toMatchObject({ model: "test:cheap", answered_by: "vendor", cost: 0.00009 });
    expect(dear.asked).toHaveLength(0);
    expect(services.counts.get("model_over_budget|evaluate/security|cheap")).toBe(1);
    await ledgered(dear.model, services, options).answer(question, signal);
    expect(dear.asked).toHaveLength(1);
  });

  test("without one it is no answer, and says which budget, how much and until when", async () => {
    const services = memoryLedger(() => Date.UTC(2030, 0, 1, 12));
    const { model, asked } = saying();
    const limits = { payer: { micros: 100 } };
    const answer = await ledgered(model, services, { settings: { ...settings, limits } }).answer(
      { ...question, payer: "security" },
      signal,
    );
    expect(answer.kind === "unavailable" && answer.because).toMatch(
      /^today's budget of security for models does not suffice: \$0\.0000 of \$0\.0001 \(LLM_BUDGET_EXPERT\).*renewed at 2030-01-02 00:00 UTC$/,
    );
    expect(asked).toHaveLength(0);
    expect(services.counts.get("model_over_budget|evaluate/security|nobody")).toBeUndefined();
    expect(services.counts.get("model_over_budget|security|nobody")).toBe(1);
  });

  test("of a model whose price nobody knows, tokens count", async () => {
    const services = memoryLedger();
    const unpriced = { names: ["llmd:own"], settings: { ...settings, limits: { all: { micros: 1, tokens: 10_000 } } } };
    const { model } = saying({ ...answered(), model: "llmd:own" } as ModelAnswer);
    const layer = ledgered(model, services, unpriced);
    expect(callOf(await layer.answer(question, signal))).toMatchObject({ priced: false, cost: 0 });
    const long = { ...question, prompt: "x".repeat(10_000) };
    const answer = await layer.answer(long, signal);
    expect(answer.kind === "unavailable" && answer.because).toContain("LLM_TOKENS_DAY");
  });

  test("a server that counts nothing is paid at its most", async () => {
    const services = memoryLedger();
    const { model } = saying({ ...answered(), usage: { input: 0, output: 0 } } as ModelAnswer);
    await ledgered(model, services).answer(question, signal);
    expect((await services.spending()).all.micros).toBeGreaterThan(100 * 50);
  });
});
