/** One attempt at a question: a place is chosen, and a second one when the first takes unusually long. The first answer wins. */
import type { ModelQuestion } from "../model-ports.ts";
import { EndpointFailure, type EndpointReply } from "./endpoint.ts";
import { type HedgeBudget, hedgePlaces } from "./hedge.ts";
import { type Member, TurnedAway } from "./member.ts";
import { place } from "./picker.ts";
import type { Blocks } from "./prefix.ts";

/** One request to one endpoint, for whoever counts them. */
export interface CallReport {
  readonly endpoint: string;
  /** `cancelled`: another one was faster, or nobody wanted the answer any more; what it cost is not known. */
  readonly outcome: "answered" | "unusable" | "failed" | "cancelled";
  /** With the time it waited for its turn. */
  readonly ms: number;
  /** It is the second request of its question, sent because the first took long. */
  readonly isHedge: boolean;
  /** The vendor may want money for it although no usage is known. */
  readonly perhapsPaid: boolean;
}

export interface Circumstances {
  readonly random: () => number;
  readonly now: () => number;
  /** Undefined: no second questions. */
  readonly budget: HedgeBudget | undefined;
  readonly onCall: (call: CallReport) => void;
}

export type Failed = readonly [Member, EndpointFailure];
export type Asked =
  | { readonly kind: "answered"; readonly answer: EndpointReply["answer"] }
  /** Empty when every place was closed before the question's turn came. */
  | { readonly kind: "failed"; readonly failures: readonly Failed[] };

interface Running {
  readonly member: Member;
  readonly stop: AbortController;
  readonly result: Promise<EndpointReply | EndpointFailure | TurnedAway>;
}

/** `places`: at least one. Throws the signal's reason, and what is no failure of an endpoint. */
export async function askOnce(
  question: ModelQuestion,
  blocks: Blocks,
  places: readonly Member[],
  circumstances: Circumstances,
  signal: AbortSignal,
): Promise<Asked> {
  const { random, now } = circumstances;
  const first = start(question, place(places, blocks, { random, now: now() }), circumstances, signal, false);
  const running = new Set([first]);
  const late = lateness(first.member, circumstances);
  const failures: Failed[] = [];
  try {
    while (running.size > 0) {
      const done = [...running].map(async (one) => ({ one, result: await one.result }));
      const settled = await Promise.race([...done, ...(running.size === 1 && late.isDue() ? [late.come] : [])]);
      if (settled === "late") {
        const second = secondPlace(places, first.member, blocks, circumstances);
        if (second !== undefined) running.add(start(question, second, circumstances, signal, true));
        continue;
      }
      const { one, result } = settled;
      running.delete(one);
      if (result instanceof EndpointFailure) failures.push([one.member, result]);
      else if (!(result instanceof TurnedAway)) return { kind: "answered", answer: result.answer };
    }
    return { kind: "failed", failures };
  } finally {
    late.clear();
    for (const { stop } of running) stop.abort();
  }
}

function secondPlace(
  places: readonly Member[],
  first: Member,
  blocks: Blocks,
  { random, now, budget }: Circumstances,
): Member | undefined {
  const free = hedgePlaces(places, first).filter((member) => member.closedFor() === 0);
  if (free.length === 0 || budget?.take() !== true) return undefined;
  return place(free, blocks, { random, now: now() });
}

/** Comes once, after as long as 95 % of the endpoint's answers did not take. */
function lateness(member: Member, { budget }: Circumstances) {
  const after = budget === undefined ? undefined : member.latencies.p95();
  let pending = after !== undefined;
  let timer: NodeJS.Timeout | undefined;
  const come = new Promise<"late">((resolve) => {
    if (after === undefined) return;
    timer = setTimeout(() => {
      pending = false;
      resolve("late");
    }, after);
  });
  return { come, isDue: () => pending, clear: () => clearTimeout(timer) };
}

function start(
  question: ModelQuestion,
  member: Member,
  { now, onCall }: Circumstances,
  signal: AbortSignal,
  isHedge: boolean,
): Running {
  const stop = new AbortController();
  const started = now();
  const report = (outcome: CallReport["outcome"], perhapsPaid: boolean) =>
    onCall({ endpoint: member.endpoint.name, outcome, ms: now() - started, isHedge, perhapsPaid });
  const asking = member.ask(question, AbortSignal.any([signal, stop.signal]));
  const result = asking.then(
    (reply) => {
      report(reply.answer.kind, false);
      return reply;
    },
    (error: unknown) => {
      if (error instanceof TurnedAway) return error;
      if (error instanceof EndpointFailure) {
        report("failed", error.facts.perhapsPaid);
        return error;
      }
      report("cancelled", true);
      throw error;
    },
  );
  // Of a loser nobody waits for.
  result.catch(() => undefined);
  return { member, stop, result };
}
