/** ServiceMonitors: one nobody selects, or that leads nowhere, changes nothing at run time. */
import * as z from "zod";
import { matchesLabels } from "../../repository/label-selector.ts";
import { ofKind } from "../../repository/lookup.ts";
import { isMonitorPickedUp, isServiceMonitor } from "../../repository/service-monitors.ts";
import { isService } from "../../repository/services.ts";
import { at, itemsAt, listAt, stringsAt } from "../../repository/values.ts";
import type { ObjectRule } from "../review.ts";

const Monitor = z.looseObject({
  spec: z.looseObject({
    selector: z.looseObject({}),
    endpoints: z
      .array(z.looseObject({ port: z.string().optional(), targetPort: z.union([z.string(), z.int()]).optional() }))
      .min(1),
  }),
});

/** Undefined when the object has the shape of a ServiceMonitor (monitoring.coreos.com/v1). */
export function serviceMonitorProblem(object: unknown): string | undefined {
  const parsed = Monitor.safeParse(object);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
}

export const monitorPickedUp: ObjectRule = {
  id: "no-effect-monitor",
  decision: "deny",
  on: "created",
  check(resource, { after }) {
    if (!isServiceMonitor(resource)) return [];
    if (isMonitorPickedUp(after, resource) === false) return ["no Prometheus of the repository selects it"];
    const own = at(resource.object, "spec", "namespaceSelector") === undefined;
    const selected = ofKind(after, "Service").filter(
      (one) =>
        isService(one) &&
        (!own || one.namespace === resource.namespace) &&
        matchesLabels(at(resource.object, "spec", "selector"), stringsAt(one.object, "metadata", "labels")),
    );
    if (selected.length === 0) return ["it selects no Service of the repository"];
    const names = selected.flatMap(({ object }) => itemsAt(object, "spec", "ports").map((port) => port["name"]));
    const missing = listAt(resource.object, "spec", "endpoints")
      .map((one) => at(one, "port"))
      .find((port) => port !== undefined && !names.includes(port));
    return missing === undefined ? [] : [`no Service it selects has a port ${JSON.stringify(missing).slice(0, 80)}`];
  },
};
