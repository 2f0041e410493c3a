/** The objects Helm makes of charts in the repository, where every template of the chart is understood. */
import { type RenderedChart, renderChart } from "./helm-render.ts";
import { oncePer } from "./lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "./platform.ts";
import { isClusterScoped } from "./scope.ts";
import { textAt } from "./values.ts";
import { asWorkload, type RepositoryWorkload } from "./workloads.ts";

export interface Chart extends RenderedChart {
  readonly application: RepositoryApplication;
  readonly resources: readonly Resource[];
}

export const chartsOf: (platform: Platform) => readonly Chart[] = oncePer(({ applications, files }) =>
  applications.filter(({ tool }) => tool === "helm").map((application) => chartOf(application, files)),
);

export function chartOf(application: RepositoryApplication, files: Platform["files"]): Chart {
  const rendered = renderChart(application, files);
  const resources = rendered.documents.flatMap(({ path, document, value: object }): Resource[] => {
    const [apiVersion, kind] = [textAt(object, "apiVersion"), textAt(object, "kind")];
    const name = textAt(object, "metadata", "name");
    if (apiVersion === undefined || kind === undefined || name === undefined) return [];
    const own = textAt(object, "metadata", "namespace") ?? application.destination;
    const namespace = isClusterScoped(apiVersion, kind) ? undefined : own;
    return [
      { path, document, apiVersion, kind, namespace, name, application: application.name, object, rendered: true },
    ];
  });
  return { ...rendered, application, resources };
}

/** Workloads of charts that are understood as a whole. */
export const chartWorkloads: (platform: Platform) => readonly RepositoryWorkload[] = oncePer((platform) =>
  chartsOf(platform)
    .filter(({ unknown }) => unknown.length === 0)
    .flatMap(({ resources }) => resources.map(asWorkload).filter((workload) => workload !== undefined)),
);

/** The chart a rendered object comes from. */
export function chartWith(platform: Platform, resource: Resource): Chart | undefined {
  return chartsOf(platform).find(({ resources }) => resources.includes(resource));
}

/** Values files that Applications hand to their charts: they hold no objects, and decide what all of them are. */
export function isValuesFile({ applications }: Platform, path: string): boolean {
  return applications.some(
    (one) =>
      one.tool === "helm" &&
      (one.helm?.valueFiles.includes(path) === true ||
        path === (one.path === "" ? "values.yaml" : `${one.path}/values.yaml`)),
  );
}
