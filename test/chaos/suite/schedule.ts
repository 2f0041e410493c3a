/** Which fault happens when: drawn from one seed, so that the same seed gives the same schedule. */
import { STAGES } from "../../../shared/stages.ts";
import { FORGE_FAULTS } from "./git-server.ts";
import { LINK_MODES } from "./proxy.ts";
import type { Random } from "./random.ts";
import { LEASE_SECONDS, LINKS } from "./world.ts";

export interface Planned {
  /** One fault after the other in each; `own` hits the school, `outside` what it uses. */
  readonly track: "own" | "outside";
  /** Milliseconds after the beginning. */
  readonly at: number;
  /** How long it lasts; 0: a blow. */
  readonly lasts: number;
  /** `kill-function`, `functions-redis:stall`, … */
  readonly kind: string;
  /** Slots of processes, where it hits some. */
  readonly targets: readonly string[];
}

/** What hits the school itself; one after the other. */
const OWN = [
  "kill-function",
  "kill-function",
  "kill-coordinator",
  "kill-everything",
  "stop-function",
  "stop-coordinator",
  "redis-kill",
  "redis-restart",
  "redis-pause",
  "redis-write-pause",
  ...LINK_MODES.map((mode) => `functions-redis:${mode}`),
  ...LINK_MODES.map((mode) => `coordinator-redis:${mode}`),
] as const;

/** What hits the parts it uses; at the same time as the others. */
const OUTSIDE = [
  ...LINKS.filter((link) => !link.endsWith("-redis")).flatMap((link) => LINK_MODES.map((mode) => `${link}:${mode}`)),
  ...FORGE_FAULTS.map((fault) => `forge-${fault}`),
  "forge-other-writer",
  "forge-force-push",
  "cluster-api-errors",
  "cluster-api-stale",
  "cluster-prometheus-503",
  "cluster-conflict",
  "git-cache-locks",
];

/** Every kind there is. */
export const KINDS: readonly string[] = [...new Set([...OWN, ...OUTSIDE])];

const BLOWS =
  /^(?:kill-|redis-kill|redis-restart|forge-other-writer|forge-force-push|cluster-conflict|git-cache-locks)/;
const PROCESSES_KILLED = 4;

/** Two tracks; each goes through all of its kinds before it begins again. Nothing begins or lasts after `forMs`. */
export function scheduleOf(random: Random, forMs: number): Planned[] {
  const stages = bag(random.fork("stages"), STAGES);
  const slots = ["coordinator-0", "coordinator-1"];
  function targetsOf(kind: string): string[] {
    switch (kind) {
      case "kill-function":
        return [...new Set(Array.from({ length: PROCESSES_KILLED }, stages))];
      case "stop-function":
        return [...new Set([stages(), stages()])];
      case "kill-coordinator":
      case "stop-coordinator":
        return [random.pick(slots)];
      case "kill-everything":
        return [...STAGES, ...slots];
      default:
        return [];
    }
  }
  function track(name: Planned["track"], kinds: readonly string[]): Planned[] {
    const own = random.fork(name);
    const next = bag(own, kinds);
    const planned: Planned[] = [];
    for (let at = own.between(500, 3_000); ; ) {
      const kind = next();
      const lasts = lastingOf(kind, own);
      if (at + lasts > forMs) return planned;
      planned.push({ track: name, at, lasts, kind, targets: targetsOf(kind) });
      at += lasts + own.between(1_500, 4_000);
    }
  }
  return [...track("own", OWN), ...track("outside", OUTSIDE)].sort((a, b) => a.at - b.at);
}

function lastingOf(kind: string, random: Random): number {
  if (BLOWS.test(kind)) return 0;
  // Longer than a lease, so that what was stopped is somebody else's when it goes on.
  if (kind.startsWith("stop-")) return 1_000 * LEASE_SECONDS + random.between(1_000, 3_000);
  return random.between(1_500, 5_000);
}

/** Draws without putting back until nothing is left, then begins again. */
function bag(random: Random, all: readonly string[]): () => string {
  let left: string[] = [];
  return () => {
    if (left.length === 0) left = random.shuffle(all);
    return left.pop() as string;
  };
}

/** One line a fault. */
export function printed(schedule: readonly Planned[]): string {
  const seconds = (ms: number) => (ms / 1_000).toFixed(1).padStart(7);
  return schedule
    .map(({ at, lasts, kind, targets }) =>
      `${seconds(at)} s  ${seconds(lasts)} s  ${kind}  ${targets.join(" ")}`.trimEnd(),
    )
    .join("\n");
}
