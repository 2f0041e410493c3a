/**
 * A pool of model endpoints over real HTTP: stand-ins of a vendor that take their time, keep a few beginnings of prompts and
 * say so in their usage. Every policy is asked the same questions at the same times; a published simulation of the same
 * workload stands beside it. Times are told in seconds of life.
 */
import { setTimeout as wait } from "node:timers/promises";
import { endpointSettings } from "../../shared/adapters/llm/endpoints.ts";
import { openAiEndpoint } from "../../shared/adapters/llm/openai.ts";
import type { LanguageModel, ModelAnswer, ModelQuestion } from "../../shared/model-ports.ts";
import type { CallReport } from "../../shared/models/attempt.ts";
import { Member } from "../../shared/models/member.ts";
import { seeded } from "../../shared/models/picker.ts";
import { poolOf } from "../../shared/models/pool.ts";
import { Capacity } from "../support/models/capacity.ts";
import { type ModelServer, modelServer } from "../support/models/server.ts";
import {
  BEGINNING_TOKENS,
  BODY_TOKENS,
  ENDPOINTS,
  expertAt,
  POLICIES,
  type Policy,
  READ_PER_SECOND,
  SLOTS,
  writingTime,
} from "../support/models/simulation.ts";
import { percentile, type Row } from "./rows.ts";

export interface ModelSizes {
  readonly questions: number;
  /** How many times faster than life: what a model takes seconds for takes the stand-in this much less. */
  readonly faster: number;
}

const RATE = 2.4;
const KEPT = 3;
const SEED = 7;

interface Figures {
  /** Percent. */
  readonly hits: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Input tokens per question; one from a cache costs a tenth. */
  readonly billed: number;
  /** Percent of second requests. */
  readonly extra: number;
}

/** Of a simulation of 4,000 questions, published before this code was written. */
const PUBLISHED: Readonly<Record<Policy, Omit<Figures, "extra">>> = {
  "round robin": { hits: 60, p50: 5.08, p95: 9.91, p99: 25.1, billed: 2_432 },
  "least outstanding": { hits: 62, p50: 4.91, p95: 7.4, p99: 23, billed: 2_351 },
  picker: { hits: 99, p50: 4.54, p95: 6.67, p99: 23.6, billed: 1_027 },
  "picker with hedging": { hits: 99, p50: 4.6, p95: 7.17, p99: 13.8, billed: 1_047 },
};

export async function models(sizes: ModelSizes): Promise<Row[]> {
  // At the same time, each with endpoints of its own: a busy moment of the machine hits all alike.
  const measured = new Map(
    await Promise.all(POLICIES.map(async (policy) => [policy, await withServers(policy, sizes)] as const)),
  );
  return POLICIES.flatMap((policy) => rowsOf(policy, measured, sizes));
}

async function withServers(policy: Policy, sizes: ModelSizes): Promise<Figures> {
  const servers = await Promise.all(Array.from({ length: ENDPOINTS }, () => modelServer()));
  try {
    return await measure(policy, servers, sizes);
  } finally {
    for (const server of servers) await server.close();
  }
}

async function measure(
  policy: Policy,
  servers: readonly ModelServer[],
  { questions, faster }: ModelSizes,
): Promise<Figures> {
  const [arrivals, luck] = [seeded(SEED), seeded(SEED + 1)];
  for (const server of servers) {
    const capacity = new Capacity({
      slots: SLOTS,
      kept: KEPT,
      perToken: 1_000 / READ_PER_SECOND / faster,
      writing: () => (writingTime(luck) * 1_000) / faster,
    });
    server.work(capacity, () => ({ value: { verdict: "fine" } }));
  }
  const calls: CallReport[] = [];
  const model = modelOf(policy, servers, calls);
  const quiet = new AbortController().signal;
  const asked: Promise<{ answer: ModelAnswer; seconds: number }>[] = [];
  const begun = performance.now();
  let due = 0;
  for (let i = 0; i < questions; i += 1) {
    const question = questionOf(expertAt(arrivals()), i);
    due += (-Math.log(1 - arrivals()) / RATE / faster) * 1_000;
    await wait(Math.max(0, begun + due - performance.now()));
    asked.push(timed(() => model.answer(question, quiet), faster));
  }
  const answers = await Promise.all(asked);
  const violations = servers.flatMap((server) => server.violations);
  if (violations.length > 0) throw new Error(`the vendor would not have taken it: ${violations[0]}`);
  return figuresOf(answers, calls);
}

