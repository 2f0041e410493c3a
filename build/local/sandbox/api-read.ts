/** GET on resources: one object, or a list with selectors and pages. */
import { servedKinds } from "./api-kinds.ts";
import type { ResourcePath } from "./api-path.ts";
import { badRequest, notFound, unknownPath } from "./api-status.ts";
import { endpointsOf } from "./built-in-status.ts";
import { type JsonMap, textsAt } from "./json.ts";
import { type Kind } from "./kinds.ts";
import type { ReadableStore } from "./past.ts";
import { parseFieldSelector, parseLabelSelector } from "./selectors.ts";
import type { KubeObject } from "./store.ts";

/** The kind a path speaks of. Throws 404 when the server has none such. */
export function kindAt(store: ReadableStore, { group, version, plural }: ResourcePath): Kind {
  const kind = servedKinds(store).find((served) => {
    return served.group === group && served.version === version && served.plural === plural;
  });
  if (kind === undefined) throw unknownPath();
  return kind;
}

/** Throws ApiError 404. */
export function readOne(store: ReadableStore, path: ResourcePath, name: string): KubeObject {
  const kind = kindAt(store, path);
  if (kind.namespaced && path.namespace === undefined) throw unknownPath();
  const namespace = kind.namespaced ? path.namespace : undefined;
  const object = all(store, kind, namespace).find(({ metadata }) => metadata.name === name);
  if (object === undefined) {
    throw notFound(`${kind.plural}${kind.group === "" ? "" : `.${kind.group}`}`, name);
  }
  return inVersion(object, kind);
}

/** Throws ApiError 400 for selectors that cannot be parsed. */
export function readList(store: ReadableStore, path: ResourcePath, query: URLSearchParams): JsonMap {
  const kind = kindAt(store, path);
  const labels = parseLabelSelector(query.get("labelSelector") ?? "");
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "");
  if (labels === undefined) throw badRequest(`unable to parse requirement: ${query.get("labelSelector") ?? ""}`);
  if (fields === undefined) throw badRequest(`invalid field selector: ${query.get("fieldSelector") ?? ""}`);
  const chosen = all(store, kind, kind.namespaced ? path.namespace : undefined)
    .filter((object) => labels(textsAt(object, "metadata", "labels")) && fields(object))
    .map((object) => inVersion(object, kind));
  const from = Number(query.get("continue") ?? 0) || 0;
  const limit = Number(query.get("limit") ?? 0) || chosen.length;
  const items = chosen.slice(from, from + limit);
  const rest = chosen.length - from - items.length;
  const page = rest > 0 ? { continue: String(from + items.length), remainingItemCount: rest } : {};
  return {
    apiVersion: kind.group === "" ? kind.version : `${kind.group}/${kind.version}`,
    kind: `${kind.kind}List`,
    metadata: { resourceVersion: store.version, ...page },
    items,
  };
}

function all(store: ReadableStore, { group, kind }: Kind, namespace: string | undefined): readonly KubeObject[] {
  const stored = store.list(group, kind, namespace);
  if (group !== "" || kind !== "Endpoints") return stored;
  return [...stored, ...store.list("", "Service", namespace).flatMap((service) => endpointsOf(store, service) ?? [])];
}

/** The server converts between the versions of a group; here they only differ in name. */
function inVersion(object: KubeObject, { group, version }: Kind): KubeObject {
  return { ...object, apiVersion: group === "" ? version : `${group}/${version}` };
}
