/** Edits of a workload's pod template where its file defines it: several places at once, and nothing else changes. */
import { isMap, isScalar } from "yaml";
import * as z from "zod";
import type { FileChange } from "../domain/change-set.ts";
import { readDocuments } from "../repository/parse.ts";
import type { Platform, RepositoryApplication, Resource } from "../repository/platform.ts";
import { type Fields, fieldsAt, isFields, itemsAt, textAt } from "../repository/values.ts";
import { asWorkload, type RepositoryWorkload } from "../repository/workloads.ts";
import { objectName } from "./schema.ts";
import { editableIn, findResource } from "./targets.ts";
import { onlyChanges, type Path, stepOf } from "./yaml-edit.ts";
import { type Additions, addKeys, sourceOf } from "./yaml-insert.ts";

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
  const resource = findResource(platform, kind, namespace, name);
  if (typeof resource === "string") return resource;
  const workload = asWorkload(resource);
  if (workload === undefined) return `${kind} ${namespace}/${name} is no workload`;
  const application = editableIn(platform, resource);
  return typeof application === "string" ? application : { workload, application };
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

export type Edit =
  /** `add` under the mapping at `path`, after the first of the keys `after` that is there. */
  | { readonly path: Path; readonly add: Fields; readonly after: readonly string[] }
  /** The scalar at `path` gets another text, in the quotes it has. */
  | { readonly path: Path; readonly replace: string };

/** The file of `resource` with all `edits`; a text says why its form is left alone. */
export function editResource(platform: Platform, resource: Resource, edits: readonly Edit[]): FileChange | string {
  const file = platform.files.get(resource.path);
  const content = file?.content ?? "";
  let text = content;
  for (const edit of edits) {
    const next = "add" in edit ? added(text, resource, edit) : replaced(text, resource, edit);
    if ("because" in next) return `${resource.path}: ${next.because}`;
    text = next.text;
  }
  const proved = onlyChanges(content, text, resource, (object) => {
    for (const edit of edits) apply(object, edit);
  });
  if (!proved) return `${resource.path}: the edit would change more than it should`;
  return { path: resource.path, before: file?.blob ?? null, after: text };
}

type Outcome = { readonly text: string } | { readonly because: string };

function added(
  text: string,
  { document }: Resource,
  { path, add, after }: Extract<Edit, { readonly add: Fields }>,
): Outcome {
  const map = readDocuments(text)[document]?.getIn(path, true);
  if (!isMap(map)) return { because: `${path.join(".")} is not written as a mapping` };
  return addKeys(sourceOf(text, stepOf(text)), map, additions(add), after);
}

function replaced(
  text: string,
  { document }: Resource,
  { path, replace }: Extract<Edit, { readonly replace: string }>,
): Outcome {
  const node = readDocuments(text)[document]?.getIn(path, true);
  const [start, end] = (isScalar(node) && node.anchor === undefined && node.range) || [];
  const quote = start === undefined ? "" : text.charAt(start);
  const quotes = quote === '"' || quote === "'" ? quote : "";
  if (start === undefined || end === undefined || /[\n|>&*!]/.test(text.slice(start, end))) {
    return { because: `${path.join(".")} is written in a form that is left alone` };
  }
  return { text: `${text.slice(0, start)}${quotes}${replace}${quotes}${text.slice(end)}` };
}

/** Leaves as they stand in YAML: only booleans, plain words and lists of them or of mappings are ever added. */
function additions(fields: Fields): Additions {
  const entries = Object.entries(fields).map(([key, value]) => {
    if (isFields(value)) return [key, additions(value)];
    if (!Array.isArray(value)) return [key, String(value)];
    return value.every(isFields)
      ? [key, value.map(additions)]
      : [key, `[${value.map((one) => JSON.stringify(one)).join(", ")}]`];
  });
  return Object.fromEntries(entries) as Additions;
}

function apply(object: Record<string, unknown>, edit: Edit): void {
  const keys = "add" in edit ? edit.path : edit.path.slice(0, -1);
  const target = keys.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], object);
  if ("add" in edit) Object.assign(target as object, merged(target, edit.add));
  else (target as Record<string | number, unknown>)[edit.path.at(-1) ?? ""] = edit.replace;
}

function merged(target: unknown, fields: Fields): Fields {
  const base = isFields(target) ? target : {};
  const entries = Object.entries(fields).map(([key, value]) => [
    key,
    isFields(value) ? merged(base[key], value) : value,
  ]);
  return { ...base, ...(Object.fromEntries(entries) as Fields) };
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
