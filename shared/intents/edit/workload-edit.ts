/** Edits of a workload's pod template where its file defines it: several places at once, and nothing else changes. */
import * as z from "zod";
import type { FileChange } from "../../domain/change-set.ts";
import { chartWorkloads } from "../../repository/helm-charts.ts";
import { oncePer } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { type Fields, fieldsAt, isFields, itemsAt, textAt } from "../../repository/values.ts";
import { asWorkload, type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { objectName } from "../schema.ts";
import { editableIn, findResource } from "../targets.ts";
import { editChart } from "./chart-edit.ts";
import { type Edit, editText } from "./text-edit.ts";
import type { Path } from "./yaml-edit.ts";

/** A Job's pod template cannot be changed once it exists, so Jobs are no target. */
export const TEMPLATED = ["Deployment", "StatefulSet", "DaemonSet", "CronJob"] as const;

/** One workload, as a stored intent names it. */
export const templatedWorkload = z.strictObject({ kind: z.enum(TEMPLATED), namespace: objectName, name: objectName });
export type TemplatedWorkload = z.infer<typeof templatedWorkload>;

/** What a stored intent would call `workload`; undefined when it is of another kind, or no Application runs it. */
export function referenceTo({ resource, namespace, name, ...rest }: RepositoryWorkload): TemplatedWorkload | undefined {
  const kind = TEMPLATED.find((known) => known === rest.kind);
  if (kind === undefined || namespace === undefined || resource.application === undefined) return undefined;
  return { kind, namespace, name };
}

export interface EditableWorkload {
  readonly workload: RepositoryWorkload;
  readonly application: RepositoryApplication;
}

/** The workload an intent names, if its file can be edited; else why not. */
export function findWorkload(
  platform: Platform,
  { kind, namespace, name }: TemplatedWorkload,
): EditableWorkload | string {
  const resource = findWorkloadResource(platform, { kind, namespace, name });
  if (typeof resource === "string") return resource;
  const workload = asWorkload(resource);
  if (workload === undefined) return `${kind} ${namespace}/${name} is no workload`;
  const application = editableIn(platform, resource);
  return typeof application === "string" ? application : { workload, application };
}

/** Those in files of their own, and those of charts that are understood as a whole. */
export const workloadsAndCharts: (platform: Platform) => readonly RepositoryWorkload[] = oncePer((platform) => [
  ...workloadsOf(platform),
  ...chartWorkloads(platform),
]);

/** The object of a workload, in a file or as Helm makes it; a text says why there is none, or more than one. */
export function findWorkloadResource(
  platform: Platform,
  { kind, namespace, name }: TemplatedWorkload,
): Resource | string {
  const found = findResource(platform, kind, namespace, name);
  const made = chartWorkloads(platform).filter(
    (one) => one.kind === kind && one.namespace === namespace && one.name === name,
  );
  const [workload] = made;
  if (workload === undefined) return found;
  if (made.length > 1 || typeof found !== "string") return `${kind} ${namespace}/${name} is defined more than once`;
  return workload.resource;
}

/** A container with its place in the object; init containers first, as they start. */
export interface PlacedContainer {
  readonly name: string;
  readonly image: string;
  readonly spec: Fields;
  readonly path: Path;
}

export function placedContainers({ resource, templatePath }: RepositoryWorkload): readonly PlacedContainer[] {
  const pod = fieldsAt(resource.object, ...templatePath, "spec");
  return ["initContainers", "containers"].flatMap((list) => {
    const entries = Array.isArray(pod[list]) ? (pod[list] as readonly unknown[]) : [];
    return entries.flatMap((spec, index): PlacedContainer[] => {
      if (!isFields(spec)) return [];
      const path = [...templatePath, "spec", list, index];
      return [{ name: textAt(spec, "name") ?? "", image: textAt(spec, "image") ?? "", spec, path }];
    });
  });
}

/** The file of `resource` with all `edits`, or the values its chart is rendered with; a text says why its form is left alone. */
export function editResource(platform: Platform, resource: Resource, edits: readonly Edit[]): FileChange | string {
  if (resource.rendered === true) return editChart(platform, resource, edits);
  const file = platform.files.get(resource.path);
  const edited = editText(file?.content ?? "", resource, edits);
  if ("because" in edited) return `${resource.path}: ${edited.because}`;
  return { path: resource.path, before: file?.blob ?? null, after: edited.text };
}

/** Every text by which a workload may give away what it is: images, commands, variables, volumes, annotations. */
export function wordsOf(platform: Platform, { resource, templatePath, podSpec }: RepositoryWorkload): string {
  const named = new Set(
    [...JSON.stringify(podSpec).matchAll(/"(?:configMapRef|configMapKeyRef|configMap)":\{[^}]*?"name":"([^"]+)"/g)].map(
      ([, name]) => name,
    ),
  );
  const settings = platform.resources.filter(
    (one) => one.kind === "ConfigMap" && one.namespace === resource.namespace && named.has(one.name),
  );
  const annotations = fieldsAt(resource.object, ...templatePath, "metadata", "annotations");
  return JSON.stringify([podSpec, annotations, ...settings.map(({ object }) => fieldsAt(object, "data"))]);
}

/** The variable names of a container, from `env` alone. */
export function variableNames({ spec }: Pick<PlacedContainer, "spec">): readonly string[] {
  return itemsAt(spec, "env").flatMap((entry) => textAt(entry, "name") ?? []);
}
