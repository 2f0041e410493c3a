/** The pods Prometheus asks for metrics, once the operator has handed it the ServiceMonitors it selects. */
import type { Cluster } from "./cluster.ts";
import { at, listAt, textAt, textsAt } from "./json.ts";
import { isSelected } from "./rule-groups.ts";
import { selectedByMap, selects } from "./selectors.ts";
import type { KubeObject } from "./store.ts";
import { isReady } from "./workloads.ts";

/** Names of the ready pods behind Service `name` that a monitor leads to. */
export function scrapedPods({ store }: Cluster, namespace: string, name: string): readonly string[] {
  const service = store.get({ group: "", kind: "Service", namespace, name });
  if (service === undefined) return [];
  const monitors = store.list("monitoring.coreos.com", "ServiceMonitor", namespace);
  const leads = (monitor: KubeObject) =>
    isSelected(store, monitor, "serviceMonitor") &&
    selects(at(monitor, "spec", "selector"), textsAt(service, "metadata", "labels")) &&
    listAt(monitor, "spec", "endpoints").some((endpoint) => hasPort(service, endpoint));
  if (!monitors.some(leads)) return [];
  return store
    .list("", "Pod", namespace)
    .filter((pod) => selectedByMap(textsAt(service, "spec", "selector"), textsAt(pod, "metadata", "labels")))
    .filter(isReady)
    .map((pod) => pod.metadata.name);
}

function hasPort(service: KubeObject, endpoint: unknown): boolean {
  const name = textAt(endpoint, "port");
  if (name === undefined) return at(endpoint, "targetPort") !== undefined;
  return listAt(service, "spec", "ports").some((port) => textAt(port, "name") === name);
}
