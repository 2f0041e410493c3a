/**
 * How dashboards reach Grafana on this platform: by a sidecar that looks for labelled ConfigMaps (kiwigrid/k8s-sidecar; the
 * charts grafana and kube-prometheus-stack bring one), by the Grafana Operator, or by a folder a ConfigMap is mounted at.
 */
import { type ChartRelease, chartReleases } from "./chart-releases.ts";
import { variablesOf } from "./container-variables.ts";
import { dashboardsIn, GRAFANA_GROUP, isGrafanaDashboard } from "./dashboards.ts";
import { isEmptySelector, matchesLabels } from "./label-selector.ts";
import { oncePer } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, fieldsAt, itemsAt, listAt, stringsAt, textAt } from "./values.ts";
import { asContainer, type RepositoryWorkload, workloadsOf } from "./workloads.ts";

export interface DashboardSidecar {
  /** For people. */
  readonly name: string;
  readonly path: string;
  readonly label: string;
  /** Undefined: any value will do. */
  readonly value: string | undefined;
  readonly namespaces: "all" | readonly string[];
  /** Where Grafana itself runs. */
  readonly home: string | undefined;
}

const GRAFANA = /(?:^|\/)grafana(?:-oss|-enterprise)?(?:[:@]|$)/;
const SIDECAR = /(?:^|\/)k8s-sidecar(?:[:@]|$)/;
const OTHER_USE = /datasource|alert|notifier|plugin|rule/i;

export const dashboardSidecars: (platform: Platform) => readonly DashboardSidecar[] = oncePer((platform) => [
  ...grafanas(platform).flatMap((workload) => sidecarsOf(platform, workload)),
  ...chartReleases(platform).flatMap(sidecarOfChart),
]);

/** Workloads of the repository that run Grafana. */
export const grafanas: (platform: Platform) => readonly RepositoryWorkload[] = oncePer((platform) =>
  workloadsOf(platform).filter(
    ({ resource, containers }) =>
      resource.application !== undefined && containers.some(({ image }) => GRAFANA.test(image)),
  ),
);

/** Grafanas the operator runs or knows. */
export const grafanaInstances: (platform: Platform) => readonly Resource[] = oncePer(({ resources }) =>
  resources.filter(({ apiVersion, kind, application }) => {
    return kind === "Grafana" && apiVersion.startsWith(`${GRAFANA_GROUP}/`) && application !== undefined;
  }),
);

/** Charts whose values cannot be read, so that nobody can tell what their sidecar looks for. */
export function unreadableGrafanaChart(platform: Platform): ChartRelease | undefined {
  return chartReleases(platform).find(({ chart, values }) => Object.hasOwn(charts, chart) && values === undefined);
}

export function watchesNamespace({ namespaces }: DashboardSidecar, namespace: string): boolean {
  return namespaces === "all" || namespaces.includes(namespace);
}

/** The sidecar that brings this ConfigMap to Grafana. */
export function sidecarFor(platform: Platform, resource: Resource): DashboardSidecar | undefined {
  const { kind, apiVersion, namespace, object } = resource;
  if (kind !== "ConfigMap" || apiVersion !== "v1" || namespace === undefined) return undefined;
  const labels = stringsAt(object, "metadata", "labels");
  return dashboardSidecars(platform).find(({ label, value, ...sidecar }) => {
    const carries = Object.hasOwn(labels, label) && (value === undefined || labels[label] === value);
    return carries && watchesNamespace({ label, value, ...sidecar }, namespace);
  });
}

/** True for a ConfigMap a sidecar brings to Grafana as a dashboard. */
export function isPickedUpDashboard(platform: Platform, resource: Resource): boolean {
  return sidecarFor(platform, resource) !== undefined && dashboardsIn(resource).length > 0;
}

/** True when a Grafana of the operator imports it; undefined when the repository holds none of them, but other dashboards. */
export function isImported(platform: Platform, dashboard: Resource): boolean | undefined {
  const instances = grafanaInstances(platform);
  if (instances.length > 0) return instances.some((instance) => imports(instance, dashboard));
  const others = platform.resources.some(
    (one) => isGrafanaDashboard(one) && one.application !== undefined && one.name !== dashboard.name,
  );
  return others ? undefined : false;
}

