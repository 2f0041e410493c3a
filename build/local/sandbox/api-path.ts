/** Paths of the Kubernetes API: /api/v1/… and /apis/<group>/<version>/…, namespaced or not, with sub-resources. */

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Undefined when the path is none of a resource. */
export function parsePath(path: string): ResourcePath | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const segments = parts.map(decodeURIComponent);
  const core = segments[0] === "api";
  if (!core && segments[0] !== "apis") return undefined;
  const [group, version, ...rest] = core ? ["", ...segments.slice(1)] : segments.slice(1);
  if (group === undefined || version === undefined || rest.length === 0) return undefined;
  // /namespaces/x/pods is namespaced; /namespaces and /namespaces/x are the namespaces themselves.
  const namespaced = rest[0] === "namespaces" && rest.length > 2 && !["status", "finalize"].includes(rest[2] ?? "");
  const [plural, name, subresource, ...surplus] = namespaced ? rest.slice(2) : rest;
  if (plural === undefined || surplus.length > 0) return undefined;
  return {
    group,
    version,
    plural,
    ...(namespaced && rest[1] !== undefined ? { namespace: rest[1] } : {}),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}
