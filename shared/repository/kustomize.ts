/** What a kustomization reads: files by `resources` and friends, folders by their own kustomization. */
import { parseFile } from "./parse.ts";
import type { RepositoryFile } from "./platform.ts";
import { at, type Fields, itemsAt, listAt, textAt } from "./values.ts";

/** Names kustomize looks for, in its order (kustomize: api/konfig/general.go). */
export const KUSTOMIZATION_NAMES: readonly string[] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Fields that rewrite objects, so that a file no longer says what reaches the cluster. */
const REWRITING = [
  "patches",
  "patchesStrategicMerge",
  "patchesJson6902",
  "namePrefix",
  "nameSuffix",
  "replacements",
  "replicas",
  "vars",
  "components",
  "transformers",
  "helmCharts",
] as const;

type Files = ReadonlyMap<string, RepositoryFile>;

export interface Kustomization {
  readonly path: string;
  readonly folder: string;
  readonly value: Fields;
}

export interface KustomizeReach {
  /** Files whose objects reach the cluster. */
  readonly files: readonly string[];
  /** Files that only change objects of other files. */
  readonly patches: readonly string[];
  /** Kustomizations on the way, the entry first. */
  readonly kustomizations: readonly Kustomization[];
  /** `namespace:` of the outermost kustomization that sets one. */
  readonly namespace: string | undefined;
  /** Fields in use that rewrite objects; empty when files say what reaches the cluster. */
  readonly rewrites: readonly string[];
}

/** The kustomization of a folder, if it has one that can be read. */
export function kustomizationOf(files: Files, folder: string): Kustomization | undefined {
  for (const name of KUSTOMIZATION_NAMES) {
    const file = files.get(join(folder, name));
    if (file === undefined) continue;
    const value = parseFile(file).documents[0]?.value;
    if (value !== undefined) return { path: file.path, folder, value };
  }
  return undefined;
}

/** Follows a kustomization through files and folders; remote bases and anything outside the repository are left out. */
export function kustomizeReach(files: Files, folder: string): KustomizeReach {
  const reached = new Set<string>();
  const patches = new Set<string>();
  const kustomizations = new Map<string, Kustomization>();
  const open = [folder];
  while (open.length > 0) {
    const kustomization = kustomizationOf(files, open.shift() ?? "");
    if (kustomization === undefined || kustomizations.has(kustomization.path)) continue;
    kustomizations.set(kustomization.path, kustomization);
    for (const path of resolveAll(kustomization, resourceEntries(kustomization.value))) {
      if (files.has(path)) reached.add(path);
      else open.push(path);
    }
    for (const path of resolveAll(kustomization, patchEntries(kustomization.value))) {
      if (files.has(path)) patches.add(path);
    }
  }
  const all = [...kustomizations.values()];
  return {
    files: [...reached],
    patches: [...patches],
    kustomizations: all,
    namespace: all.map(({ value }) => textAt(value, "namespace")).find((name) => name !== undefined),
    rewrites: REWRITING.filter((field) => all.some(({ value }) => at(value, field) !== undefined)),
  };
}

/** Every file that some kustomization of the repository names as a patch. */
export function directPatches(files: Files): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of files.keys()) {
    const slash = path.lastIndexOf("/");
    if (!KUSTOMIZATION_NAMES.includes(path.slice(slash + 1))) continue;
    const kustomization = kustomizationOf(files, slash === -1 ? "" : path.slice(0, slash));
    if (kustomization === undefined) continue;
    for (const patch of resolveAll(kustomization, patchEntries(kustomization.value)))
      if (files.has(patch)) found.add(patch);
  }
  return found;
}

function resourceEntries(value: Fields): readonly unknown[] {
  return [...listAt(value, "resources"), ...listAt(value, "bases"), ...listAt(value, "components")];
}

function patchEntries(value: Fields): readonly unknown[] {
  const named = [...itemsAt(value, "patches"), ...itemsAt(value, "patchesJson6902")].map((patch) => patch["path"]);
  return [...named, ...listAt(value, "patchesStrategicMerge")];
}

function resolveAll({ folder }: Kustomization, entries: readonly unknown[]): string[] {
  return entries
    .filter((entry) => typeof entry === "string")
    .map((entry) => resolve(folder, entry))
    .filter((path) => path !== undefined);
}

/** A relative path inside the repository; undefined for a URL or a path that leaves it. */
function resolve(folder: string, entry: string): string | undefined {
  if (/^[a-z+]+:\/\/|^git@|^github\.com\//i.test(entry) || entry.startsWith("/")) return undefined;
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of entry.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.pop() === undefined) return undefined;
    if (part !== "..") parts.push(part);
  }
  return parts.join("/");
}

function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
