/** Which Application reads which file: Argo CD's rules for plain folders, kustomize and Helm. */
import { matchesGlob } from "./glob.ts";
import { KUSTOMIZATION_NAMES, type KustomizeReach, kustomizeReach } from "./kustomize.ts";
import { groupBy, oncePer } from "./lookup.ts";
import { isManifestPath } from "./parse.ts";
import type { Platform, RepositoryApplication, RepositoryFile } from "./platform.ts";

type Files = ReadonlyMap<string, RepositoryFile>;

/** A file with this comment is left out (argo-cd: docs/user-guide/directory.md, "Skipping File Rendering"). */
const SKIP_COMMENT = "+argocd:skip-file-rendering";

/** What renders a folder whose source names no tool (argo-cd: docs/user-guide/tool_detection.md). */
export function detectTool(files: Files, folder: string): RepositoryApplication["tool"] {
  if (files.has(inside(folder, "Chart.yaml"))) return "helm";
  return KUSTOMIZATION_NAMES.some((name) => files.has(inside(folder, name))) ? "kustomize" : "directory";
}

/** The files one Application reads; for kustomize also what it does with them. `direct` lists the files of one folder. */
export function readBy(
  application: RepositoryApplication,
  files: Files,
  direct: (folder: string) => readonly RepositoryFile[],
): { readonly paths: readonly string[]; readonly kustomize?: KustomizeReach } {
  if (application.tool === "kustomize") {
    const kustomize = kustomizeReach(files, application.path);
    const own = kustomize.kustomizations.map(({ path }) => path);
    return { paths: [...own, ...kustomize.files, ...kustomize.patches], kustomize };
  }
  const inReach = application.recurse || application.tool === "helm" ? [...files.values()] : direct(application.path);
  return { paths: inReach.filter((file) => readsFile(application, file)).map(({ path }) => path) };
}

function readsFile(application: RepositoryApplication, file: RepositoryFile): boolean {
  const relative = relativeTo(application.path, file.path);
  if (application.tool === "helm") {
    return relative !== undefined || application.helm?.valueFiles.includes(file.path) === true;
  }
  if (relative === undefined) return false;
  if (!isManifestPath(file.path) || (relative.includes("/") && !application.recurse)) return false;
  if (application.exclude !== undefined && matchesGlob(application.exclude, relative)) return false;
  if (application.include !== undefined && !matchesGlob(application.include, relative)) return false;
  return file.content?.includes(SKIP_COMMENT) !== true;
}

/**
 * The one Application that reads `path`. A text instead says why there is none, or none that a change could be
 * attributed to: a path read by two, or a name that two Applications share.
 */
export function coveringApplication(platform: Platform, path: string): RepositoryApplication | string {
  const names = platform.readers.get(path) ?? [];
  if (names.length === 0) return `no Argo CD Application reads ${path}`;
  if (names.length > 1) return `${path} is read by more than one Application: ${names.join(", ")}`;
  const named = byName(platform).get(names[0] ?? "") ?? [];
  const [application] = named;
  if (application === undefined) return `no Argo CD Application reads ${path}`;
  const homes = new Set(named.map(({ definedIn }) => definedIn));
  return homes.size > 1 ? `two Applications are named ${application.name}` : application;
}

const byName = oncePer(({ applications }) => groupBy(applications, ({ name }) => name));

/** Every folder of the repository that holds a file somewhere below it; "" is the root. */
export function foldersOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>([""]);
  for (const path of paths) {
    let end = path.lastIndexOf("/");
    while (end > 0 && !folders.has(path.slice(0, end))) {
      folders.add(path.slice(0, end));
      end = path.lastIndexOf("/", end - 1);
    }
  }
  return folders;
}

/** `path` below `folder`, or undefined when it is elsewhere. */
export function relativeTo(folder: string, path: string): string | undefined {
  if (folder === "") return path;
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

function inside(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
