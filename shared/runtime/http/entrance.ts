/**
 * One event that was posted: judged, put in flight past the list, worked on and settled as any worker does it. Once it is
 * in flight the work is done whoever still listens; only the answer may come early.
 */
import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import type { ImprovementData, SchoolEvent } from "../../domain/events.ts";
import type { Proposal } from "../../domain/improvement.ts";
import { injector } from "../../pipeline/inject.ts";
import { acceptedTypes, denies, type Subject, subjectOf } from "../../pipeline/injection.ts";
import type { Lease } from "../../pipeline/stage-queue.ts";
import { standingOf } from "../../pipeline/standing.ts";
import { aboutLease } from "../about.ts";
import type { Equipment } from "../equip.ts";
import { LeaseLost } from "../errors.ts";
import { heartbeats } from "../heartbeat.ts";
import { perform } from "../work.ts";
import { answerTo, answerToError, answerToRefusal, leaseLost, noPlace, stopping, unreachable } from "./answers.ts";
import { type HttpMessage, type ReceivedEvent, readEvent } from "./cloud-event.ts";
import { places } from "./places.ts";
import { problem, type Reply } from "./reply.ts";

export interface Entrance {
  /** `proposer`: who brings in what the event brings. `gone`: aborted when the caller no longer waits. Never rejects. */
  receive(message: HttpMessage, proposer: string | undefined, gone: AbortSignal): Promise<Reply>;
  /** Takes nothing more, lets running handlers finish for at most `graceMs`, gives back the rest. */
  drain(graceMs: number): Promise<void>;
}

interface Running {
  readonly abort: AbortController;
  readonly startedAt: number;
  readonly lease: Lease;
  readonly answer: (reply: Reply) => void;
  /** Frees its place, once. */
  readonly leave: () => void;
}

/** Milliseconds Redis may take before the caller is told that it is out of reach. */
const PATIENCE_MS = 5_000;
const LONGEST_WAIT_MS = 30_000;
/** How often a record may change while its event is looked at. */
const LOOKS = 5;

