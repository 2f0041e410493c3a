/** Has Prometheus scrape a Service that shows metrics, by a ServiceMonitor the platform's own Prometheus picks up. */
import * as z from "zod";
import { isProtectedNamespace } from "../../policy/protected.ts";
import { MANAGED_BY, MANAGED_BY_LABEL } from "../../policy/settings.ts";
import { matchesLabels } from "../../repository/label-selector.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { isServiceMonitor, type MonitorHome, monitorHome, monitorOf } from "../../repository/service-monitors.ts";
import { isService } from "../../repository/services.ts";
import { type Fields, stringsAt } from "../../repository/values.ts";
import { writeNewObjects } from "../edit/new-objects.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName } from "../schema.ts";
import { findResource, writableApplication } from "../targets.ts";
import { metricsPort, usualInterval } from "./metrics-ports.ts";

const schema = z.strictObject({
  kind: z.literal("add-service-monitor"),
  service: z.strictObject({ namespace: labelName, name: labelName }),
});
export type AddServiceMonitor = z.infer<typeof schema>;

export const addServiceMonitor: IntentDefinition<AddServiceMonitor> = {
  kind: "add-service-monitor",
  purpose: "A ServiceMonitor for a Service that exposes metrics.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return ofKind(platform, "Service")
      .map((service) => candidateFor(platform, service))
      .filter((candidate) => candidate !== undefined)
      .filter(({ intent }) => render(intent, platform).kind === "rendered")
      .sort(bestFirst);
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const service of ofKind(platform, "Service")) {
    if (!isService(service) || service.application === undefined) continue;
    const { namespace } = service;
    const target = `Service ${namespace ?? ""}/${service.name}`;
    const monitor = monitorOf(platform, service);
    if (monitor !== undefined) done.push(`${monitor.path}: ${monitor.kind} ${monitor.name} for ${target}`);
    else {
      const plan = planFor(platform, service);
      const shows = metricsPort(platform, service) !== undefined;
      const because = typeof plan === "string" ? plan : "no monitor leads to its metrics";
      (shows ? open : exempt).push({ target, namespace, because });
    }
  }
  return { done, open, exempt };
}

function candidateFor(platform: Platform, service: Resource): Candidate<AddServiceMonitor> | undefined {
  const { namespace, name, application } = service;
  if (!isService(service) || namespace === undefined || application === undefined) return undefined;
  const plan = planFor(platform, service);
  if (typeof plan === "string") return undefined;
  return {
    intent: { kind: "add-service-monitor", service: { namespace, name } },
    target: `Service ${namespace}/${name}`,
    namespace,
    because: `no monitor leads to it, and ${plan.because}; ${plan.home.because}`,
    application: plan.application.name,
    rank: "port" in plan.endpoint ? 2 : 1,
  };
}

interface Plan {
  readonly application: RepositoryApplication;
  readonly home: MonitorHome;
  readonly endpoint: Fields;
  readonly selector: Readonly<Record<string, string>>;
  readonly because: string;
}

/** Everything a monitor of `service` needs, or why it can have none. */
function planFor(platform: Platform, service: Resource): Plan | string {
  const { namespace, name } = service;
  if (namespace === undefined) return "its namespace is not known";
  if (isProtectedNamespace(namespace)) return `namespace ${namespace} is off limits`;
  const application = writableApplication(platform, service.path);
  if (typeof application === "string") return application;
  const monitor = monitorOf(platform, service);
  if (monitor !== undefined) return `${monitor.path}: ${monitor.kind} ${monitor.name} leads to it already`;
  const port = metricsPort(platform, service);
  if (port === undefined) return "neither a port nor an annotation nor its image shows that it has metrics";
  if (typeof port === "string") return port;
  const home = monitorHome(platform, namespace);
  if (typeof home === "string") return home;
  const marked = home.labels[MANAGED_BY_LABEL];
  if (marked !== undefined && marked !== MANAGED_BY) return `monitors must be marked as managed by ${marked}`;
  const selector = labelsThatPick(platform, service);
  if (selector === undefined) return `Service ${name} has no labels that pick it alone`;
  return { application, home, endpoint: port.endpoint, selector, because: port.because };
}

/** The fewest of its labels that no other Service of the namespace carries all of, the usual ones first. */
function labelsThatPick(platform: Platform, service: Resource): Readonly<Record<string, string>> | undefined {
  const labels = stringsAt(service.object, "metadata", "labels");
  const others = inNamespace(platform, service.namespace).filter((one) => isService(one) && one !== service);
  const usual = ["app.kubernetes.io/name", "app", "name"].filter((key) => labels[key] !== undefined);
  const sets = [...usual.map((key) => ({ [key]: labels[key] ?? "" })), labels];
  return sets.find((set) => {
    const isTwin = ({ object }: Resource) =>
      matchesLabels({ matchLabels: set }, stringsAt(object, "metadata", "labels"));
    return Object.keys(set).length > 0 && !others.some(isTwin);
  });
}

function render(intent: AddServiceMonitor, platform: Platform): Rendered {
  const { namespace, name } = intent.service;
  const service = findResource(platform, "Service", namespace, name);
  if (typeof service === "string") return refused(service);
  const plan = planFor(platform, service);
  if (typeof plan === "string") return refused(plan);
  const { application, home, endpoint, selector } = plan;
  const taken = inNamespace(platform, namespace).find((one) => isServiceMonitor(one) && one.name === name);
  if (taken !== undefined) return refused(`${taken.path} already holds ServiceMonitor ${name}`);
  const interval = usualInterval(platform.resources.filter(isServiceMonitor));
  const written = writeNewObjects(platform, application, namespace, [
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      // Named like the Service: that is how the verification finds the targets it leads to.
      name,
      labels: home.labels,
      body: {
        spec: {
          selector: { matchLabels: selector },
          endpoints: [{ ...endpoint, ...(interval === undefined ? {} : { interval }) }],
        },
      },
    },
  ]);
  if (typeof written === "string") return refused(written);
  return {
    kind: "rendered",
    ...written,
    application: application.name,
    changes: [`Added ServiceMonitor ${namespace}/${name}`, `Prometheus scrapes Service ${name}: ${plan.because}`],
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
