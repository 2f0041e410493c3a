/** What the repository's own queries say before a change. */

import type { ObjectRef } from "../domain/change-set.ts";
import type { CheckSettings } from "../domain/check-settings.ts";
import type { Baseline } from "../domain/health.ts";
import type { Metrics } from "../ports.ts";
import { PermanentError } from "../runtime/errors.ts";
import { type AskedQuery, allAsked, worstSample } from "./own-query.ts";
import type { MetricNames } from "./queries.ts";
import { type RequestCheck, requestMetric, resultKey } from "./request-metrics.ts";
import { key, workloadTargets } from "./targets.ts";

/** Results by their keys; a query without series has none, one whose answer is no number has null. */
export async function measureQueries(
  settings: CheckSettings | undefined,
  {
    objects,
    metrics,
    names,
    signal,
  }: {
    readonly objects: readonly ObjectRef[];
    readonly metrics: Metrics;
    readonly names: MetricNames;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<NonNullable<Baseline["queries"]>> {
  const asked = [...requestQueries(settings, objects, names), ...allAsked(settings, objects, names)];
  const results = await Promise.all(
    asked.map(async ({ id, query, condition }) => {
      const samples = await metrics.query(query, signal).catch(refused);
      const value = worstSample(samples, condition);
      return value === undefined ? [] : [[id, Number.isFinite(value) ? value : null] as const];
    }),
  );
  return Object.fromEntries(results.flat());
}

/** A query Prometheus does not take is the repository's mistake: the check that asks it says so, and decides nothing. */
function refused(error: unknown): readonly [] {
  if (error instanceof PermanentError) return [];
  throw error;
}

function requestQueries(
  settings: CheckSettings | undefined,
  objects: readonly ObjectRef[],
  metricNames: MetricNames,
): readonly AskedQuery[] {
  const checks: readonly RequestCheck[] = ["error-ratio", "latency"];
  return workloadTargets(objects).flatMap((target) =>
    checks.flatMap((check) => {
      const { query, isOwn } = requestMetric(check, target, { settings, metricNames, baseline: undefined });
      const id = resultKey(check, key(target.namespace, target.name));
      return isOwn ? [{ id, query, condition: {} }] : [];
    }),
  );
}
