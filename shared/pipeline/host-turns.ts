/** The turns at hosts outside, kept in Redis: one host is asked in one order by all processes of the school. */
import type { Redis } from "ioredis";
import type { HostTurns } from "../source-ports.ts";
import type { Keys } from "./keys.ts";
import { defineScripts } from "./scripts/define.ts";
import { hostHeldScript, hostHoldScript, hostTurnScript } from "./scripts/host-turns.ts";

const scripts = { schoolHostTurn: hostTurnScript, schoolHostHold: hostHoldScript, schoolHostHeld: hostHeldScript };

export function hostTurns(redis: Redis, keys: Keys): HostTurns {
  const { schoolHostTurn, schoolHostHold, schoolHostHeld } = defineScripts(redis, keys.prefix, scripts);
  return {
    async next(host, { everyMs, mostMs }) {
      const [taken, afterMs] = (await schoolHostTurn(host, Math.ceil(everyMs), Math.ceil(mostMs))) as [number, number];
      return { kind: taken === 1 ? "taken" : "later", afterMs };
    },
    async hold(host, forMs) {
      await schoolHostHold(host, Math.ceil(forMs));
    },
    async heldMs(host) {
      return Number(await schoolHostHeld(host));
    },
  };
}
