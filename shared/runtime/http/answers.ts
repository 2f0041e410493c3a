/** What the caller is told about an event, from how it was settled or why it was not. */
import type { SchoolEvent } from "../../domain/events.ts";
import type { NotInjected } from "../../pipeline/inject.ts";
import { isOutage, isPassingRefusal } from "../../pipeline/refusal.ts";
import type { Lease, Settlement, SettleResult } from "../../pipeline/stage-queue.ts";
import type { StageName } from "../../stages.ts";
import { nothingToTell, problem, type Reply, told } from "./reply.ts";

/** No Trigger filters on these, so that a broker never brings an answer back as an event. */
export const SETTLED = "ai.cortex.school.stage.settled";
export const DEFERRED = "ai.cortex.school.stage.deferred";

/** Seconds: Redis reconnects within two, a worker's event is settled or given up within its lease. */
const SOON = 2;

export interface Ending {
  readonly stage: StageName;
  readonly lease: Lease;
  readonly settlement: Settlement;
  readonly result: SettleResult;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function answerTo({ stage, lease, settlement, result, now }: Ending): Reply {
  const tell = (status: 200 | 202, type: string, data: Record<string, unknown>, subject: string | undefined) =>
    told(status, outcomeEvent(stage, lease.token, type, now, data, subject));
  if (result === "dead") {
    const reason = "reason" in settlement ? settlement.reason : "";
    const detail = `${reason}. The event is among the dead letters of ${stage}; \`school redrive\` tries it again.`;
    return problem(422, detail, { extra: { fate: "dead" } });
  }
  if (result === "lost") return leaseLost("its lease or the improvement's status had changed");
  if (result === "illegal") return problem(500, "The lifecycle forbids what the handler answered; report it.");
  if (result !== "ok") {
    const detail = `A Redis key of the school is damaged (${result}); \`school doctor\` names it. Nothing was written.`;
    return problem(500, detail);
  }
  switch (settlement.kind) {
    case "move": {
      const { id, from, to, because } = settlement;
      return tell(200, SETTLED, { id, stage, from, to, because }, id);
    }
    case "source": {
      const { id, state, fields, proposals } = settlement;
      const data = {
        stage,
        source: id,
        state,
        improvements: proposals.map((one) => one.id),
        because: fields["because"],
      };
      return tell(200, SETTLED, data, undefined);
    }
    case "later": {
      const { delayMs } = settlement;
      const retryAt = new Date(now + delayMs).toISOString();
      return tell(202, DEFERRED, { stage, retryAt, because: "more of the same is to be done" }, undefined);
    }
    case "retry": {
      const { delayMs, reason } = settlement;
      const id = lease.fields["id"];
      const retryAt = new Date(now + delayMs).toISOString();
      const data = { ...(id === undefined ? {} : { id }), stage, attempt: lease.attempt, retryAt, because: reason };
      return tell(202, DEFERRED, data, id);
    }
    default:
      return nothingToTell();
  }
}

export function leaseLost(why: string): Reply {
  return problem(409, `Nothing was written: ${why}. The school has the event and goes on with it.`, {
    retryAfter: SOON,
  });
}

/** `changed` has no answer of its own: the caller looks at the record again. */
export function answerToRefusal(why: NotInjected, stage: StageName): Reply {
  switch (why) {
    case "delivered":
      return nothingToTell({ "school-delivery": "duplicate" });
    case "working":
      return problem(409, `This event was delivered before and ${stage} is working on it.`, { retryAfter: SOON });
    case "busy":
      return problem(409, "Another worker has this improvement just now.", { retryAfter: SOON });
    case "waiting":
      return problem(409, "This improvement waits for its next round or retry; the school goes on by itself.", {
        retryAfter: SOON,
      });
    case "changed":
      return problem(409, "The improvement changed while the event was looked at; send it again.", {
        retryAfter: SOON,
      });
    case "newer":
      return problem(503, "A newer version of the school wrote this improvement's record; its own functions take it.", {
        retryAfter: SOON,
      });
    case "unreadable":
      return problem(400, "Redis cannot read this event: nested too deeply, or two ids in one.");
  }
}

/** From what Redis threw, before the event was in flight (`claimed` false) or while its end was written. */
export function answerToError(error: unknown, claimed: boolean): Reply | undefined {
  if (isOutage(error)) return unreachable(claimed);
  if (isPassingRefusal(error)) {
    const [said = ""] = (error as Error).message.split(/[\n.]/, 1);
    const fate = claimed ? "The event's lease runs out and another worker takes it" : "Deliver the event again";
    return problem(503, `Redis refuses to write for now (${said}). ${fate}.`, { retryAfter: SOON });
  }
  if (error instanceof Error && /WRONGTYPE/.test(error.message)) {
    const detail = "A Redis key of the school holds another type of data; `school doctor` names it.";
    return problem(500, `${detail} Nothing was written.`);
  }
  return undefined;
}

export function unreachable(claimed: boolean): Reply {
  const detail = claimed
    ? "Redis went away while the event was being worked on. It is not lost: it is settled when Redis is back, or its lease " +
      "runs out and another worker takes it. Delivering it again does no harm."
    : "Redis is out of reach. Deliver the event again; if it was accepted after all, that is noticed.";
  return problem(503, detail, { retryAfter: SOON });
}

export function stopping(claimed: boolean): Reply {
  const detail = claimed
    ? "This process is stopping; the event went back to its list and another worker takes it."
    : "This process is stopping; deliver the event again.";
  return problem(503, detail, { retryAfter: SOON });
}

export function noPlace(most: number): Reply {
  return problem(429, `This process works on ${most} events at once and the line is long; deliver the event later.`, {
    retryAfter: SOON,
  });
}

function outcomeEvent(
  stage: StageName,
  token: string,
  type: string,
  now: number,
  data: Record<string, unknown>,
  subject: string | undefined,
): SchoolEvent {
  return {
    specversion: "1.0",
    id: token,
    source: `/cortex-online-school/${stage}`,
    type,
    ...(subject === undefined ? {} : { subject }),
    time: new Date(now).toISOString(),
    datacontenttype: "application/json",
    data,
  };
}
