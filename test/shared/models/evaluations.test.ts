/**
 * Many questions with duplicates among them, from several connections to one Redis, to a vendor that fails in every known
 * way. SCHOOL_TEST_EVALUATIONS=1000 is the whole proof.
 */
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import * as z from "zod";
import { ledgeredModel } from "../../../shared/adapters/llm/ledgered.ts";
import type { ModelServices } from "../../../shared/ledger-ports.ts";
import type { LanguageModel } from "../../../shared/model-ports.ts";
import { askStructured, type Structured } from "../../../shared/models/structured.ts";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { modelLedger } from "../../../shared/pipeline/model-ledger.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import { type Fate, type MeteredServer, meteredServer } from "../../support/models/metered-server.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";

const EVALUATIONS = Number(process.env["SCHOOL_TEST_EVALUATIONS"] ?? 120);
const WHOLE = EVALUATIONS > 500;
/** Everything is asked so many times. */
const ALIKE = 4;
const PROCESSES = 4;
const TARIFF = { dear: { input: 10, output: 50 }, small: { input: 1, output: 5 } };

const Verdict = z.object({ good: z.literal(true), question: z.number().int() });
type Verdict = z.infer<typeof Verdict>;

let redis: TestRedis;
let connections: Redis[] = [];
let server: MeteredServer | undefined;
let prefix = 0;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.close());
beforeEach(() => {
  prefix += 1;
  connections = Array.from({ length: PROCESSES }, () => new Redis(redis.url));
});
afterEach(async () => {
  await server?.close();
  for (const connection of connections) connection.disconnect();
});

const good = (prompt: string): Fate => {
  return { reply: { value: { good: true, question: Number(/question (\d+)/.exec(prompt)?.[1]) } } };
};
const BAD_DAYS: readonly ((prompt: string) => Fate)[] = [
  () => ({ fault: { status: 429, message: "slow down", headers: { "retry-after-ms": "30" } } }),
  () => ({ fault: { status: 529, message: "overloaded" } }),
  (prompt) => ({ ...good(prompt), fault: "stall" }),
  (prompt) => ({ ...good(prompt), fault: "truncated" }),
  (prompt) => ({ ...good(prompt), fault: "reset" }),
  () => ({ reply: { text: '{"good": tru' } }),
  () => ({ reply: { value: { good: "very" } } }),
  () => ({ reply: { cut: true } }),
];
/** Every third text has a bad first day, of each kind in turn; stalls are rarer, since they take as long as they may. */
function fate(prompt: string, nth: number): Fate {
  const number = Number(/question (\d+)/.exec(prompt)?.[1]);
  if (nth > 1 || prompt.includes("<earlier_answer>") || number % 3 !== 0) return good(prompt);
  const kind = (number / 3) % BAD_DAYS.length;
  if (kind === 2 && (number / 3) % (3 * BAD_DAYS.length) !== 2) return good(prompt);
  return BAD_DAYS[kind]?.(prompt) ?? good(prompt);
}

/** The ledger of one process: its own connection, memory and pool. */
function processes(env: Record<string, string>): { models: LanguageModel[]; services: ModelServices } {
  const ledgers = connections.map((connection) => modelLedger(connection, keysOf(`p${prefix}:`)));
  const all = {
    OPENAI_BASE_URL: server?.url ?? "",
    LLM_TIMEOUT: WHOLE ? "6" : "3",
    LLM_CONCURRENCY: "8",
    LLM_PRICES: JSON.stringify(TARIFF),
    ...env,
  };
  const models = ledgers.map((ledger) => {
    const wanted = { variable: "EXPERT_MODELS", chosen: "openai:dear", purpose: "evaluate/security" };
    return ledgeredModel({ ...all }, ledger, wanted) as LanguageModel;
  });
  return { models, services: ledgers[0] as ModelServices };
}

function questionOf(number: number) {
  return {
    system: "You judge improvements.",
    prompt: `question ${number}: is it good?`,
    name: "judge",
    maxTokens: 200,
    payer: "security",
  };
}

/** As a stage does it: what is for later comes again, what is no answer is tried a few times. */
async function evaluated(model: LanguageModel, number: number): Promise<Structured<Verdict>> {
  let last: Structured<Verdict> | undefined;
  for (let attempt = 0; attempt < 6; attempt += 1) {
    try {
      last = await askStructured(model, questionOf(number), Verdict, new AbortController().signal);
      if (last.kind === "answered" || (last.kind === "unavailable" && /budget/.test(last.because))) return last;
    } catch (error) {
      if (!(error instanceof RetryLater)) throw error;
    }
  }
  if (last === undefined) throw new Error(`question ${number} was dropped`);
  return last;
}

async function evaluateAll(models: readonly LanguageModel[]) {
  const numbers = Array.from({ length: EVALUATIONS }, (_, i) => i % Math.ceil(EVALUATIONS / ALIKE));
  // Copies of one question meet in one process, and at the same time in another.
  return Promise.all(
    numbers.map(async (number, i) => {
      const model = models[Math.floor((i * PROCESSES * 2) / EVALUATIONS) % PROCESSES] as LanguageModel;
      return { number, answer: await evaluated(model, number) };
    }),
  );
}

test(`${EVALUATIONS} evaluations on a vendor's worst day: all complete, none twice, the books agree`, async () => {
  server = await meteredServer(TARIFF, fate);
  const { models, services } = processes({ LLM_BUDGET_DAY: "1000" });
  const all = await evaluateAll(models);
  expect(all.filter(({ answer }) => answer.kind !== "answered")).toEqual([]);
  for (const { number, answer } of all) expect(answer).toMatchObject({ value: { good: true, question: number } });
  expect(server.violations).toEqual([]);
  expect(server.mostAlike()).toBe(1);
  expect(server.mostAnswered()).toBe(1);
  expect(server.requests()).toBeLessThan(EVALUATIONS);
  const { all: spent } = await services.spending();
  expect(spent.micros / 1e6).toBeGreaterThanOrEqual(server.bill() - 1e-9);
  const by = all.flatMap(({ answer }) => answer.calls.map(({ answered_by }) => answered_by));
  expect(by.filter((one) => one !== "vendor").length).toBeGreaterThan(EVALUATIONS / 2);
  const paid = all.flatMap(({ answer }) => answer.calls).reduce((sum, { cost }) => sum + cost, 0);
  expect(paid).toBeLessThanOrEqual(spent.micros / 1e6);
}, 120_000);

test("a budget for a part of them is not exceeded, whatever the vendor charges for; the others are told", async () => {
  server = await meteredServer(TARIFF, fate);
  const distinct = EVALUATIONS / ALIKE;
  const budget = distinct * 0.008;
  const { models, services } = processes({ LLM_BUDGET_DAY: String(budget), LLM_CHEAP_MODEL: "openai:small" });
  const all = await evaluateAll(models);
  expect(server.bill()).toBeGreaterThan(0);
  expect(server.bill()).toBeLessThanOrEqual(budget);
  expect((await services.spending()).all.micros).toBeLessThanOrEqual(Math.ceil(budget * 1e6));
  expect(server.mostAlike()).toBe(1);
  const by = (model: string) => all.filter(({ answer }) => answer.kind === "answered" && answer.model === model).length;
  expect(by("openai:dear")).toBeGreaterThan(0);
  expect(by("openai:small")).toBeGreaterThan(0);
  for (const { answer } of all) {
    if (answer.kind === "unavailable")
      expect(answer.because).toMatch(/day's budget for models does not suffice: .*LLM_BUDGET_DAY.*renewed at/);
  }
  expect(all).toHaveLength(EVALUATIONS);
}, 120_000);
