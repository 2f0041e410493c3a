/** One leased event: parse it, find its improvement, call the handler, turn the answer into a settlement. */
import type { Logger } from "pino";
import {
  IMPROVEMENT_PREFIX,
  type ImprovementData,
  NOTICE,
  type Notice,
  parseEvent,
  REPOSITORY_CHANGED,
  type RepositoryData,
  type SchoolEvent,
  SOURCE_SUBMITTED,
  type SourceData,
} from "../domain/events.ts";
import type { Improvement } from "../domain/improvement.ts";
import { decodeImprovement } from "../domain/improvement-fields.ts";
import type { Status } from "../domain/lifecycle.ts";
import { eventOfRecord } from "../domain/platform-records.ts";
import { NewerSchema } from "../domain/schema/chain.ts";
import { changesBetween, recordForward } from "../domain/schema/record.ts";
import { traceOf } from "../domain/trace-context.ts";
import type { Lease, Settlement, StageQueue } from "../pipeline/stage-queue.ts";
import { stageEntry } from "../stages.ts";
import { aboutLease } from "./about.ts";
import { LeaseLost, PermanentError, RetryLater } from "./errors.ts";
import type { AnyOutcome } from "./outcome.ts";
import { settlementFor, settlementForError } from "./settlement.ts";
import type { Asked, Context, Stage } from "./stage.ts";
import { type Tracing, traceIdFor, type WorkSpan, withTrace } from "./tracing/open.ts";

/** Stages at which an improvement may enter with an event alone; from `approve` on the record must already stand there. */
const INJECTABLE: readonly string[] = ["route", "evaluate", "validate", "plan"];

