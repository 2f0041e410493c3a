/** What one Application's source renders to at a commit: Argo CD's tool detection and directory rules. */
import { posix } from "node:path";
import type { Snapshot } from "./git-follower.ts";
import { at, isMap, listAt, textAt } from "./json.ts";
import { isNamespaced } from "./kinds.ts";
import { kustomizationIn, renderKustomization } from "./kustomize.ts";
import { parseManifests, RenderError } from "./manifests.ts";
import type { KubeObject } from "./store.ts";

/** The repository that is followed, under every address it is known by. */
export interface FollowedRepository {
  readonly addresses: readonly string[];
}

/** Sources of an Application, one or several (`spec.sources` wins, as in Argo CD). */
export function sourcesOf(application: KubeObject): readonly unknown[] {
  const several = listAt(application, "spec", "sources");
  const single = at(application, "spec", "source");
  if (several.length > 0) return several;
  return isMap(single) ? [single] : [];
}

/** Objects an Application wants, its destination namespace filled in; one snapshot per source. Throws RenderError. */
export function renderApplication(application: KubeObject, snapshots: readonly Snapshot[]): readonly KubeObject[] {
  const destination = textAt(application, "spec", "destination", "namespace");
  const objects = sourcesOf(application).flatMap((source, index) => {
    const snapshot = snapshots[index];
    return snapshot === undefined ? [] : renderSource(source, snapshot);
  });
  const placed = objects.map((object) => withNamespace(object, destination));
  // The same object twice: Argo CD warns (RepeatedResourceWarning) and applies the last one.
  const unique = new Map(placed.map((object) => [identity(object), object]));
  return [...unique.values()];
}

/** Throws RenderError when the source is not in the repository that is followed. */
export function requireFollowed(source: unknown, { addresses }: FollowedRepository): void {
  if (textAt(source, "chart") !== undefined) throw new RenderError("Helm charts are not rendered by this stand-in");
  const repository = textAt(source, "repoURL") ?? "";
  const wanted = normaliseAddress(repository);
  if (addresses.some((address) => normaliseAddress(address) === wanted)) return;
  throw new RenderError(`repository not accessible: ${repository} is not the repository this stand-in follows`);
}

/** https, ssh and scp-like forms of one repository compare equal: host and path in lower case, without `.git`. */
export function normaliseAddress(address: string): string {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(address);
  const plain = scp === null ? address.replace(/^[a-z+]+:\/\/(?:[^@/]*@)?/i, "") : `${scp[1]}/${scp[2]}`;
  return plain
    .toLowerCase()
    .replace(/^([\w.-]+):\d+\//, "$1/")
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
}

function renderSource(source: unknown, snapshot: Snapshot): readonly KubeObject[] {
  const folder = normaliseFolder(textAt(source, "path") ?? "");
  const inside = folder === "" ? snapshot.paths : snapshot.paths.filter((path) => path.startsWith(`${folder}/`));
  if (inside.length === 0) throw new RenderError(`${folder}: app path does not exist`);
  if (at(source, "plugin") !== undefined) throw new RenderError("config management plugins are not run here");
  const explicitDirectory = at(source, "directory") !== undefined && at(source, "kustomize") === undefined;
  if (!explicitDirectory) {
    if (at(source, "helm") !== undefined || inside.includes(posix.join(folder, "Chart.yaml"))) {
      throw new RenderError(`${folder}: Helm charts are not rendered by this stand-in`);
    }
    if (kustomizationIn(snapshot, folder) !== undefined) return renderKustomize(source, snapshot, folder);
  }
  return inside
    .filter((path) => isRead(path.slice(folder === "" ? 0 : folder.length + 1), source))
    .flatMap((path) => parseManifests(path, snapshot.text(path) ?? ""));
}

function renderKustomize(source: unknown, snapshot: Snapshot, folder: string): readonly KubeObject[] {
  const options = at(source, "kustomize");
  if (isMap(options) && Object.keys(options).length > 0) {
    throw new RenderError(`${folder}: spec.source.kustomize is not supported by this stand-in`);
  }
  return renderKustomization(snapshot, folder);
}

/** Argo CD reads *.yaml, *.yml and *.json of the folder itself, and of sub-folders only when told to. */
function isRead(relative: string, source: unknown): boolean {
  if (!/\.(?:ya?ml|json)$/.test(relative)) return false;
  if (relative.includes("/") && at(source, "directory", "recurse") !== true) return false;
  const include = textAt(source, "directory", "include") ?? "";
  const exclude = textAt(source, "directory", "exclude") ?? "";
  if (exclude !== "" && globExpression(exclude).test(relative)) return false;
  return include === "" || globExpression(include).test(relative);
}

/** Glob as Argo CD compiles it (gobwas/glob without separators): `*` crosses slashes, braces list alternatives. */
export function globExpression(glob: string): RegExp {
  let depth = 0;
  const pattern = glob.replaceAll(/\*+|\\.|[?{},]|\[!?[^\]]+\]|[^*?{},[\\]+/g, (token) => {
    if (token.startsWith("*")) return ".*";
    if (token === "?") return ".";
    if (token === "{") {
      depth += 1;
      return "(?:";
    }
    if (token === "}") {
      depth -= 1;
      return ")";
    }
    if (token === ",") return depth > 0 ? "|" : ",";
    if (token.startsWith("[")) return token.replace(/^\[!/, "[^");
    return token.replace(/^\\(?=.$)/, "").replaceAll(/[.+^$()|\\\]/]/g, String.raw`\$&`);
  });
  return new RegExp(`^${pattern}$`, "s");
}

function normaliseFolder(path: string): string {
  const folder = posix.normalize(path === "" ? "." : path).replaceAll(/^\/+|\/+$/g, "");
  return folder === "." ? "" : folder;
}

function withNamespace(object: KubeObject, destination: string | undefined): KubeObject {
  if (!isNamespaced(object.kind)) {
    const { namespace: _none, ...metadata } = object.metadata;
    return { ...object, metadata };
  }
  if (object.metadata.namespace !== undefined && object.metadata.namespace !== "") return object;
  return { ...object, metadata: { ...object.metadata, namespace: destination ?? "default" } };
}

function identity(object: KubeObject): string {
  const group = object.apiVersion.includes("/") ? object.apiVersion.split("/")[0] : "";
  return `${group}/${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}