export function entrance(redis: Redis, equipment: Equipment, patienceMs = PATIENCE_MS): Entrance {
  const { stage, ports, queue, keys, worker, log, perPod, leaseMs, drainMs, maxAttempts, tracing } = equipment;
  const arrivals = injector(redis, keys.prefix, stage.name, { leaseMs, maxAttempts });
  const running = new Map<string, Running>();
  const unfinished = new Set<Promise<void>>();
  const here = places(perPod);
  const closing = new AbortController();
  const beat = heartbeats(queue, leaseMs, drainMs, running, log, (token) => {
    const stuck = running.get(token);
    running.delete(token);
    stuck?.answer(leaseLost("the handler does not end"));
    stuck?.leave();
  });
  let injections = 0;

  async function inject({ event, raw }: ReceivedEvent, proposer: string | undefined) {
    const subject = subjectOf(event);
    const delivery = deliveryOf(event, subject);
    injections += 1;
    const token = `${worker}:http:${injections}`;
    for (let looks = 0; looks < LOOKS; looks += 1) {
      const standing = subject === undefined ? { status: undefined } : await standingOf(redis, keys, subject.id);
      if ("damage" in standing) return problem(409, `${standing.damage}.`);
      const denial = denies(stage.name, event, standing.status);
      if (denial !== undefined) {
        // An event that did its work no longer fits: a second delivery must be told so, not refused.
        const before = await arrivals.delivered(delivery);
        if (before !== undefined) return answerToRefusal(before, stage.name);
        return problem(denial.status, `${denial.detail}.`, { extra: { accepts: acceptedTypes(stage.name) } });
      }
      const injected = await arrivals.inject({
        token,
        event: raw,
        delivery,
        subject: subject?.id,
        standing: standing.status,
        ...(subject?.brings === true ? { brings: (event.data as ImprovementData).improvement as Proposal } : {}),
        ...(proposer === undefined ? {} : { proposer }),
      });
      if (typeof injected !== "string") return injected;
      if (injected !== "changed") return answerToRefusal(injected, stage.name);
    }
    return answerToRefusal("changed", stage.name);
  }

  async function work(lease: Lease, redisNow: number, { answer, leave }: Pick<Running, "answer" | "leave">) {
    const startedAt = performance.now();
    const now = () => redisNow + (performance.now() - startedAt);
    const abort = new AbortController();
    running.set(lease.token, { abort, startedAt, lease, answer, leave });
    const settlement = await perform(stage, ports, queue, log, { lease, signal: abort.signal, now }, tracing);
    // Given back or given up meanwhile: that was answered there.
    if (!running.delete(lease.token)) return;
    if (settlement === undefined) return answer(leaseLost(reasonOf(abort.signal)));
    const impatient = setTimeout(() => answer(unreachable(true)), patienceMs);
    try {
      const { results } = await queue.settle([settlement], 0);
      answer(answerTo({ stage: stage.name, lease, settlement, result: results[0] ?? "lost", now: now() }));
    } finally {
      clearTimeout(impatient);
    }
  }

  async function handle(received: ReceivedEvent, proposer: string | undefined, answer: (reply: Reply) => void) {
    let claimed = false;
    let left = false;
    function leave(): void {
      if (!left) here.leave();
      left = true;
    }
    const impatient = setTimeout(() => answer(unreachable(false)), patienceMs);
    try {
      const injected = await inject(received, proposer);
      clearTimeout(impatient);
      if ("status" in injected) return answer(injected);
      claimed = true;
      await work(injected.lease, injected.now, { answer, leave });
    } catch (error) {
      const known = answerToError(error, claimed);
      if (known === undefined)
        log.error({ err: error }, "A posted event failed; this is a fault of the runtime, report it");
      answer(known ?? problem(500, "An unexpected fault; the function's log has the details."));
    } finally {
      clearTimeout(impatient);
      leave();
    }
  }

  return {
    async receive(message, proposer, gone) {
      const received = readEvent(message);
      if ("problems" in received) {
        const accepts = acceptedTypes(stage.name);
        const detail = `${received.problems.join("; ")}. ${stage.name} takes ${accepts.join(" or ")}.`;
        return problem(received.status, detail, { extra: { problems: received.problems, accepts } });
      }
      const entered = await here.take(message.body.byteLength, () =>
        AbortSignal.any([gone, closing.signal, AbortSignal.timeout(LONGEST_WAIT_MS)]),
      );
      if (closing.signal.aborted) {
        if (entered) here.leave();
        return stopping(false);
      }
      if (!entered) return noPlace(perPod);
      return new Promise((resolve) => {
        const whole = handle(received, proposer, resolve).finally(() => unfinished.delete(whole));
        unfinished.add(whole);
      });
    },
    async drain(graceMs) {
      closing.abort();
      const late = setTimeout(() => {
        for (const [token, { abort, answer, lease }] of running) {
          abort.abort(new LeaseLost("the process is stopping"));
          running.delete(token);
          const back = queue.settle([{ kind: "handback", token }], 0).then(
            () => answer(stopping(true)),
            (error: Error) => {
              log.warn(
                { err: error, token, ...aboutLease(lease) },
                "An event could not be given back; its lease runs out instead",
              );
              answer(unreachable(true));
            },
          );
          unfinished.add(back);
          void back.finally(() => unfinished.delete(back));
        }
      }, graceMs);
      await Promise.race([allOf(unfinished), elapsed(graceMs + patienceMs)]);
      clearTimeout(late);
      beat.stop();
    },
  };
}

/** The same source and id about the same improvement; a source is what it says, whatever id its sender gave it. */
function deliveryOf({ source, id, data }: SchoolEvent, subject: Subject | undefined): string {
  const about = subject?.id ?? JSON.stringify(data);
  return createHash("sha256")
    .update(JSON.stringify([source, id, about]))
    .digest("hex")
    .slice(0, 32);
}

function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : "the lease was lost";
}

/** Until the set is empty, whatever joins it meanwhile. */
async function allOf(promises: ReadonlySet<Promise<void>>): Promise<void> {
  while (promises.size > 0) await Promise.allSettled(promises);
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