export interface Work {
  readonly lease: Lease;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** Never throws. Undefined: the lease is lost, there is nothing to settle. */
export async function perform(
  stage: Stage,
  ports: unknown,
  queue: StageQueue,
  log: Logger,
  { lease, signal, now }: Work,
  tracing?: Tracing,
): Promise<Settlement | undefined> {
  const { token, attempt } = lease;
  let bindings: Record<string, unknown> = { attempt };
  let bound: Logger | undefined;
  let span: WorkSpan | undefined;
  // Made when somebody logs: a child logger costs more than a no-op handler.
  const boundLog = () => (bound ??= log.child(bindings));
  try {
    const event = validEvent(stage, lease.event);
    const improvement = await improvementOf(stage, queue, lease, event);
    // The same new improvement came twice; the event that gave it its record also moves it on.
    if (improvement === "created by another event") return { kind: "done", token };
    const handling = { event, improvement, attempt, now: now() };
    span = tracing?.begin(handling);
    bindings = { ...bindings, event: event.id, improvement: improvement?.id, trace_id: traceIdFor(handling, span) };
    bound = undefined;
    const context: Context = {
      get log() {
        return boundLog();
      },
      now,
      signal,
      attempt,
      async save(patch) {
        if (improvement === undefined || !(await queue.save(token, improvement.id, patch))) throw new LeaseLost();
      },
    };
    const handle = stage.handle as unknown as (input: unknown, ports: unknown, context: Context) => Promise<AnyOutcome>;
    const run = () => handle(inputFor(stage, event, improvement), ports, context);
    const answer = await (span === undefined ? run() : span.run(run));
    const outcome = withTrace(answer, handling, span);
    // After the settlement is on its way: the first line of a process costs as much as a third of its start.
    setImmediate(() => {
      if (!log.isLevelEnabled("info")) return;
      const to = "to" in outcome ? outcome.to : undefined;
      boundLog().info({ outcome: outcome.kind, to, because: outcome.because }, "handled");
    });
    const settlement = settlementFor(token, outcome, improvement);
    span?.done(outcome);
    return settlement;
  } catch (error) {
    if (bindings["improvement"] === undefined) bindings = { ...bindings, ...aboutLease(lease) };
    if (error instanceof LeaseLost || signal.reason instanceof LeaseLost) {
      span?.failed(error, "lost");
      boundLog().warn({ err: error }, "The lease was lost; another worker has this event now");
      return undefined;
    }
    const settlement = settlementForError(token, error, attempt);
    const fate = settlement.kind;
    span?.failed(error, fate);
    const text =
      error instanceof NewerSchema ? NEWER : "The handler failed; it is tried again or dead-lettered as `fate` says";
    setImmediate(() => boundLog().warn({ err: error, fate }, text));
    return settlement;
  }
}

const NEWER = "A newer version of the school wrote this; it is given back untouched, for a worker of that version";
/** Until a record that changed while it was brought forward is looked at again. */
const CHANGED_MS = 500;

function validEvent(stage: Stage, raw: string): SchoolEvent {
  const record = stageEntry(stage.name).kind === "source" ? eventOfRecord(raw) : undefined;
  const parsed = record ?? parseEvent(raw);
  if ("event" in parsed) return parsed.event;
  if ("newer" in parsed && parsed.newer instanceof NewerSchema) throw parsed.newer;
  const what = record === undefined ? "event" : "record";
  throw new PermanentError(`this ${what} cannot be used: ${parsed.problems.join("; ")}`);
}

async function improvementOf(
  stage: Stage,
  queue: StageQueue,
  lease: Lease,
  event: SchoolEvent,
): Promise<Improvement | "created by another event" | undefined> {
  if (!hasImprovement(stage) || isNotice(stage, event)) return undefined;
  const { id, improvement: proposal } = dataOf<ImprovementData>(event, IMPROVEMENT_PREFIX);
  let fields = lease.fields;
  if (fields["id"] === undefined && fields["status"] === undefined) {
    if (proposal === undefined)
      throw new PermanentError(`there is no record improvement:${id}, and the event carries no improvement`);
    if (!INJECTABLE.includes(stage.name)) {
      throw new PermanentError(
        `an improvement may enter at ${INJECTABLE.join(", ")}; from approve on its record must already stand there`,
      );
    }
    const admitted = await queue.admit(lease.token, id, { ...withoutUndefined(proposal), ...traceOf(event) });
    if (admitted === undefined) return "created by another event";
    fields = admitted;
  }
  if (fields["id"] !== undefined && fields["id"] !== id) {
    throw new PermanentError(`the event names improvement ${id}, but was claimed for ${fields["id"]}`);
  }
  try {
    return decodeImprovement(await inNewestForm(stage, queue, lease.token, fields));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new PermanentError(`the record improvement:${id} is damaged: ${(error as Error).message}`, { cause: error });
  }
}

/** What an older version wrote is brought forward before its owner works on it; an observer only reads it. */
async function inNewestForm(stage: Stage, queue: StageQueue, token: string, fields: Lease["fields"]) {
  const forward = recordForward(fields);
  const changes = changesBetween(fields, forward);
  if (changes === undefined || stageEntry(stage.name).kind !== "owner") return forward;
  const result = await queue.migrate(token, fields, changes);
  if (result === "ok") return forward;
  if (result === "changed") throw new RetryLater("its record changed meanwhile", CHANGED_MS, { free: true });
  throw new LeaseLost();
}

function inputFor(stage: Stage, event: SchoolEvent, improvement: Improvement | undefined): unknown {
  const { kind } = stageEntry(stage.name);
  if (kind === "keeper") return { change: dataOf<RepositoryData>(event, REPOSITORY_CHANGED), asked: askedBy(event) };
  if (isNotice(stage, event)) return { notice: event.data as Notice, event: event.id };
  if (improvement === undefined) return { source: dataOf<SourceData>(event, SOURCE_SUBMITTED).source };
  if (kind !== "observer") return { improvement };
  return { improvement, reached: event.type.split(".").at(-1) as Status, event: event.id };
}

function hasImprovement(stage: Stage): boolean {
  const { kind } = stageEntry(stage.name);
  return kind === "owner" || kind === "observer";
}

function isNotice(stage: Stage, { type }: SchoolEvent): boolean {
  return stageEntry(stage.name).kind === "observer" && type === NOTICE;
}

/** The time of our own events is Redis's. */
function askedBy({ source, time }: SchoolEvent): Asked {
  const at = OURS.test(source) && time !== undefined ? Date.parse(time) : Number.NaN;
  return { by: source, ...(Number.isNaN(at) ? {} : { at }) };
}
const OURS = /^\/cortex-online-school\//;

/** The data was checked against its type's schema already; what is left is whether this type belongs on this list. */
function dataOf<T>(event: SchoolEvent, type: string): T {
  if (event.type.startsWith(type)) return event.data as T;
  throw new PermanentError(`an event of type ${event.type} does not belong on this list`);
}

/** zod's optional fields are `T | undefined`; the record has them or not. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
