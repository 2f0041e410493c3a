/** Which queries measure the requests of a workload: the usual ones, or the repository's own. */
import type { CheckSettings } from "../domain/check-settings.ts";
import type { Baseline } from "../domain/health.ts";
import { errorRatioQuery, type MetricNames, p95Query } from "./queries.ts";
import { fillTemplate } from "./query-template.ts";
import { key, type WorkloadTarget } from "./targets.ts";

export type RequestCheck = "error-ratio" | "latency";

export interface RequestMetric {
  readonly query: string;
  /** True where it had series before the change. */
  readonly wasThere: boolean;
  /** What it was then; undefined without traffic. */
  readonly before: number | undefined;
  readonly isOwn: boolean;
}

export function requestMetric(
  check: RequestCheck,
  { namespace, name }: Pick<WorkloadTarget, "namespace" | "name">,
  about: {
    readonly settings?: CheckSettings | undefined;
    readonly metricNames: MetricNames;
    readonly baseline: Baseline | undefined;
  },
): RequestMetric {
  const { settings, metricNames, baseline } = about;
  const id = key(namespace, name);
  const template = settings?.checks[check]?.query;
  if (template === undefined) {
    const build = check === "latency" ? p95Query : errorRatioQuery;
    const known = baseline?.services?.[id];
    const before = check === "latency" ? known?.p95Seconds : known?.errorRatio;
    const query = build({ namespace, workload: name }, metricNames);
    return { query, wasThere: known !== undefined, before, isOwn: false };
  }
  const known = baseline?.queries?.[resultKey(check, id)];
  const query = fillTemplate(template, { namespace, workload: name, window: metricNames.window });
  return { query, wasThere: known !== undefined, before: known ?? undefined, isOwn: true };
}

/** Key of the result of one of the repository's queries in the baseline; `place` is what it was asked for. */
export function resultKey(check: string, place: string): string {
  return place === "" ? check : `${check} ${place}`;
}