async function timed(ask: () => Promise<ModelAnswer>, faster: number) {
  const started = performance.now();
  const answer = await ask();
  return { answer, seconds: ((performance.now() - started) / 1_000) * faster };
}

function figuresOf(
  answers: readonly { answer: ModelAnswer; seconds: number }[],
  calls: readonly CallReport[],
): Figures {
  const usages = answers.map(({ answer }) => {
    if (answer.kind !== "answered") throw new Error(`a question was not answered: ${answer.because}`);
    return answer.usage;
  });
  const times = answers.map(({ seconds }) => seconds);
  const share = (count: number) => (100 * count) / answers.length;
  return {
    hits: share(usages.filter(({ cacheRead = 0 }) => cacheRead > 0).length),
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    billed: usages.reduce((sum, { input, cacheRead = 0 }) => sum + input - 0.9 * cacheRead, 0) / usages.length,
    extra: share(calls.filter(({ isHedge }) => isHedge).length),
  };
}

/** Texts of the workload's length, by which experts can be told apart from the first character. */
function questionOf(expert: number, i: number): ModelQuestion {
  const text = (words: string, tokens: number) =>
    words.repeat(Math.ceil((tokens * 4) / words.length)).slice(0, tokens * 4);
  return {
    system: text(`You are expert ${expert} of six and judge by this rubric. `, BEGINNING_TOKENS),
    prompt: text(`Improvement ${i} changes a limit. `, BODY_TOKENS),
    name: "judge",
    schema: { type: "object", properties: { verdict: { type: "string" } }, required: ["verdict"] },
    maxTokens: 100,
  };
}

function modelOf(policy: Policy, servers: readonly ModelServer[], calls: CallReport[]): LanguageModel {
  const env = { LLM_ENDPOINTS: servers.map(({ url }) => `llmd:served-model@${url}`).join(","), LLM_TIMEOUT: "50" };
  const endpoints = (endpointSettings(env, "MODEL", undefined) ?? []).map(openAiEndpoint);
  const hedges = policy === "picker with hedging";
  const isOurs = hedges || policy === "picker";
  // The others queue at the endpoints, as a plain client does.
  const members = endpoints.map((endpoint) => new Member(endpoint, isOurs ? SLOTS : 1_000, Date.now));
  if (isOurs) {
    const settings = { timeoutMs: 50_000, now: Date.now, random: seeded(SEED + 2), hedges };
    return poolOf(members, settings, (call) => calls.push(call));
  }
  let turn = 0;
  const load = (member: Member) => member.running + member.waiting;
  const choose =
    policy === "round robin"
      ? () => members[turn++ % members.length] as Member
      : () => members.reduce((least, one) => (load(one) < load(least) ? one : least));
  return { answer: async (question, signal) => (await choose().ask(question, 0, signal)).answer };
}

function rowsOf(policy: Policy, measured: ReadonlyMap<Policy, Figures>, { questions, faster }: ModelSizes): Row[] {
  const own = measured.get(policy) as Figures;
  const turns = measured.get("round robin") as Figures;
  const published = PUBLISHED[policy];
  const row = (what: keyof typeof published, name: string, unit: string, digits: number): Row => ({
    name: `${name}, ${policy}`,
    value: own[what],
    unit,
    peer: `round robin (${turns[what].toFixed(digits)}); published ${published[what].toFixed(digits)}`,
    ratio: own[what] / turns[what],
  });
  return [
    row("hits", `prompt beginnings found in a cache, ${questions} questions`, "%", 0),
    row("billed", "input tokens to pay per question", "tokens", 0),
    row("p50", `p50 of an answer, ${faster} times faster than life`, "s", 1),
    row("p95", "p95 of an answer", "s", 1),
    row("p99", "p99 of an answer", "s", 1),
    ...(policy === "picker with hedging"
      ? [{ name: `second requests, ${policy}`, value: own.extra, unit: "%", peer: "published 2.7" }]
      : []),
    ...(policy === "round robin"
      ? []
      : [
          {
            name: `input tokens saved, ${policy}`,
            value: 100 * (1 - own.billed / turns.billed),
            unit: "%",
            peer: "round robin",
          },
        ]),
  ];
}