function imports(instance: Resource, dashboard: Resource): boolean {
  const isNear = instance.namespace === dashboard.namespace;
  if (!isNear && at(dashboard.object, "spec", "allowCrossNamespaceImport") !== true) return false;
  const selector = at(dashboard.object, "spec", "instanceSelector");
  return isEmptySelector(selector) || matchesLabels(selector, stringsAt(instance.object, "metadata", "labels"));
}

function sidecarsOf(platform: Platform, workload: RepositoryWorkload): DashboardSidecar[] {
  const { podSpec, containers, namespace, resource } = workload;
  // One that is started before the others and keeps running (kubernetes: sidecar containers).
  const native = itemsAt(podSpec, "initContainers")
    .filter((one) => one["restartPolicy"] === "Always")
    .map(asContainer);
  return [...containers, ...native]
    .filter(({ image }) => SIDECAR.test(image))
    .flatMap((container) => {
      const variables = variablesOf(platform, { namespace, containers: [container] });
      const read = (name: string) => variables.find((one) => one.name === name)?.value;
      const label = read("LABEL");
      const texts = [container.name, label ?? "", read("FOLDER") ?? ""].join(" ");
      const isOurs = /dashboard/i.test(texts) && !OTHER_USE.test(`${container.name} ${label ?? ""}`);
      const reads = /^(?:configmap|both)$/i.test(read("RESOURCE") ?? "configmap") && read("METHOD") !== "LIST";
      if (label === undefined || !isOurs || !reads) return [];
      return [
        {
          name: `the sidecar ${container.name} of ${resource.kind} ${namespace ?? ""}/${resource.name}`,
          path: resource.path,
          label,
          value: textOrNothing(read("LABEL_VALUE")),
          namespaces: namespacesIn(read("NAMESPACE"), namespace),
          home: namespace,
        },
      ];
    });
}

/** What the charts that bring Grafana set where nobody says otherwise (their values.yaml). */
const charts: Readonly<
  Record<
    string,
    { readonly below: readonly string[]; readonly isOn: boolean; readonly value: string; readonly search: string }
  >
> = {
  grafana: { below: [], isOn: false, value: "", search: "" },
  "kube-prometheus-stack": { below: ["grafana"], isOn: true, value: "1", search: "ALL" },
  "prometheus-operator": { below: ["grafana"], isOn: true, value: "", search: "ALL" },
};

function sidecarOfChart({ chart, title, path, namespace, values }: ChartRelease): DashboardSidecar[] {
  const standard = Object.hasOwn(charts, chart) ? charts[chart] : undefined;
  if (standard === undefined || values === undefined) return [];
  const grafana = fieldsAt(values, ...standard.below);
  const dashboards = fieldsAt(grafana, "sidecar", "dashboards");
  const isOn = (dashboards["enabled"] ?? standard.isOn) === true;
  if (!isOn || grafana["enabled"] === false) return [];
  const written = stringsAt(dashboards);
  const several = listAt(dashboards, "searchNamespace").filter((one) => typeof one === "string");
  const wanted = several.length > 0 ? several.join(",") : (written["searchNamespace"] ?? standard.search);
  const home = textAt(grafana, "namespaceOverride") ?? textAt(values, "namespaceOverride") ?? namespace;
  return [
    {
      name: `the sidecar of ${title}`,
      path,
      label: textAt(dashboards, "label") ?? "grafana_dashboard",
      value: textOrNothing(written["labelValue"] ?? standard.value),
      namespaces: namespacesIn(wanted, home),
      home,
    },
  ];
}

/** `ALL`, some by name, or its own. */
function namespacesIn(text: string | undefined, own: string | undefined): "all" | readonly string[] {
  const names = (text ?? "").split(",").map((one) => one.trim());
  if (names.includes("ALL")) return "all";
  const named = names.filter((name) => name !== "");
  return named.length > 0 ? named : own === undefined ? [] : [own];
}

function textOrNothing(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
