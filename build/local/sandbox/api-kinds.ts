/** Which kinds the server serves now: the built-in table, the repository's definitions and every kind that has objects. */
import { at, textAt } from "./json.ts";
import { type Kind, kindOf, SERVED_KINDS } from "./kinds.ts";
import type { ReadableStore } from "./past.ts";

export function servedKinds(store: ReadableStore): readonly Kind[] {
  const kinds = new Map<string, Kind>();
  const add = (kind: Kind) => kinds.set(`${kind.group}/${kind.version}/${kind.plural}`, kind);
  for (const kind of SERVED_KINDS) add(kind);
  for (const { apiVersion, kind } of store.all()) add(kindOf(apiVersion, kind));
  for (const definition of store.list("apiextensions.k8s.io", "CustomResourceDefinition")) {
    for (const kind of definedKinds(definition)) add(kind);
  }
  return [...kinds.values()];
}

/** A CustomResourceDefinition knows its plural and its scope better than any rule. */
function definedKinds(definition: unknown): Kind[] {
  const versions = at(definition, "spec", "versions");
  const kind = textAt(definition, "spec", "names", "kind");
  const plural = textAt(definition, "spec", "names", "plural");
  const group = textAt(definition, "spec", "group");
  if (!Array.isArray(versions) || kind === undefined || plural === undefined || group === undefined) return [];
  const namespaced = textAt(definition, "spec", "scope") !== "Cluster";
  return (versions as unknown[]).flatMap((entry) => {
    const version = textAt(entry, "name");
    return version === undefined ? [] : [{ group, version, kind, plural, namespaced }];
  });
}
