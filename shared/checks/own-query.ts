/** A query of the repository's own as a check: what every sample of its result has to be. */

import type { ObjectRef } from "../domain/change-set.ts";
import type { CheckSettings, Condition, OwnQuery } from "../domain/check-settings.ts";
import type { MetricSample } from "../ports.ts";
import {
  type Check,
  failed,
  inconclusive,
  type Look,
  notApplicable,
  successful,
  type World,
  worstOf,
} from "./check.ts";
import type { MetricNames } from "./queries.ts";
import { fillTemplate, mentions } from "./query-template.ts";
import { resultKey } from "./request-metrics.ts";
import { metricLimits } from "./schedule.ts";
import { allNamespaces, key, workloadTargets } from "./targets.ts";

/** One query to send: for a workload, a namespace, or everything, as its placeholders say. */
export interface AskedQuery {
  /** Key of its result in the baseline. */
  readonly id: string;
  readonly query: string;
  readonly condition: Condition;
}

export function queryCheck(own: OwnQuery): Check {
  return {
    name: own.name,
    limits: metricLimits,
    async look(world) {
      const asked = askedOf(own, world.objects, world.metricNames);
      return worstOf(await Promise.all(asked.map((one) => lookAt(one, world))), "no workload is changed");
    },
  };
}

/** Every query of the repository's own that this change is measured by. */
export function allAsked(
  settings: CheckSettings | undefined,
  objects: readonly ObjectRef[],
  names: MetricNames,
): readonly AskedQuery[] {
  return (settings?.queries ?? []).flatMap((own) => askedOf(own, objects, names));
}

/** The sample that says most: one that does not meet the condition, else one that is no number, else any. */
export function worstSample(samples: readonly MetricSample[], condition: Condition): number | undefined {
  const values = samples.map(({ value }) => value);
  return (
    values.find((value) => !Number.isNaN(value) && !meets(value, condition)) ?? values.find(Number.isNaN) ?? values[0]
  );
}

function askedOf(own: OwnQuery, objects: readonly ObjectRef[], { window }: MetricNames): readonly AskedQuery[] {
  const fill = (place: string, namespace: string, workload: string): AskedQuery => ({
    id: resultKey(own.name, place),
    query: fillTemplate(own.query, { namespace, workload, window }),
    condition: own,
  });
  if (mentions(own.query, "workload")) {
    return workloadTargets(objects).map(({ namespace, name }) => fill(key(namespace, name), namespace, name));
  }
  if (mentions(own.query, "namespace"))
    return allNamespaces(objects).map((namespace) => fill(namespace, namespace, ""));
  return [fill("", "", "")];
}

async function lookAt({ id, query, condition }: AskedQuery, { baseline, metrics, signal }: World): Promise<Look> {
  const before = baseline?.queries?.[id];
  const value = worstSample(await metrics.query(query, signal), condition);
  if (value === undefined) {
    return before === undefined ? notApplicable(`${id} has no series`) : inconclusive(`the series of ${id} are gone`);
  }
  if (Number.isNaN(value)) return inconclusive(`${id} is no number`);
  const message = `${id} is ${rounded(value)} (wanted: ${wanted(condition)})`;
  if (meets(value, condition)) return successful(message, value);
  // What was so before is not the doing of the change; whether it may go on like that is for a person to say.
  if (typeof before === "number" && !meets(before, condition)) {
    return inconclusive(`${message}, and was ${rounded(before)} before the change`);
  }
  return failed(message, value);
}

function meets(value: number, { below, atMost, above, atLeast }: Condition): boolean {
  return (
    (below === undefined || value < below) &&
    (atMost === undefined || value <= atMost) &&
    (above === undefined || value > above) &&
    (atLeast === undefined || value >= atLeast)
  );
}

function wanted({ below, atMost, above, atLeast }: Condition): string {
  const limits = [
    ["above", above],
    ["at least", atLeast],
    ["below", below],
    ["at most", atMost],
  ] as const;
  return limits.flatMap(([word, limit]) => (limit === undefined ? [] : [`${word} ${limit}`])).join(", ");
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
