/** Events that are posted to a function: put in flight at once, past the list. Only functions in HTTP mode need this. */
import type { Redis } from "ioredis";
import type { Proposal } from "../domain/improvement.ts";
import type { Status } from "../domain/lifecycle.ts";
import type { StageName } from "../stages.ts";
import { claimFunctions } from "./scripts/claim.ts";
import { definePipelineScripts } from "./scripts/define.ts";
import { deliveredScript, deliveryFunctions, injectScript } from "./scripts/inject.ts";
import { claims, type Flat, type Lease, proposalArguments, type QueueSettings } from "./stage-queue.ts";

/** One event that came by another way than the list. */
export interface Injection {
  /** Of the lease it asks for; unique. The same call may be repeated with it. */
  readonly token: string;
  /** The structured event, as text. */
  readonly event: string;
  /** What makes it the same event when it comes again. */
  readonly delivery: string;
  /** The improvement it is about; undefined for a source. */
  readonly subject: string | undefined;
  /** The status its record was seen in; undefined for no record. */
  readonly standing: Status | undefined;
  /** The new improvement it brings. */
  readonly brings?: Proposal;
  readonly proposer?: string;
}

/**
 * Why an injected event got no lease. `delivered`, `working`: it was accepted before (and is in work). `changed`: the
 * record no longer stands as seen. `waiting`: the improvement waits for an event of its own. `busy`: another worker has it.
 * `newer`: a newer version of the school wrote its record.
 */
export type NotInjected = "delivered" | "working" | "changed" | "waiting" | "busy" | "newer" | "unreadable";

export interface Injector {
  /** Takes one event into a lease at once; an improvement it brings gets its record. */
  inject(injection: Injection): Promise<{ lease: Lease; now: number } | NotInjected>;
  /** Whether this event was injected within the last day. */
  delivered(delivery: string): Promise<"delivered" | "working" | undefined>;
}

export function injector(
  redis: Redis,
  prefix: string,
  stage: StageName,
  { leaseMs, maxAttempts }: Omit<QueueSettings, "worker">,
): Injector {
  const scripts = definePipelineScripts(redis, prefix, {
    schoolInject: claimFunctions + deliveryFunctions + injectScript,
    schoolDelivered: deliveryFunctions + deliveredScript,
  });
  return {
    async inject({ token, event, delivery, subject, standing, brings, proposer }) {
      const about: Flat = [subject ?? "", standing ?? "", proposer ?? "", leaseMs, maxAttempts];
      const args: Flat = [stage, token, event, delivery, ...about, brings === undefined ? 0 : 1];
      if (brings !== undefined) args.push(subject ?? "", ...proposalArguments(brings));
      const reply = (await scripts.schoolInject(...args)) as string;
      if (!reply.startsWith("[")) return reply as NotInjected;
      const { leases, now } = claims(reply);
      return { lease: leases[0] as Lease, now };
    },
    async delivered(delivery) {
      const word = (await scripts.schoolDelivered(stage, delivery)) as "" | "delivered" | "working";
      return word === "" ? undefined : word;
    },
  };
}
