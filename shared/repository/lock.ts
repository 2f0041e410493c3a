/** Which lock protects an Application: those that write into one namespace share it, or a failure has two causes. */
import type { Platform } from "./platform.ts";

/**
 * Name of the lock for `application`: the first name, in sorted order, of all Applications connected with it through
 * namespaces they write into (their destination, and the namespaces of the objects they read). An Application the
 * repository does not define stands alone.
 */
export function lockName(application: string, platform: Platform): string {
  const namespaces = namespacesOf(platform);
  const connected = new Set([application]);
  // A Set yields what is added while it is walked, so this visits the whole component.
  for (const name of connected) {
    for (const namespace of namespaces.get(name) ?? []) {
      for (const [other, theirs] of namespaces) if (theirs.has(namespace)) connected.add(other);
    }
  }
  return [...connected].sort()[0] ?? application;
}

function namespacesOf({ applications, resources }: Platform): ReadonlyMap<string, ReadonlySet<string>> {
  const namespaces = new Map<string, Set<string>>();
  const add = (application: string, namespace: string | undefined) => {
    const known = namespaces.get(application) ?? new Set();
    namespaces.set(application, namespace === undefined ? known : known.add(namespace));
  };
  for (const { name, destination } of applications) add(name, destination);
  for (const { application, namespace } of resources) if (application !== undefined) add(application, namespace);
  return namespaces;
}
