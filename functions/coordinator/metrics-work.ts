/** What is measured of the work itself: what validate found, what was committed and taken back, and what failed last. */
import type { Redis } from "ioredis";
import { PUSH_FAILURES } from "../../shared/adapters/git/count-pushes.ts";
import { CATEGORIES } from "../../shared/domain/improvement.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { ROLLBACK_BOUNDS } from "../../shared/pipeline/durations.ts";
import type { Keys } from "../../shared/pipeline/keys.ts";
import { histogramOf } from "../../shared/routing/report/buckets.ts";
import type { Sink } from "./metrics.ts";
import { startingWith } from "./router-report.ts";

type Sampled = Parameters<Sink["counter"]>[2];

/** The founding platform's words for what these checks find. */
const FOUNDING_TYPES: Readonly<Record<string, string>> = { contradiction: "architectural", dependencies: "dependency" };
const CONFLICT_TYPES = ["duplicate", "architectural", "dependency", "capacity"] as const;

export interface Moves {
  readonly moved: (to: Status) => number;
  readonly byPerson: (to: Status) => number;
  /** Without the moves people made. */
  readonly automatically: (to: Status) => number;
}

export function collectWork(
  { moved, byPerson, automatically }: Moves,
  counters: ReadonlyMap<string, number>,
  sink: Sink,
): void {
  const count = (field: string) => counters.get(field) ?? 0;
  sink.counter("cortex_rag_validations_total", "Decisions of validate; unknown: something could not be looked at", [
    [{ result: "pass" }, automatically("validated")],
    [{ result: "conflict" }, moved("conflicts")],
    [{ result: "unknown" }, count("validation:unknown")],
  ]);
  sink.counter("cortex_rag_conflicts_total", "Conflicts validate found, by what they are", conflicts(counters));
  sink.counter(
    "cortex_worker_implementations_total",
    "Changes that reached the branch, by the category of their improvement",
    CATEGORIES.map((type) => [{ type }, count(`implemented:${type}`)]),
  );
  sink.counter("cortex_worker_git_commits_total", "Changes committed to the GitOps repository", [
    [{}, automatically("implementation")],
  ]);
  sink.counter(
    "cortex_worker_git_push_failures_total",
    "Pushes that did not land: another one was first, the branch takes pull requests only, or an error",
    PUSH_FAILURES.map((reason) => [{ reason }, count(`push_failed:${reason}`)]),
  );
  sink.counter("cortex_health_checks_total", "Deployments found healthy, sent to rollback, or left to a person", [
    [{ result: "pass" }, automatically("verified")],
    [{ result: "fail" }, automatically("rolling_back")],
    [{ result: "unknown" }, count("health:unknown")],
  ]);
  collectRollbacks({ moved, byPerson, automatically }, counters, sink);
  const finished = moved("verified") + moved("failed") + moved("rollback_blocked");
  if (finished > 0) {
    const share = moved("verified") / finished;
    sink.gauge("cortex_school_implementation_success_rate", "Share of finished deployments that stayed (0..1)", [
      [{}, share],
    ]);
  }
}

function collectRollbacks({ byPerson, automatically }: Moves, counters: ReadonlyMap<string, number>, sink: Sink): void {
  const count = (field: string) => counters.get(field) ?? 0;
  const { person = 0, health: _unnamed, ...named } = Object.fromEntries(reasons(counters));
  const known = person + Object.values(named).reduce((sum, one) => sum + one, 0);
  sink.counter("cortex_rollbacks_total", "Rollbacks begun, by the check that failed or whoever asked for them", [
    // Of some it is not known which check it was.
    [{ reason: "health" }, Math.max(0, automatically("rolling_back") - known)],
    [{ reason: "person" }, byPerson("rolling_back") + person],
    ...Object.entries(named).map(([reason, value]) => [{ reason }, value] as const),
  ]);
  sink.histogram("cortex_rollback_duration_seconds", "From the decision to take back until it was done or blocked", [
    [{}, histogramOf(count, "rollback_seconds", ROLLBACK_BOUNDS, count("rollback_ms_sum") / 1_000)],
  ]);
}

function reasons(counters: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return Object.entries(startingWith(counters, "rollback:"));
}

function conflicts(counters: ReadonlyMap<string, number>): Sampled {
  const found = new Map<string, number>(CONFLICT_TYPES.map((type) => [type, 0]));
  for (const [check, value] of Object.entries(startingWith(counters, "conflict:"))) {
    const type = FOUNDING_TYPES[check] ?? check;
    found.set(type, (found.get(type) ?? 0) + value);
  }
  return [...found].map(([type, value]) => [{ type }, value]);
}

const FAILED: readonly Status[] = ["failed", "rollback_blocked", "dead"];
const MOST_FAILURES = 20;

/** The newest of each kind of failure, so that a dashboard can name them; a series ends when newer ones push it out. */
export async function collectFailures(redis: Redis, keys: Keys, sink: Sink): Promise<void> {
  const batch = redis.pipeline();
  for (const status of FAILED) batch.zrevrange(keys.byStatus(status), 0, MOST_FAILURES - 1, "WITHSCORES");
  const replies = (await batch.exec()) ?? [];
  const found: { improvement: string; status: Status; at: number }[] = [];
  for (const [i, [error, flat]] of replies.entries()) {
    if (error !== null) throw error;
    const members = flat as string[];
    for (let m = 0; m + 1 < members.length; m += 2) {
      const [improvement = "", at] = members.slice(m, m + 2);
      found.push({ improvement, status: FAILED[i] as Status, at: Number(at) });
    }
  }
  found.sort((a, b) => b.at - a.at);
  const newest = found.slice(0, MOST_FAILURES);
  if (newest.length === 0) return;
  sink.gauge(
    "cortex_school_recent_failure_timestamp_seconds",
    `When the last ${MOST_FAILURES} failures happened, by improvement`,
    newest.map(({ improvement, status, at }) => [{ improvement, status }, at / 1_000]),
  );
}
