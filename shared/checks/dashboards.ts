/**
 * A dashboard that changed can be read as it stands in the cluster, asks for metrics Prometheus really has, and was taken
 * over where somebody says so (grafana-operator: status of a GrafanaDashboard). That Grafana draws it, nobody here can see.
 */
import * as z from "zod";
import type { ObjectRef } from "../domain/change-set.ts";
import { dashboardsIn, GRAFANA_GROUP } from "../repository/dashboards.ts";
import { parseQuery } from "../repository/promql.ts";
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
import { metricsQuery } from "./queries.ts";
import { clusterLimits } from "./schedule.ts";

const Status = z.object({
  NoMatchingInstances: z.boolean().optional(),
  conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() })).default([]),
});
/** One query asks for so many metrics. */
const ASKED = 60;
const NAME = /^[a-zA-Z_:][\w:]{0,199}$/;

export const dashboards: Check = {
  name: "dashboards",
  // Nothing counts against it before the last look: a dashboard that is late hurts nobody.
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const changed = world.objects.filter(mayHoldDashboard);
    return worstOf(await Promise.all(changed.map((one) => lookAt(one, world))), "no dashboard is changed");
  },
};

function mayHoldDashboard({ apiVersion, kind, effect }: ObjectRef): boolean {
  const isKnown = kind === "GrafanaDashboard" && apiVersion.startsWith(`${GRAFANA_GROUP}/`);
  return (isKnown || (kind === "ConfigMap" && apiVersion === "v1")) && effect !== "delete";
}

async function lookAt(ref: ObjectRef, { cluster, metrics, lastLook, signal }: World): Promise<Look> {
  const { apiVersion, kind, namespace = "" } = ref;
  const name = `${kind} ${namespace}/${ref.name}`;
  const notYet = (message: string) => (lastLook ? failed(`${name} ${message}`) : inconclusive(`${name} ${message}`));
  const object = await cluster.object(apiVersion, kind, namespace, ref.name, signal);
  if (object === undefined)
    return kind === "ConfigMap" ? notApplicable(`${name} is not there`) : notYet("is not there");
  const held = dashboardsIn({
    path: "",
    document: 0,
    apiVersion,
    kind,
    namespace,
    name: ref.name,
    application: undefined,
    object,
  });
  if (held.length === 0) return notApplicable(`${name} holds no dashboard that could be read`);
  const status = Status.safeParse(object["status"]);
  if (status.success) {
    const synchronized = status.data.conditions.find(({ type }) => type === "DashboardSynchronized");
    if (status.data.NoMatchingInstances === true) return notYet("is selected by no Grafana");
    if (synchronized?.status === "False")
      return notYet(`is not taken over: ${(synchronized.message ?? "").slice(0, 300)}`);
  }
  const queries = held.flatMap((one) => one.queries);
  const asked = queries.flatMap((expr) => parseQuery(expr)?.selectors.map(({ metric }) => metric) ?? []);
  const wanted = [...new Set(asked)].filter((metric) => NAME.test(metric)).slice(0, ASKED);
  if (wanted.length === 0) return successful(`${name} holds ${held.length} dashboards without queries`);
  const samples = await metrics.query(metricsQuery(["up", ...wanted]), signal);
  const known = new Set(samples.map(({ labels }) => labels["__name__"]));
  if (known.size === 0) return notApplicable("no Prometheus could be asked which metrics there are");
  const missing = wanted.filter((metric) => !known.has(metric));
  // A counter of failures does not exist before the first of them: one that is missing proves nothing, all of them do.
  if (missing.length === wanted.length)
    return inconclusive(`Prometheus has none of the ${wanted.length} metrics of ${name}`);
  const without = missing.length === 0 ? "" : `, and not (yet) ${missing.slice(0, 5).join(", ")}`;
  return successful(
    `Prometheus has ${wanted.length - missing.length} of the ${wanted.length} metrics of ${name}${without}`,
    wanted.length - missing.length,
  );
}
