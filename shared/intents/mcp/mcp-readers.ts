/** Who reads a registry, and what they need to see a new entry: nothing, a variable of their own, or to start again. */
import type { Platform, Resource } from "../../repository/platform.ts";
import { at, type Fields, fieldsAt, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { asWorkload, type RepositoryWorkload, workloadsIn } from "../../repository/workloads.ts";
import { editableIn } from "../targets.ts";
import { isRunning } from "../traffic/callers.ts";
import type { NewEntry } from "./mcp-entry.ts";
import type { Registry } from "./mcp-registries.ts";

export interface ReaderStep {
  readonly resource: Resource;
  readonly edit: ReaderEdit | undefined;
  /** For the commit message. */
  readonly told: string;
}

type ReaderEdit =
  | { readonly kind: "variable"; readonly list: string; readonly container: number; readonly variable: Fields }
  | { readonly kind: "annotation"; readonly key: string };

/** The pods that take the registry in; those of a ConfigMap that mount or name it. */
export function registryReaders(platform: Platform, { resource, namespace, place }: Registry): readonly Reader[] {
  const own = asWorkload(resource);
  if (own !== undefined) return [{ workload: own, ways: ["own"] }];
  const key = place === "" ? undefined : place;
  return workloadsIn(platform, namespace).flatMap((workload) => {
    const ways = waysOf(workload, resource.name, key);
    return workload.resource.application === undefined || ways.length === 0 ? [] : [{ workload, ways }];
  });
}

export interface Reader {
  readonly workload: RepositoryWorkload;
  readonly ways: readonly ("own" | "all variables" | "variable" | "file" | "fixed file")[];
}

function waysOf({ podSpec }: RepositoryWorkload, name: string, key: string | undefined): Reader["ways"] {
  const ways: Reader["ways"][number][] = [];
  const containers = [...itemsAt(podSpec, "initContainers"), ...itemsAt(podSpec, "containers")];
  for (const spec of containers) {
    if (itemsAt(spec, "envFrom").some((one) => textAt(one, "configMapRef", "name") === name))
      ways.push("all variables");
    const references = itemsAt(spec, "env").map((one) => fieldsAt(one, "valueFrom", "configMapKeyRef"));
    const named = references.filter((one) => textAt(one, "name") === name);
    if (named.some((one) => key === undefined || one["key"] === key)) ways.push("variable");
  }
  for (const volume of itemsAt(podSpec, "volumes")) {
    const sources = [volume["configMap"], ...itemsAt(volume, "projected", "sources").map((one) => one["configMap"])];
    const source = sources.find((one) => textAt(one, "name") === name);
    if (source === undefined) continue;
    const items = itemsAt(source, "items").map((one) => one["key"]);
    if (items.length > 0 && (key === undefined || !items.includes(key))) continue;
    const mounts = containers
      .flatMap((one) => itemsAt(one, "volumeMounts"))
      .filter((one) => one["name"] === volume["name"]);
    const usual = mounts.filter((one) => one["subPath"] === undefined);
    const fixed = mounts.filter(
      (one) => one["subPath"] !== undefined && (key === undefined || textAt(one, "subPath")?.endsWith(key)),
    );
    if (usual.length > 0) ways.push("file");
    else if (fixed.length > 0) ways.push("fixed file");
  }
  return ways;
}

/** What each reader needs; a text says why the entry would have no effect. */
export function readersOf(platform: Platform, registry: Registry, entry: NewEntry): readonly ReaderStep[] | string {
  const { resource } = registry;
  if (asWorkload(resource) !== undefined) return [];
  const readers = registryReaders(platform, registry);
  if (readers.length === 0)
    return `no workload reads ConfigMap ${registry.namespace}/${resource.name}, so an entry in it would change nothing`;
  const steps: ReaderStep[] = [];
  for (const reader of readers) {
    const step = stepFor(platform, registry, reader, entry);
    if (typeof step === "string") return step;
    steps.push(...step);
  }
  return steps.length === 0 ? `nobody who reads ConfigMap ${resource.name} would see the entry` : steps;
}

function stepFor(
  platform: Platform,
  registry: Registry,
  { workload, ways }: Reader,
  entry: NewEntry,
): readonly ReaderStep[] | string {
  const { resource, kind, name } = workload;
  const isWhole = ways.some((way) => way !== "variable");
  if (!isWhole && registry.place === "") return variableSteps(platform, registry, workload, entry);
  const told = (text: string): ReaderStep[] => [{ resource, edit: undefined, told: `${kind} ${name} ${text}` }];
  if (!isRunning(workload)) return told("reads it with its next pod");
  if (isReloaded(workload)) return told("is started again by Reloader");
  const application = editableIn(platform, resource);
  const isSame = typeof application !== "string" && resource.application === registry.resource.application;
  if (isSame) {
    const key = `checksum/${registry.resource.name.slice(0, 63).replace(/[^a-z0-9]+$/, "")}`;
    return [{ resource, edit: { kind: "annotation", key }, told: `${kind} ${name} starts again with it` }];
  }
  if (ways.every((way) => way === "file")) return told("has to read its file again by itself");
  return `${kind} ${name} would see it only after a restart, and its manifest is not one this change can touch`;
}

/** Readers that take single keys take the new one by a variable of the same kind. */
function variableSteps(
  platform: Platform,
  { resource, entries }: Registry,
  workload: RepositoryWorkload,
  entry: NewEntry,
): readonly ReaderStep[] | string {
  const names = new Set(entries.map((one) => one.name));
  for (const list of ["initContainers", "containers"]) {
    for (const [container, spec] of itemsAt(workload.podSpec, list).entries()) {
      const references = itemsAt(spec, "env").filter((one) => {
        const reference = fieldsAt(one, "valueFrom", "configMapKeyRef");
        return reference["name"] === resource.name && names.has(textAt(reference, "key"));
      });
      if (references.length < 2) continue;
      const isAlike = references.every((one) => one["name"] === at(one, "valueFrom", "configMapKeyRef", "key"));
      const { kind, name } = workload;
      if (!isAlike) return `${kind} ${name} gives the keys other names, so the name of the new one is not known`;
      if (
        workload.resource.application !== resource.application ||
        typeof editableIn(platform, workload.resource) === "string"
      ) {
        return `${kind} ${name} takes the keys one by one, and its manifest is not one this change can touch`;
      }
      const variable = { name: entry.name, valueFrom: { configMapKeyRef: { name: resource.name, key: entry.name } } };
      return [
        {
          resource: workload.resource,
          edit: { kind: "variable", list, container, variable },
          told: `${kind} ${name} takes it as ${entry.name}`,
        },
      ];
    }
  }
  return [];
}

/** Stakater Reloader restarts who carries its annotation (github.com/stakater/Reloader). */
function isReloaded({ resource, templatePath }: RepositoryWorkload): boolean {
  const annotations = [
    stringsAt(resource.object, "metadata", "annotations"),
    stringsAt(resource.object, ...templatePath, "metadata", "annotations"),
  ];
  return annotations.some((all) =>
    Object.keys(all).some((key) => /reloader\.stakater\.com\/(auto|reload|configmap)/.test(key)),
  );
}

/** True when one of `workloads` reads the registry: it is not a server to be listed there. */
export function isReader(platform: Platform, registry: Registry, workloads: readonly RepositoryWorkload[]): boolean {
  const readers = registryReaders(platform, registry).map(({ workload }) => workload);
  return workloads.some((one) => readers.some(({ resource }) => resource === one.resource));
}
