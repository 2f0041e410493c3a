/** What people and entrances do to the pipeline: submit, inject, decide, retry. Each is one script or one atomic push. */
import type { Redis } from "ioredis";
import { breakerText, type OpenBreaker } from "../domain/breaker.ts";
import { newEvent, parseEvent, SOURCE_SUBMITTED, type SubmittedSource } from "../domain/events.ts";
import type { Patch, RoutingFeedback } from "../domain/improvement.ts";
import type { Status } from "../domain/lifecycle.ts";
import type { TraceContext } from "../domain/trace-context.ts";
import type { StageName } from "../stages.ts";
import { rememberHandingIn } from "./injected.ts";
import type { Keys } from "./keys.ts";
import type { OperatorScripts } from "./scripts/load-operator.ts";
import { redisNow } from "./services.ts";
import { patchArguments } from "./stage-queue.ts";

/** The user's request cannot be carried out; the message says why and is meant for them. */
export class Refused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Refused";
  }
}

export interface DeadLetter {
  readonly stage: StageName;
  /** The entry as it lies in the list: its identity. */
  readonly entry: string;
  readonly reason: string;
  readonly attempts: number;
  readonly at: string;
  readonly event?: Readonly<Record<string, unknown>>;
  readonly raw?: string;
}

export interface FeedbackGiven {
  readonly status: Status;
  /** True: it has ended, and `learn` gets to know at once. */
  readonly learns: boolean;
}

export interface Operations {
  /** Hands a source to `ingest`, as part of a trace where there is one; returns the event's id. */
  submit(source: SubmittedSource, by: string, trace?: TraceContext): Promise<string>;
  /** Pushes one structured CloudEvent onto a stage's list, after checking it. Throws Refused. */
  enqueue(stage: StageName, raw: string): Promise<string>;
  /** A move by a person. Throws Refused when status or lifecycle do not allow it. */
  decide(move: { id: string; from: Status; to: Status; actor: string; reason: string; patch?: Patch }): Promise<void>;
  deadLetters(stage: StageName, limit?: number): Promise<DeadLetter[]>;
  /** Puts one dead letter back: its improvement returns to the status it died in. Throws Refused. */
  redrive(letter: DeadLetter, actor: string, reason: string): Promise<void>;
  /** Opens the lock of an Application, whoever holds it; returns the improvement that did. Throws Refused. */
  unlock(lock: string, actor: string, reason: string): Promise<string>;
  /** Has an improvement that waits for its time looked at now; false when it is at work, behind a lock or elsewhere. */
  hurry(id: string, status: Status, by: string): Promise<boolean>;
  /** Moves long timers that come near to their stages; returns milliseconds until the next, -1 when there is none. */
  promoteTimers(): Promise<number>;
  /** Puts back expired leases and due retries of one stage; returns the length of its list. */
  reap(stage: StageName, maxAttempts: number): Promise<number>;
  /** Has sync or verify take back what it is at work on, at its next look. Throws Refused. */
  askRollback(id: string, actor: string, reason: string): Promise<Status>;
  /** Writes down what a person says of the expert that was chosen. Throws Refused when it is another one by now. */
  giveFeedback(id: string, expert: string, feedback: Omit<RoutingFeedback, "at">): Promise<FeedbackGiven>;
  /** Tells once that the breaker opened; true when this call did. */
  tellBreaker(open: OpenBreaker): Promise<boolean>;
  /** Closes the circuit breaker: rollbacks before now no longer count. */
  closeBreaker(actor: string, reason: string): Promise<void>;
}

