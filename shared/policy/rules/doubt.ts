/** How sure a repository lets anybody be that something is not there. */
import { kustomizationOf } from "../../repository/kustomize.ts";
import { groupBy, inNamespace, oncePer } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { unseenApplication } from "../../repository/unseen.ts";
import { itemsAt, textAt } from "../../repository/values.ts";

/**
 * Why `name` may well be in `namespace` although no manifest shows it; undefined when nothing hints at that. Names in files
 * that cannot be read count: half of them are templates.
 */
export function doubtAbout(platform: Platform, namespace: string | undefined, name: string): string | undefined {
  if (namesInUnreadable(platform).has(name)) return "a file that cannot be read names it";
  if (generatedNames(platform).has(name)) return "a kustomization generates it";
  if (namespace === undefined) return undefined;
  const application = unseenApplication(platform, namespace);
  if (application !== undefined)
    return `Application ${application} brings objects here that are not written in this repository`;
  return inNamespace(platform, namespace).length === 0 ? "the repository holds nothing of that namespace" : undefined;
}

const namesInUnreadable = oncePer(({ unreadable, files }) => {
  const names = new Set<string>();
  for (const path of new Set(unreadable.map((one) => one.path))) {
    for (const [, name = ""] of (files.get(path)?.content ?? "").matchAll(/name["']?:\s*["']?([-a-z0-9.]+)/g))
      names.add(name);
  }
  return names;
});

/** Names of configMapGenerator and secretGenerator entries; the hash behind them is kustomize's. */
const generatedNames = oncePer(({ files }) => {
  const names = new Set<string>();
  for (const path of files.keys()) {
    if (!/(^|\/)kustomization\.ya?ml$|(^|\/)Kustomization$/.test(path)) continue;
    const value = kustomizationOf(files, path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "")?.value;
    for (const list of ["configMapGenerator", "secretGenerator"]) {
      for (const entry of itemsAt(value, list)) names.add(textAt(entry, "name") ?? "");
    }
  }
  return names;
});

const byName = oncePer(({ resources }) => groupBy(resources, ({ kind, name }) => `${kind}/${name}`));

/** True when an object of one of these kinds has the name, in the namespace or where that cannot be told. */
export function isThere(
  platform: Platform,
  kinds: readonly string[],
  namespace: string | undefined,
  name: string,
): boolean {
  const isNear = (one: Resource) =>
    namespace === undefined || one.namespace === undefined || one.namespace === namespace;
  return kinds.some((kind) => byName(platform).get(`${kind}/${name}`)?.some(isNear) === true);
}
