/** Builds the picture of a repository at one commit from its files. Pure, deterministic, never throws. */
import { type FoundDocument, findApplications } from "./argo-applications.ts";
import { folderOf } from "./conventions.ts";
import { detectTool, foldersOf, readBy, relativeTo } from "./coverage.ts";
import { KUSTOMIZATION_NAMES } from "./kustomize.ts";
import { groupBy } from "./lookup.ts";
import { isManifestPath, parseFile } from "./parse.ts";
import type { Platform, PlatformOptions, RepositoryApplication, RepositoryFile, Resource } from "./platform.ts";
import { isClusterScoped } from "./scope.ts";
import { type Fields, itemsAt, textAt } from "./values.ts";

export function understand(
  commit: string,
  files: ReadonlyMap<string, RepositoryFile>,
  options: PlatformOptions = {},
): Platform {
  const charts = chartFolders(files);
  const templates = new Set<string>();
  const unreadable: { path: string; because: string }[] = [];
  const documents: FoundDocument[] = [];
  for (const file of files.values()) {
    if (!isManifestPath(file.path)) continue;
    if (isTemplate(file.path, charts)) {
      templates.add(file.path);
      unreadable.push({ path: file.path, because: "a template of a Helm chart" });
      continue;
    }
    const parsed = parseFile(file);
    for (const because of parsed.unreadable) unreadable.push({ path: file.path, because });
    for (const found of parsed.documents) documents.push({ path: file.path, ...found });
  }
  const folders = foldersOf(files.keys());
  const found = findApplications(documents, { folders, files }, (folder) => detectTool(files, folder), options);
  const coverage = cover(found.applications, files);
  const resources = documents
    .filter(({ path }) => !coverage.patches.has(path))
    .flatMap((document) => resourcesIn(document, coverage));
  return {
    commit,
    files,
    resources,
    applications: found.applications,
    readers: coverage.readers,
    addresses: found.addresses,
    options,
    unreadable: [...unreadable, ...found.unreadable],
  };
}

interface Coverage {
  readonly readers: ReadonlyMap<string, readonly string[]>;
  readonly patches: ReadonlySet<string>;
  /** Path -> the namespace its objects end in when they name none, and whether it wins over their own. */
  readonly namespaceOf: ReadonlyMap<string, { readonly name: string | undefined; readonly wins: boolean }>;
}

function cover(applications: readonly RepositoryApplication[], files: ReadonlyMap<string, RepositoryFile>): Coverage {
  const readers = new Map<string, string[]>();
  const patches = new Set<string>();
  const namespaceOf = new Map<string, { name: string | undefined; wins: boolean }>();
  const byFolder = groupBy([...files.values()], ({ path }) => folderOf(path));
  for (const application of applications) {
    const { paths, kustomize } = readBy(application, files, (folder) => byFolder.get(folder) ?? []);
    for (const patch of kustomize?.patches ?? []) patches.add(patch);
    const forced = kustomize?.namespace;
    for (const path of new Set(paths)) {
      readers.set(path, [...(readers.get(path) ?? []), application.name]);
      namespaceOf.set(path, { name: forced ?? application.destination, wins: forced !== undefined });
    }
  }
  return { readers, patches, namespaceOf };
}

function resourcesIn({ path, document, value }: FoundDocument, coverage: Coverage): Resource[] {
  if (KUSTOMIZATION_NAMES.includes(path.slice(path.lastIndexOf("/") + 1))) return [];
  const isList = value["kind"] === "List" && Array.isArray(value["items"]);
  if (!isList) return describe(path, document, value, coverage);
  return itemsAt(value, "items").flatMap((object, item) =>
    describe(path, document, object, coverage).map((resource) => ({ ...resource, item })),
  );
}

function describe(path: string, document: number, object: Fields, coverage: Coverage): Resource[] {
  const apiVersion = textAt(object, "apiVersion");
  const kind = textAt(object, "kind");
  const name = textAt(object, "metadata", "name");
  if (apiVersion === undefined || kind === undefined || name === undefined) return [];
  const readers = coverage.readers.get(path) ?? [];
  const application = readers.length === 1 ? readers[0] : undefined;
  const own = textAt(object, "metadata", "namespace");
  const given = application === undefined ? undefined : coverage.namespaceOf.get(path);
  const effective = given?.wins === true ? given.name : (own ?? given?.name);
  const namespace = isClusterScoped(apiVersion, kind) ? undefined : effective;
  return [{ path, document, apiVersion, kind, namespace, name, application, object }];
}

/** Folders with a Chart.yaml. */
function chartFolders(files: ReadonlyMap<string, RepositoryFile>): readonly string[] {
  return [...files.keys()]
    .filter((path) => path === "Chart.yaml" || path.endsWith("/Chart.yaml"))
    .map((path) => path.slice(0, Math.max(0, path.length - "/Chart.yaml".length)));
}

function isTemplate(path: string, charts: readonly string[]): boolean {
  return charts.some((chart) => relativeTo(chart, path)?.startsWith("templates/") === true);
}