export function operations(redis: Redis, keys: Keys, scripts: OperatorScripts): Operations {
  async function push(stage: StageName, event: string): Promise<void> {
    const type = await redis.type(keys.list(stage));
    if (type !== "none" && type !== "list")
      throw new Refused(`the key ${keys.list(stage)} holds a ${type}; move it away first`);
    await redis.lpush(keys.list(stage), event);
  }
  return {
    async submit(source, by, trace) {
      const event = newEvent(SOURCE_SUBMITTED, by, await redisNow(redis), { source }, undefined, trace);
      const [, person] = /^person\/(.+)$/.exec(by) ?? [];
      if (person !== undefined) await rememberHandingIn(redis, keys, event.id, decodeURIComponent(person));
      await push("ingest", JSON.stringify(event));
      return event.id;
    },
    async enqueue(stage, raw) {
      const parsed = parseEvent(raw);
      if ("problems" in parsed) throw new Refused(parsed.problems.join("; "));
      await push(stage, raw);
      return parsed.event.id;
    },
    async decide({ id, from, to, actor, reason, patch = {} }) {
      refuseUnlessOk(await scripts.schoolDecide(id, from, to, actor, reason, ...patchArguments(patch)));
    },
    async deadLetters(stage, limit = 100) {
      const entries = await redis.lrange(keys.dead(stage), 0, limit - 1);
      return entries.map((entry) => readLetter(stage, entry));
    },
    async redrive({ stage, entry, event }, actor, reason) {
      // The event must go back as the very text it was; a JSON round trip is not that, so it is cut out of the entry.
      const text = event === undefined ? "" : entry.slice(entry.indexOf('"event":') + '"event":'.length, -1);
      const data = event?.["data"] as { id?: unknown } | undefined;
      const id = typeof data?.id === "string" ? data.id : "";
      refuseUnlessOk(await scripts.schoolRedrive(stage, entry, text, id, actor, reason));
    },
    async unlock(lock, actor, reason) {
      return refuseUnlessOk(await scripts.schoolUnlock(lock, actor, reason)) as string;
    },
    async hurry(id, status, by) {
      return (await scripts.schoolHurry(id, status, by)) === 1;
    },
    async askRollback(id, actor, reason) {
      return refuseUnlessOk(await scripts.schoolAskRollback(id, actor, reason)) as Status;
    },
    async giveFeedback(id, expert, feedback) {
      const { right, because, by } = feedback;
      const word = right ? "right" : "wrong";
      const named = feedback.expert === undefined ? "" : `, the right one is ${feedback.expert}`;
      const said = `the ${expert} expert was ${word}${right ? "" : named}: ${because}`;
      const reply = (await scripts.schoolFeedback(id, expert, by, said, JSON.stringify(feedback))) as string[];
      const status = refuseUnlessOk(reply) as Status;
      return { status, learns: reply[2] === "1" };
    },
    async tellBreaker(open) {
      return (await scripts.schoolBreakerOpened(open.openedAt, open.closesAt, breakerText(open))) === 1;
    },
    async promoteTimers() {
      const [, next] = (await scripts.schoolTimers()) as [number, number];
      return next;
    },
    async reap(stage, maxAttempts) {
      return (await scripts.schoolReap(stage, maxAttempts)) as number;
    },
    async closeBreaker(actor, reason) {
      await redis.hset(keys.breaker, { closed_at: String(await redisNow(redis)), closed_by: actor, reason });
    },
  };
}

/** One entry of a list of dead letters. */
export function readLetter(stage: StageName, entry: string): DeadLetter {
  return { ...letterIn(stage, entry), stage, entry };
}

/** Redis's JSON reader accepts texts that JSON does not allow; such an event is shown as the text it is. */
function letterIn(stage: StageName, entry: string): Omit<DeadLetter, "entry"> {
  const whole = parsed(entry);
  if (whole !== undefined) return whole as Omit<DeadLetter, "entry">;
  const at = entry.indexOf(',"event":');
  const facts = at < 0 ? undefined : parsed(`${entry.slice(0, at)}}`);
  const raw = facts === undefined ? entry : entry.slice(at + ',"event":'.length, -1);
  return { reason: "unreadable", attempts: 0, at: "", ...facts, stage, raw };
}

function parsed(text: string): Partial<DeadLetter> | undefined {
  try {
    return JSON.parse(text) as Partial<DeadLetter>;
  } catch {
    // The caller shows the text itself.
    return undefined;
  }
}

function refuseUnlessOk(reply: unknown): string | undefined {
  const [answer, detail] = reply as [string, string?];
  if (answer !== "ok") throw new Refused(detail ?? "refused");
  return detail;
}
