/** Writes new objects where their Application reads them, in the way the repository writes its own. */
import { isSeq, parseDocument, stringify } from "yaml";
import type { FileChange, ObjectRef } from "../../domain/change-set.ts";
import { MANAGED_BY, MANAGED_BY_LABEL } from "../../policy/settings.ts";
import {
  fileName,
  folderOf,
  indentsLists,
  lineEnding,
  mostCommon,
  nameLabels,
  neighboursOf,
  oneObjectPerFile,
  writesNamespace,
} from "../../repository/conventions.ts";
import { kustomizationOf } from "../../repository/kustomize.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { at, type Fields, textAt } from "../../repository/values.ts";

export interface NewObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Everything below `metadata` (name, namespace, labels are added) and the other top-level fields, in order. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Labels beside those every object of ours carries; they win over them. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly body: Fields;
}

export interface NewFiles {
  readonly files: readonly FileChange[];
  readonly objects: readonly ObjectRef[];
}

/**
 * The files that create `objects` (the first names the file if they share one) in `namespace`, at the level
 * `application` reads, beside the resources of that namespace. A text says why that is not possible.
 */
export function writeNewObjects(
  platform: Platform,
  application: RepositoryApplication,
  namespace: string,
  objects: readonly NewObject[],
): NewFiles | string {
  const neighbours = neighboursOf(platform, application.name);
  const folder = folderFor(
    application,
    neighbours.filter((one) => one.namespace === namespace),
  );
  const style = styleOf(platform, application, neighbours, namespace);
  const labels = { ...(objects[0] === undefined ? {} : ownLabels(neighbours, objects[0].name)) };
  const groups = oneObjectPerFile(neighbours) ? objects.map((one) => [one]) : [objects];
  const files: FileChange[] = [];
  for (const group of groups) {
    const [main] = group;
    if (main === undefined) continue;
    const path = freePath(platform, folder, fileName(neighbours, main.kind, main.name));
    if (path === undefined) return `${folder}/${fileName(neighbours, main.kind, main.name)} is already there`;
    const text = group.map((one) => print(toObject(one, style.namespace, labels), style)).join(`---${style.newline}`);
    files.push({ path, before: null, after: text });
  }
  const listed = application.tool === "kustomize" ? addToKustomization(platform, application, files) : undefined;
  if (typeof listed === "string") return listed;
  return {
    files: listed === undefined ? files : [...files, listed],
    objects: objects.map((object) => createdRef(object, namespace)),
  };
}

/** What Argo CD may not prune stays when the change is taken back (argo-cd: docs/user-guide/sync-options.md). */
function createdRef({ apiVersion, kind, name, annotations }: NewObject, namespace: string): ObjectRef {
  const options = annotations?.["argocd.argoproj.io/sync-options"]?.split(",") ?? [];
  const kept = options.some((option) => option.trim() === "Prune=false") ? ({ retained: true } as const) : {};
  const hook = annotations?.["argocd.argoproj.io/hook"] === undefined ? {} : ({ hook: true } as const);
  return { apiVersion, kind, namespace, name, effect: "create", ...kept, ...hook };
}

/** Labels every object of ours carries: the repository's own way to say the name, and whose object it is. */
export function ownLabels(neighbours: readonly Resource[], name: string): Readonly<Record<string, string>> {
  const value = name.slice(0, 63).replace(/[^a-z0-9]+$/, "");
  return { ...Object.fromEntries(nameLabels(neighbours).map((key) => [key, value])), [MANAGED_BY_LABEL]: MANAGED_BY };
}

interface Style {
  readonly namespace: string | undefined;
  readonly newline: "\n" | "\r\n";
  readonly indentSeq: boolean;
}

function styleOf(
  platform: Platform,
  application: RepositoryApplication,
  neighbours: readonly Resource[],
  namespace: string,
): Style {
  const impliedNamespace =
    application.tool === "kustomize"
      ? (textAt(kustomizationOf(platform.files, application.path)?.value, "namespace") ?? application.destination)
      : application.destination;
  return {
    namespace: writesNamespace(neighbours) || impliedNamespace !== namespace ? namespace : undefined,
    newline: lineEnding(platform, neighbours),
    indentSeq: indentsLists(platform, neighbours),
  };
}

/** The folder with most of the namespace's own resources among those the Application reads at that level. */
function folderFor(application: RepositoryApplication, near: readonly Resource[]): string {
  const folders = near.map(({ path }) => folderOf(path));
  const readable = application.tool === "directory" && application.recurse ? folders : [];
  return mostCommon(readable) ?? application.path;
}

function freePath(platform: Platform, folder: string, name: string): string | undefined {
  const inside = (file: string) => (folder === "" ? file : `${folder}/${file}`);
  return [inside(name), inside(`school-${name}`)].find((path) => !platform.files.has(path));
}

function toObject(object: NewObject, namespace: string | undefined, labels: Readonly<Record<string, string>>): Fields {
  const { apiVersion, kind, name, annotations, body } = object;
  const all = { ...labels, ...object.labels };
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: all,
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...body,
  };
}

/** Strings that YAML 1.1 readers (Kubernetes is one) would take for something else are quoted. */
function print(object: Fields, { newline, indentSeq }: Style): string {
  const text = stringify(object, { compat: "yaml-1.1", indentSeq, lineWidth: 0, aliasDuplicateObjects: false });
  return newline === "\n" ? text : text.replaceAll("\n", newline);
}

/** Adds the new files to `resources` of the kustomization, by inserting lines after the last entry. */
function addToKustomization(
  platform: Platform,
  application: RepositoryApplication,
  files: readonly FileChange[],
): FileChange | string {
  const kustomization = kustomizationOf(platform.files, application.path);
  const file = kustomization === undefined ? undefined : platform.files.get(kustomization.path);
  if (file?.content == null) return `${application.path} has no kustomization that can be read`;
  const list: unknown = parseDocument(file.content).get("resources", true);
  const last: unknown = isSeq(list) && list.flow !== true ? list.items.at(-1) : undefined;
  const range = (last as { range?: readonly number[] } | undefined)?.range;
  const [start, end] = range ?? [];
  if (start === undefined || end === undefined) return `${file.path} has no list of resources written as a block`;
  const lineStart = file.content.lastIndexOf("\n", start - 1) + 1;
  const dash = file.content.slice(lineStart, start);
  if (!/^ *- +$/.test(dash)) return `${file.path} writes its resources in a form that is left alone`;
  const lineEnd = file.content.indexOf("\n", end);
  const newline = file.content.includes("\r\n") ? "\r\n" : "\n";
  const prefix = application.path === "" ? 0 : application.path.length + 1;
  const added = files.map(({ path }) => `${dash}${path.slice(prefix)}`);
  const after =
    lineEnd === -1
      ? `${file.content}${newline}${added.join(newline)}${newline}`
      : `${file.content.slice(0, lineEnd + 1)}${added.map((line) => line + newline).join("")}${file.content.slice(lineEnd + 1)}`;
  const names = (text: string) => at(parseDocument(text).toJS(), "resources");
  const expected = [...(names(file.content) as string[]), ...files.map(({ path }) => path.slice(prefix))];
  if (JSON.stringify(names(after)) !== JSON.stringify(expected)) return `${file.path} could not be extended safely`;
  return { path: file.path, before: file.blob, after };
}
