/** Looks things up in a repository of thousands of objects without walking through all of them each time. */
import type { Platform, Resource } from "./platform.ts";

/** Computes something once per picture of the repository; pictures never change, so it is forgotten with them. */
export function oncePer<T>(compute: (platform: Platform) => T): (platform: Platform) => T {
  const known = new WeakMap<Platform, { readonly value: T }>();
  return (platform) => {
    const before = known.get(platform);
    if (before !== undefined) return before.value;
    const value = compute(platform);
    known.set(platform, { value });
    return value;
  };
}

export function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

const byNamespace = oncePer(({ resources }) => groupBy(resources, ({ namespace }) => namespace));
const byKind = oncePer(({ resources }) => groupBy(resources, ({ kind }) => kind));
const byApplication = oncePer(({ resources }) => groupBy(resources, ({ application }) => application));
const byPath = oncePer(({ resources }) => groupBy(resources, ({ path }) => path));

/** The objects of a namespace; of none when it is undefined. */
export function inNamespace(platform: Platform, namespace: string | undefined): readonly Resource[] {
  return namespace === undefined ? [] : (byNamespace(platform).get(namespace) ?? []);
}

export function ofKind(platform: Platform, kind: string): readonly Resource[] {
  return byKind(platform).get(kind) ?? [];
}

export function readByApplication(platform: Platform, application: string): readonly Resource[] {
  return byApplication(platform).get(application) ?? [];
}

export function inFile(platform: Platform, path: string): readonly Resource[] {
  return byPath(platform).get(path) ?? [];
}
