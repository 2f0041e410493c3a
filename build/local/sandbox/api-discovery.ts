/** The discovery documents clients ask for before they speak to a kind they do not know. */
import { servedKinds } from "./api-kinds.ts";
import type { JsonMap } from "./json.ts";
import type { ObjectStore } from "./store.ts";

/** Undefined when the path is no discovery path. */
export function discovery(store: ObjectStore, path: string): JsonMap | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"] };
  if (path === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups: groups(store) };
  if (parts.length === 2 && parts[0] === "api") return resources(store, "", parts[1] ?? "");
  if (parts.length === 3 && parts[0] === "apis") return resources(store, parts[1] ?? "", parts[2] ?? "");
  if (parts.length === 2 && parts[0] === "apis") return groups(store).find(({ name }) => name === parts[1]);
  return undefined;
}

function groups(store: ObjectStore): readonly JsonMap[] {
  const versions = new Map<string, Set<string>>();
  for (const { group, version } of servedKinds(store)) {
    if (group !== "") versions.set(group, (versions.get(group) ?? new Set()).add(version));
  }
  return [...versions].map(([name, all]) => {
    const listed = [...all].map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { kind: "APIGroup", apiVersion: "v1", name, versions: listed, preferredVersion: listed[0] };
  });
}

function resources(store: ObjectStore, group: string, version: string): JsonMap | undefined {
  const kinds = servedKinds(store).filter((kind) => kind.group === group && kind.version === version);
  if (kinds.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: group === "" ? version : `${group}/${version}`,
    resources: kinds.map(({ kind, plural, namespaced }) => {
      const verbs = kind === "Application" ? ["get", "list", "patch", "update"] : ["get", "list"];
      return { name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs };
    }),
  };
}
