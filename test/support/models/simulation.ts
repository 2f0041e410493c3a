/**
 * A pool of served models in simulated time: four endpoints with four slots each and a cache of a few beginnings, asked by
 * six experts of unequal diligence, now and then an answer that takes five times as long. The picker and the hedge are the
 * school's own, fed with simulated counts and a simulated clock.
 */
import { HedgeBudget, hedgePlaces, LOOK_AGAIN, RecentLatencies } from "../../../shared/models/hedge.ts";
import { choosePlace, type Place, type Placed, seeded } from "../../../shared/models/picker.ts";
import { PrefixIndex } from "../../../shared/models/prefix.ts";
import { percentile } from "../../bench/rows.ts";

export interface Workload {
  readonly questions: number;
  /** Per second, at random. */
  readonly rate: number;
  /** Beginnings one endpoint keeps. */
  readonly kept: number;
  readonly seed: number;
}

export const POLICIES = ["round robin", "least outstanding", "picker", "picker with hedging"] as const;
export type Policy = (typeof POLICIES)[number];

export interface Figures {
  /** Of answers whose beginning was kept where they were asked. */
  readonly hitRate: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Input tokens per question, of which those from a cache cost a tenth. */
  readonly billed: number;
  /** Second questions per question. */
  readonly extra: number;
}

export const ENDPOINTS = 4;
export const SLOTS = 4;
export const MIX = [0.35, 0.25, 0.15, 0.1, 0.1, 0.05];
export const BEGINNING_TOKENS = 4_000;
export const BODY_TOKENS = 600;
const BLOCKS = (BEGINNING_TOKENS * 4) / 64;
export const READ_PER_SECOND = 2_500;
/** Seconds an answer takes to be written: half of them less, and how far they are apart. */
const WRITING = { median: 4.2, spread: 0.2 };
const STRAGGLERS = { share: 0.02, times: 5 };

/** Which expert asks, by a number 0..1. */
export function expertAt(share: number): number {
  let sum = 0;
  const found = MIX.findIndex((part) => {
    sum += part;
    return share < sum;
  });
  return found < 0 ? MIX.length - 1 : found;
}

/** Seconds until an answer is written. */
export function writingTime(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const seconds = WRITING.median * Math.exp(WRITING.spread * normal);
  return random() < STRAGGLERS.share ? seconds * STRAGGLERS.times : seconds;
}

interface Job {
  readonly question: Question;
  readonly server: Server;
  readonly matched: number;
  isHit: boolean;
  begun: number | undefined;
  isOver: boolean;
}
interface Question {
  readonly expert: number;
  readonly blocks: readonly string[];
  readonly at: number;
  jobs: Job[];
  done: number | undefined;
}

class Server implements Place {
  readonly slots = SLOTS;
  readonly prefixes = new PrefixIndex();
  readonly latencies = new RecentLatencies();
  coldAt = 0;
  running = 0;
  readonly queue: Job[] = [];
  kept: number[] = [];
  get waiting(): number {
    return this.queue.length;
  }
}

interface Event {
  readonly at: number;
  readonly run: () => void;
}

export function simulate(policy: Policy, { questions: count, rate, kept, seed }: Workload): Figures {
  // One stream per cause: every policy meets the same questions, and its own luck with answers.
  const [arrivals, luck, choices] = [seeded(seed), seeded(seed + 1), seeded(seed + 2)];
  const servers = Array.from({ length: ENDPOINTS }, () => new Server());
  const budget = new HedgeBudget();
  const events: Event[] = [];
  const all: Question[] = [];
  const sums = { hits: 0, answers: 0, billed: 0, extra: 0 };
  let now = 0;
  let turn = 0;

  function later(seconds: number, run: () => void): void {
    const at = now + seconds;
    let i = events.length;
    while (i > 0 && (events[i - 1] as Event).at < at) i -= 1;
    events.splice(i, 0, { at, run });
  }

  function choose(question: Question): Placed<Server> {
    if (policy === "round robin") return { place: servers[turn++ % ENDPOINTS] as Server, matched: 0 };
    const load = (one: Server) => one.running + one.waiting;
    if (policy === "least outstanding") {
      return { place: servers.reduce((least, one) => (load(one) < load(least) ? one : least)), matched: 0 };
    }
    return choosePlace(servers, question.blocks, { random: choices, now: now + 1 });
  }

  function give(question: Question, { place: server, matched }: Placed<Server>): void {
    const job: Job = { question, server, matched, isHit: false, begun: undefined, isOver: false };
    question.jobs.push(job);
    server.queue.push(job);
    serve(server);
  }

  function serve(server: Server): void {
    while (server.running < server.slots) {
      const job = server.queue.shift();
      if (job === undefined) return;
      const { expert } = job.question;
      const isHit = server.kept.includes(expert);
      server.kept = [...server.kept.filter((one) => one !== expert), expert].slice(-kept);
      server.running += 1;
      job.begun = now;
      job.isHit = isHit;
      sums.answers += 1;
      sums.hits += isHit ? 1 : 0;
      sums.billed += BODY_TOKENS + BEGINNING_TOKENS * (isHit ? 0.1 : 1);
      const reading = (BODY_TOKENS + (isHit ? 0 : BEGINNING_TOKENS)) / READ_PER_SECOND;
      later(reading + writingTime(luck), () => finish(job));
    }
  }

  function finish(job: Job): void {
    if (job.isOver) return;
    const { question, server } = job;
    question.done = now;
    server.latencies.record(now - (job.begun ?? now));
    server.prefixes.learn(job.matched, job.isHit ? BEGINNING_TOKENS / (BEGINNING_TOKENS + BODY_TOKENS) : 0);
    for (const one of question.jobs) end(one);
  }

  function end(job: Job): void {
    job.isOver = true;
    const { server } = job;
    if (job.begun === undefined) server.queue.splice(server.queue.indexOf(job), 1);
    else server.running -= 1;
    serve(server);
  }

  function hedge(question: Question, first: Server, after: number): void {
    if (question.done !== undefined) return;
    const free = hedgePlaces(servers, first);
    if (free.length === 0 || !budget.take()) return later(after * LOOK_AGAIN, () => hedge(question, first, after));
    sums.extra += 1;
    give(question, choosePlace(free, question.blocks, { random: choices, now: now + 1 }));
  }

  function arrive(i: number): void {
    const expert = expertAt(arrivals());
    const blocks = Array.from({ length: BLOCKS }, (_, block) => `${expert}-${block}`);
    const question: Question = { expert, blocks, at: now, jobs: [], done: undefined };
    all.push(question);
    budget.asked();
    const first = choose(question);
    give(question, first);
    const late = policy === "picker with hedging" ? first.place.latencies.p95() : undefined;
    if (late !== undefined) later(late, () => hedge(question, first.place, late));
    if (i + 1 < count) later(-Math.log(1 - arrivals()) / rate, () => arrive(i + 1));
  }

  arrive(0);
  for (let next = events.pop(); next !== undefined; next = events.pop()) {
    now = next.at;
    next.run();
  }
  const times = all.map(({ at, done }) => (done ?? Number.POSITIVE_INFINITY) - at);
  return {
    hitRate: sums.hits / sums.answers,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    billed: sums.billed / count,
    extra: sums.extra / count,
  };
}
