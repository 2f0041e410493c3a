/** Where a new dashboard goes so that Grafana shows it: discovered, and refused where nothing shows a way. */
import { isProtectedNamespace } from "../../../policy/protected.ts";
import { mostCommon } from "../../../repository/conventions.ts";
import { dashboardsOf, isGrafanaDashboard, type RepositoryDashboard } from "../../../repository/dashboards.ts";
import {
  type DashboardSidecar,
  dashboardSidecars,
  grafanaInstances,
  grafanas,
  isImported,
  sidecarFor,
  unreadableGrafanaChart,
  watchesNamespace,
} from "../../../repository/grafana.ts";
import { dashboardFolders } from "../../../repository/grafana-folders.ts";
import type { Platform, RepositoryApplication, Resource } from "../../../repository/platform.ts";
import { at, type Fields, fieldsAt, stringsAt } from "../../../repository/values.ts";
import { applicationFor } from "../../application-for.ts";
import { editableIn } from "../../targets.ts";

export type DashboardHome = {
  readonly application: RepositoryApplication;
  readonly namespace: string;
  readonly because: string;
} & (
  | {
      readonly kind: "sidecar";
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }
  /** `spec` of a GrafanaDashboard beside its JSON. */
  | { readonly kind: "operator"; readonly apiVersion: string; readonly spec: Fields }
  | { readonly kind: "folder"; readonly configMap: Resource }
);

/** The home of a dashboard about `namespace`; a text says what is missing. */
export function dashboardHome(platform: Platform, namespace: string): DashboardHome | string {
  const problems: string[] = [];
  for (const find of [byOperator, bySidecar, byFolder]) {
    const home = find(platform, namespace);
    if (typeof home !== "string" && home !== undefined) return home;
    if (home !== undefined) problems.push(home);
  }
  const [problem] = problems;
  if (problem !== undefined) return problem;
  const chart = unreadableGrafanaChart(platform);
  if (chart !== undefined) return `${chart.path}: which dashboards ${chart.title} shows cannot be told`;
  const [grafana] = grafanas(platform);
  return grafana === undefined
    ? "the repository shows no Grafana that would show a dashboard"
    : `${grafana.resource.path}: nothing shows how dashboards reach Grafana: no sidecar, no operator and no folder a ConfigMap is mounted at`;
}

function bySidecar(platform: Platform, namespace: string): DashboardHome | string | undefined {
  const sidecars = dashboardSidecars(platform);
  let problem: string | undefined;
  for (const sidecar of sidecars) {
    const others = dashboardsOf(platform).filter(({ resource }) => {
      return resource?.application !== undefined && sidecarFor(platform, resource) === sidecar;
    });
    for (const place of placesFor(sidecar, namespace, others)) {
      const application = writer(platform, place, others);
      if (typeof application === "string") problem ??= application;
      else {
        const carried = others.map(({ resource }) => stringsAt(resource?.object, "metadata", "labels")[sidecar.label]);
        const value = sidecar.value ?? mostCommon(carried.filter((one) => one !== undefined)) ?? "1";
        return {
          kind: "sidecar",
          application,
          namespace: place,
          labels: { [sidecar.label]: value },
          annotations: sharedFolder(others),
          because: `${sidecar.name} brings it to Grafana`,
        };
      }
    }
    problem ??= `${sidecar.path}: ${sidecar.name} looks into no namespace the repository writes into`;
  }
  return problem;
}

/** Where the others are, if they are all in one place that is not theirs; beside what it is about; beside Grafana. */
function placesFor(
  sidecar: DashboardSidecar,
  namespace: string,
  others: readonly RepositoryDashboard[],
): readonly string[] {
  const homes = [...new Set(others.map(({ resource }) => resource?.namespace))];
  const central = homes.length === 1 && others.length > 1 ? homes : [];
  const named = sidecar.namespaces === "all" ? [] : sidecar.namespaces;
  const places = [...central, namespace, sidecar.home, ...named].filter((one) => one !== undefined);
  return [...new Set(places)].filter((place) => watchesNamespace(sidecar, place));
}

function writer(
  platform: Platform,
  namespace: string,
  others: readonly RepositoryDashboard[],
): RepositoryApplication | string {
  if (isProtectedNamespace(namespace)) return `namespace ${namespace} is off limits`;
  return applicationFor(platform, namespace, (one) => others.some(({ resource }) => resource === one));
}

/** The folder of Grafana the others are put into, if all of them say the same (k8s-sidecar: FOLDER_ANNOTATION). */
function sharedFolder(others: readonly RepositoryDashboard[]): Readonly<Record<string, string>> {
  const [first, ...rest] = others.map(({ resource }) => stringsAt(resource?.object, "metadata", "annotations"));
  const entries = Object.entries(first ?? {}).filter(
    ([key, value]) => /folder|target-directory/.test(key) && rest.every((one) => one[key] === value),
  );
  return Object.fromEntries(entries);
}

function byOperator(platform: Platform, namespace: string): DashboardHome | string | undefined {
  const others = platform.resources.filter((one) => isGrafanaDashboard(one) && one.application !== undefined);
  const instances = grafanaInstances(platform);
  const [example] = others.filter((one) => instances.length === 0 || isImported(platform, one) === true);
  const [instance] = instances;
  if (example === undefined && instance === undefined) return undefined;
  const selector = example === undefined ? undefined : fieldsAt(example.object, "spec", "instanceSelector");
  const labels = stringsAt(instance?.object, "metadata", "labels");
  if (selector === undefined && Object.keys(labels).length === 0) {
    return `${instance?.path ?? ""}: Grafana ${instance?.name ?? ""} has no labels a dashboard could select it by`;
  }
  const home = instance?.namespace ?? example?.namespace;
  // Where no Grafana is in the repository only what the example does is known to work: its own namespace.
  const isCross = instance !== undefined || at(example?.object, "spec", "allowCrossNamespaceImport") === true;
  const homes = new Set(others.map((one) => one.namespace));
  const central = others.length > 1 && homes.size === 1 ? [...homes] : [];
  const places = [...central, ...(isCross ? [namespace] : []), home].filter((one) => one !== undefined);
  let problem: string | undefined;
  for (const place of new Set(places)) {
    const application = isProtectedNamespace(place)
      ? `namespace ${place} is off limits`
      : applicationFor(platform, place, isGrafanaDashboard);
    if (typeof application === "string") problem ??= application;
    else {
      const cross = place === home ? {} : { allowCrossNamespaceImport: true };
      return {
        kind: "operator",
        application,
        namespace: place,
        apiVersion: example?.apiVersion ?? instance?.apiVersion ?? "",
        spec: { ...cross, instanceSelector: selector ?? { matchLabels: labels } },
        because: `the Grafana Operator imports it into ${instance?.name ?? "the Grafana of the dashboards that are there"}`,
      };
    }
  }
  return problem;
}

function byFolder(platform: Platform): DashboardHome | string | undefined {
  let problem: string | undefined;
  for (const { configMap, grafana, path } of dashboardFolders(platform)) {
    const application = editableIn(platform, configMap);
    const namespace = configMap.namespace;
    if (typeof application === "string") problem ??= application;
    else if (namespace === undefined) problem ??= `${configMap.path}: its namespace is not known`;
    else {
      const because = `${grafana.kind} ${grafana.name} reads dashboards from ${path}, where ConfigMap ${configMap.name} is mounted`;
      return { kind: "folder", application, namespace, configMap, because };
    }
  }
  return problem;
}
