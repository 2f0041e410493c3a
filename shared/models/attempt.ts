/** One attempt at a question: a place is chosen, and a second one when the first takes unusually long. The first answer wins. */
import type { ModelQuestion } from "../model-ports.ts";
import { EndpointFailure, type EndpointReply } from "./endpoint.ts";
import { type HedgeBudget, hedgePlaces, LOOK_AGAIN } from "./hedge.ts";
import { type Member, TurnedAway } from "./member.ts";
import { choosePlace, type Placed } from "./picker.ts";
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

/** Requests of one question that the vendors may want money for: all that were begun but those that surely cost nothing. */
export class Bill {
  #open = 0;

  get open(): number {
    return this.#open;
  }

  begun(): void {
    this.#open += 1;
  }

  costsNothing(): void {
    this.#open -= 1;
  }
}

export interface Circumstances {
  readonly random: () => number;
  readonly now: () => number;
  readonly bill: Bill;
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
  const chosen = choosePlace(places, blocks, { random, now: now() });
  const first = start(question, chosen, circumstances, signal, false);
  const running = new Set([first]);
  const late = lateness(first.member, circumstances);
  const failures: Failed[] = [];
  try {
    while (running.size > 0) {
      const done = [...running].map(async (one) => ({ one, result: await one.result }));
      const settled = await Promise.race([...done, ...late.next()]);
      if (settled === "late") {
        const second = secondPlace(places, first.member, blocks, circumstances);
        if (second === undefined) continue;
        late.end();
        running.add(start(question, second, circumstances, signal, true));
        continue;
      }
      const { one, result } = settled;
      running.delete(one);
      if (result instanceof EndpointFailure) failures.push([one.member, result]);
      else if (!(result instanceof TurnedAway)) return { kind: "answered", answer: result.answer };
    }
    return { kind: "failed", failures };
  } finally {
    late.end();
    for (const { stop } of running) stop.abort();
  }
}

function secondPlace(
  places: readonly Member[],
  first: Member,
  blocks: Blocks,
  { random, now, budget }: Circumstances,
): Placed<Member> | undefined {
  const free = hedgePlaces(places, first).filter((member) => member.closedFor() === 0);
  if (free.length === 0 || budget?.take() !== true) return undefined;
  return choosePlace(free, blocks, { random, now: now() });
}

/**
 * Comes after as long as 95 % of the endpoint's answers did not take, and again a while later as long as there was no room
 * or budget for a second question.
 */
function lateness(member: Member, { budget }: Circumstances) {
  let after = budget === undefined ? undefined : member.latencies.p95();
  const again = (after ?? 0) * LOOK_AGAIN;
  let timer: NodeJS.Timeout | undefined;
  let coming: Promise<"late">[] = [];
  return {
    /** At most one promise, the same until it has come. */
    next(): readonly Promise<"late">[] {
      const delay = after;
      if (delay === undefined || coming.length > 0) return coming;
      after = again;
      const come = new Promise<"late">((resolve) => {
        timer = setTimeout(() => {
          coming = [];
          resolve("late");
        }, delay);
      });
      coming = [come];
      return coming;
    },
    end(): void {
      clearTimeout(timer);
      after = undefined;
      coming = [];
    },
  };
}

function start(
  question: ModelQuestion,
  { place: member, matched }: Placed<Member>,
  { now, bill, onCall }: Circumstances,
  signal: AbortSignal,
  isHedge: boolean,
): Running {
  bill.begun();
  const stop = new AbortController();
  const started = now();
  const report = (outcome: CallReport["outcome"], perhapsPaid: boolean) =>
    onCall({ endpoint: member.endpoint.name, outcome, ms: now() - started, isHedge, perhapsPaid });
  const asking = member.ask(question, matched, AbortSignal.any([signal, stop.signal]));
  const result = asking.then(
    (reply) => {
      report(reply.answer.kind, false);
      return reply;
    },
    (error: unknown) => {
      if (error instanceof TurnedAway) {
        bill.costsNothing();
        return error;
      }
      if (error instanceof EndpointFailure) {
        if (!error.facts.perhapsPaid) bill.costsNothing();
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
