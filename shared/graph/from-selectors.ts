/** What is connected by labels: Services, monitors, disruption budgets; and what bounds a namespace. */
import type { Resource } from "../repository/platform.ts";
import { at, fieldsAt, listAt, stringsAt, textAt } from "../repository/values.ts";
import type { RepositoryWorkload } from "../repository/workloads.ts";
import { connect, type Draft, placeIn } from "./draft.ts";
import { kindOf } from "./graph.ts";
import type { Labelled } from "./labelled.ts";

/** Everything of the repository by its namespace, so that no selector looks further. */
export interface Neighbourhood {
  readonly workloads: Labelled<RepositoryWorkload>;
  readonly services: Labelled<Resource>;
}

export function addSelector(draft: Draft, resource: Resource, around: Neighbourhood): void {
  const { apiVersion, kind, namespace = "" } = resource;
  if (kind === "Service" && apiVersion === "v1") addService(draft, resource, around);
  if (kind === "PodDisruptionBudget" && apiVersion.startsWith("policy/")) {
    const selector = at(resource.object, "spec", "selector");
    const held = around.workloads.picked(namespace, selector).filter((one) => !one.kind.endsWith("Job"));
    for (const workload of held) lead(draft, resource, "bounds", workload.resource, ["spec", "selector"]);
  }
  if (kind === "ResourceQuota" || kind === "LimitRange") {
    for (const workload of around.workloads.in(namespace)) {
      lead(draft, resource, "bounds", workload.resource, ["spec"]);
    }
  }
  if (kind === "ServiceMonitor") addMonitor(draft, resource, around);
  if (kind === "PodMonitor") {
    const selector = at(resource.object, "spec", "selector");
    for (const one of watched(resource, around.workloads, selector)) {
      lead(draft, resource, "selects", one.resource, ["spec", "selector"]);
    }
  }
}

function addService(draft: Draft, resource: Resource, { workloads }: Neighbourhood): void {
  const external = textAt(resource.object, "spec", "externalName");
  if (textAt(resource.object, "spec", "type") === "ExternalName" && external !== undefined) {
    const [, name, namespace] = /^([-a-z0-9]+)\.([-a-z0-9]+)\.svc(?:\.|$)/.exec(external) ?? [];
    const to =
      name !== undefined && namespace !== undefined
        ? { kind: "Service", namespace, name }
        : { kind: "Host", namespace: undefined, name: external.toLowerCase() };
    connect(draft, resource, "calls", to, placeIn(resource, ["spec", "externalName"]));
    return;
  }
  const selector = stringsAt(resource.object, "spec", "selector");
  // An empty selector picks nothing here, other than in a LabelSelector.
  if (Object.keys(selector).length === 0) return;
  for (const workload of workloads.picked(resource.namespace ?? "", { matchLabels: selector })) {
    lead(draft, resource, "selects", workload.resource, ["spec", "selector"]);
  }
}

function addMonitor(draft: Draft, resource: Resource, around: Neighbourhood): void {
  const selector = at(resource.object, "spec", "selector");
  for (const service of watched(resource, around.services, selector)) {
    lead(draft, resource, "selects", service, ["spec", "selector"]);
  }
}

/** What a monitor looks at: its own namespace, those it names, or all. */
function watched<T>({ namespace = "", object }: Resource, by: Labelled<T>, labels: unknown): readonly T[] {
  const selector = fieldsAt(object, "spec", "namespaceSelector");
  const names = listAt(selector, "matchNames").map(String);
  const spaces = selector["any"] === true ? by.namespaces() : names.length > 0 ? names : [namespace];
  return spaces.flatMap((name) => by.picked(name, labels));
}

function lead(
  draft: Draft,
  resource: Resource,
  type: "selects" | "bounds",
  { apiVersion, kind, namespace, name }: Resource,
  keys: readonly string[],
): void {
  connect(draft, resource, type, { kind: kindOf({ apiVersion, kind }), namespace, name }, placeIn(resource, keys));
}

/** HPA, ScaledObject, ScaledJob, VerticalPodAutoscaler -> what they scale. */
export function addScaler(draft: Draft, resource: Resource): void {
  const { kind, namespace, object } = resource;
  if (!/^(?:HorizontalPodAutoscaler|ScaledObject|HTTPScaledObject|VerticalPodAutoscaler)$/.test(kind)) return;
  const field = kind === "VerticalPodAutoscaler" ? "targetRef" : "scaleTargetRef";
  const name = textAt(object, "spec", field, "name");
  if (name === undefined) return;
  const target = { kind: textAt(object, "spec", field, "kind") ?? "Deployment", namespace, name };
  connect(draft, resource, "scales", target, placeIn(resource, ["spec", field, "name"]));
  for (const [index, trigger] of listAt(object, "spec", "triggers").entries()) {
    const named = textAt(trigger, "authenticationRef", "name");
    if (named === undefined) continue;
    const isCluster = textAt(trigger, "authenticationRef", "kind") === "ClusterTriggerAuthentication";
    const to = isCluster
      ? { kind: "ClusterTriggerAuthentication", namespace: undefined, name: named }
      : { kind: "TriggerAuthentication", namespace, name: named };
    connect(
      draft,
      resource,
      "refers-to",
      to,
      placeIn(resource, ["spec", "triggers", index, "authenticationRef", "name"]),
    );
  }
}
