/**
 * Helm charts of others a repository has installed, with the values it gives them: named by an Application, or a
 * dependency of a chart of its own (argo-cd: docs/user-guide/helm.md; a release is named after its Application).
 */
import { ofKind, oncePer } from "./lookup.ts";
import { parseFile } from "./parse.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, type Fields, fieldsAt, isFields, itemsAt, listAt, textAt } from "./values.ts";

export interface ChartRelease {
  /** The chart's own name: `kube-prometheus-stack`. */
  readonly chart: string;
  /** What the repository calls it: the chart, or its alias as a dependency, and who installs it. */
  readonly title: string;
  readonly path: string;
  readonly release: string;
  /** Where it is installed, if that is said. */
  readonly namespace: string | undefined;
  /** What differs from the chart's own values; undefined when that cannot be read. */
  readonly values: Fields | undefined;
}

export const chartReleases: (platform: Platform) => readonly ChartRelease[] = oncePer((platform) => [
  ...ofKind(platform, "Application").flatMap((one) => fromApplication(platform, one)),
  ...fromOwnCharts(platform),
]);

function fromApplication(platform: Platform, { path, name, object }: Resource): ChartRelease[] {
  const spec = fieldsAt(object, "spec");
  const sources = [fieldsAt(spec, "source"), ...itemsAt(spec, "sources")];
  return sources.flatMap((source) => {
    const chart = textAt(source, "chart");
    if (chart === undefined) return [];
    const helm = fieldsAt(source, "helm");
    return [
      {
        chart,
        title: `${chart} (${name})`,
        path,
        release: textAt(helm, "releaseName") ?? name,
        namespace: textAt(spec, "destination", "namespace"),
        values: valuesOf(platform, helm, sources),
      },
    ];
  });
}

/** A chart of the repository's own that depends on one of others. */
function fromOwnCharts(platform: Platform): ChartRelease[] {
  const charts = [...platform.files.values()].filter(
    ({ path }) => path === "Chart.yaml" || path.endsWith("/Chart.yaml"),
  );
  return charts.flatMap((file) => {
    const folder = file.path.slice(0, Math.max(0, file.path.length - "/Chart.yaml".length));
    const reader = platform.applications.find((one) => one.tool === "helm" && one.path === folder);
    if (reader === undefined) return [];
    const [chart] = parseFile(file).documents;
    const values = platform.files.get(folder === "" ? "values.yaml" : `${folder}/values.yaml`);
    const [found] = values === undefined ? [] : parseFile(values).documents;
    return itemsAt(chart?.value, "dependencies").flatMap((dependency) => {
      const name = textAt(dependency, "name");
      if (name === undefined) return [];
      const alias = textAt(dependency, "alias") ?? name;
      return [
        {
          chart: name,
          title: `${alias} (${reader.name})`,
          path: file.path,
          release: reader.name,
          namespace: reader.destination,
          values: fieldsAt(found?.value, alias),
        },
      ];
    });
  });
}

/** Files, then `values` or `valuesObject`, then parameters: the later wins. */
function valuesOf(platform: Platform, helm: Fields, sources: readonly Fields[]): Fields | undefined {
  const refs = sources.flatMap((one) => textAt(one, "ref") ?? []);
  const files = listAt(helm, "valueFiles").map((file) => valuesInFile(platform, String(file), refs));
  const inline = isFields(at(helm, "valuesObject"))
    ? fieldsAt(helm, "valuesObject")
    : valuesIn(textAt(helm, "values") ?? "");
  const parameters = itemsAt(helm, "parameters").map((one) => {
    const keys = (textAt(one, "name") ?? "").split(".");
    return keys.reduceRight<unknown>((value, key) => ({ [key]: value }), readScalar(one));
  });
  let merged: Fields = {};
  for (const part of [...files, inline, ...parameters]) {
    if (!isFields(part)) return undefined;
    merged = merge(merged, part);
  }
  return merged;
}

/** `$values/path/in/this/repository.yaml`; a file of the chart itself is not here. */
function valuesInFile(platform: Platform, file: string, refs: readonly string[]): Fields | undefined {
  const [, ref = "", path = ""] = /^\$([^/]+)\/(.+)$/.exec(file) ?? [];
  const found = refs.includes(ref) ? platform.files.get(path) : undefined;
  return found?.content == null ? undefined : valuesIn(found.content);
}

function valuesIn(text: string): Fields | undefined {
  if (text.trim() === "") return {};
  const [values] = parseFile({ path: "values.yaml", blob: "", content: text }).documents;
  return values?.value;
}

/** As `helm --set` reads them. */
function readScalar({ value, forceString }: Fields): unknown {
  if (forceString === true || typeof value !== "string") return value;
  if (value === "true" || value === "false") return value === "true";
  return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

function merge(one: Fields, other: Fields): Fields {
  const entries = Object.entries(other).map(([key, value]) => {
    const before = Object.hasOwn(one, key) ? one[key] : undefined;
    return [key, isFields(before) && isFields(value) ? merge(before, value) : value] as const;
  });
  return { ...one, ...Object.fromEntries(entries) };
}
