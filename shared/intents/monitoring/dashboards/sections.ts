/** Everything a dashboard of a namespace can show; a new family is one entry here. */
import type { Place } from "../alerts/signal.ts";
import { alerts } from "./alerts.ts";
import { databaseFamilies, nodes, probes } from "./databases.ts";
import { queryProblem } from "./known-metrics.ts";
import type { Family, Panel, Section } from "./panel.ts";
import { autoscaling, jobs, pods, volumes } from "./pods.ts";
import { requests } from "./requests.ts";

const families: readonly Family[] = [
  requests,
  pods,
  autoscaling,
  volumes,
  jobs,
  ...databaseFamilies,
  probes,
  nodes,
  alerts,
];

/** The sections with at least one panel, each query once, and only what somebody measures. */
export function sectionsFor(place: Place): readonly Section[] {
  const seen = new Set<string>();
  return families.flatMap((family) => {
    const section = family(place);
    const panels = (section?.panels ?? [])
      .filter((panel) => isAnswered(place, panel))
      .filter((panel) => isNew(panel, seen));
    return section === undefined || panels.length === 0 ? [] : [{ ...section, panels }];
  });
}

function isAnswered({ platform }: Place, { queries }: Panel): boolean {
  return queries.every(({ expr }) => queryProblem(platform, expr) === undefined);
}

function isNew({ queries }: Panel, seen: Set<string>): boolean {
  const key = queries.map(({ expr }) => expr.replace(/\s+/g, "")).join("\n");
  const isFresh = !seen.has(key);
  seen.add(key);
  return isFresh;
}
