/** Turns at hosts for a single process that has no Redis. */
import type { HostTurns } from "../../source-ports.ts";

interface Host {
  next: number;
  later: number;
  held: number;
}

/** So many hosts are remembered before those whose moments have passed are forgotten. */
const MANY = 500;

/** `clock` counts milliseconds and never goes back. */
export function localTurns(clock: () => number = () => performance.now()): HostTurns {
  const hosts = new Map<string, Host>();

  function known(name: string, now: number): Host {
    if (hosts.size > MANY) {
      for (const [other, { next, later, held }] of hosts) if (Math.max(next, later, held) <= now) hosts.delete(other);
    }
    const found = hosts.get(name) ?? { next: 0, later: 0, held: 0 };
    hosts.set(name, found);
    return found;
  }

  return {
    async next(name, { everyMs, mostMs }) {
      const now = clock();
      const host = known(name, now);
      const next = Math.max(now, host.next);
      if (next - now <= mostMs) {
        host.next = next + everyMs;
        return { kind: "taken", afterMs: Math.ceil(next - now) };
      }
      const later = Math.max(next, host.later);
      host.later = later + everyMs;
      return { kind: "later", afterMs: Math.ceil(later - now) };
    },
    async hold(name, forMs) {
      const now = clock();
      const host = known(name, now);
      host.held = Math.max(host.held, now + forMs);
      host.next = Math.max(host.next, now + forMs);
    },
    async heldMs(name) {
      return Math.max(0, Math.ceil((hosts.get(name)?.held ?? 0) - clock()));
    },
  };
}
