/** Improvements that were just deployed, written straight into Redis as `sync` leaves them: record, indexes, event. */
import type { Redis } from "ioredis";
import { changeSet, type ObjectRef } from "../../shared/domain/change-set.ts";
import { improvementMoved } from "../../shared/domain/events.ts";
import type { Baseline } from "../../shared/domain/health.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { encodePatch } from "../../shared/domain/improvement-fields.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { nameOf } from "./programs/cluster-objects.ts";
import { seedImprovement } from "./seed-improvement.ts";
import { chance, spokenLines } from "./seed-text.ts";

/** One in so many changes an object without pods of its own, so that its whole namespace is watched. */
const WITHOUT_PODS = 5;

/** Into an empty Redis, all at once: the worst moment there is. Resolves with their ids. */
export async function seedDeployed(redis: Redis, count: number, revision: string): Promise<string[]> {
  const keys = keysOf();
  const batch = redis.pipeline();
  const now = Date.now();
  const by = chance(1);
  const lines = spokenLines();
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { verification: _, ...seeded } = seedImprovement(n, given(n, now), lines, by);
    const improvement = { ...seeded, ...deployedFacts(n, seeded, revision, now) };
    const { id, status, ...facts } = improvement;
    ids.push(id);
    batch.hset(keys.record(id), { id, status, ...encodePatch(facts).set });
    batch.zadd(keys.byStatus(status), now, id);
    batch.sadd(keys.statusSet(status), id);
    batch.set(keys.lock(nameOf(n).application), id);
    batch.lpush(keys.list("verify"), JSON.stringify(improvementMoved(id, status, "sync", now)));
  }
  for (const [error] of (await batch.exec()) ?? []) if (error !== null) throw error;
  return ids;
}

function given(n: number, now: number) {
  const source = { id: `talk-${n % 20}`, title: `Talk ${n % 20} of the platform meeting` };
  const { application } = nameOf(n);
  return {
    status: "deployed",
    category: "architecture",
    source,
    application,
    createdAt: now - 600_000,
    movedAt: now,
  } as const;
}

function deployedFacts(n: number, { change_set: planned }: Improvement, revision: string, now: number) {
  const { namespace, name, application } = nameOf(n);
  const object: ObjectRef =
    n % WITHOUT_PODS === 0
      ? { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", namespace, name, effect: "create" }
      : { apiVersion: "apps/v1", kind: "Deployment", namespace, name, effect: "change" };
  const baseline: Baseline = {
    at: now - 60_000,
    health: "Healthy",
    restarts: {},
    logFingerprints: [],
    services: { [`${namespace}/${name}`]: { errorRatio: 0.001, p95Seconds: 0.04 } },
  };
  const landed = { kind: "commit", first: revision, last: revision } as const;
  return { change_set: changeSet(planned?.files ?? [], [object], application), baseline, git_commit: revision, landed };
}
