/** What may be written: Applications by merge patch or replacement; anything else only as a dry run. */
import { randomUUID } from "node:crypto";
import { admit } from "./admission.ts";
import type { ResourcePath } from "./api-path.ts";
import { kindAt, readOne } from "./api-read.ts";
import { ApiError, badRequest, notAllowed } from "./api-status.ts";
import { isMap, textAt } from "./json.ts";
import { mergePatch } from "./merge.ts";
import { refuseByAdmission, unknownFieldPaths } from "./object-admission.ts";
import type { KubeObject, ObjectStore } from "./store.ts";

const MERGE_PATCH = "application/merge-patch+json";

/** Throws ApiError 415 for any other patch than a merge patch. */
export function requireMergePatch(contentType: string | undefined): void {
  const type = (contentType ?? "").split(";")[0]?.trim();
  if (type === MERGE_PATCH) return;
  const message = `the body of the request was in an unknown format - accepted media types include: ${MERGE_PATCH}`;
  throw new ApiError(415, "UnsupportedMediaType", message);
}

/** Merge-patches one object. Throws 404, 409 (resourceVersion in the patch is old), 405 outside Applications, 422. */
export async function patchOne(
  store: ObjectStore,
  path: ResourcePath,
  name: string,
  body: unknown,
  dryRun: boolean,
): Promise<KubeObject> {
  if (!isMap(body)) throw badRequest("the patch is not a JSON object");
  const current = readOne(store, path, name);
  refuseOldVersion(current, body, path);
  const merged = mergePatch(current, body);
  if (!isMap(merged)) throw badRequest("the patch is not a JSON object");
  return write(store, path, sameIdentity(merged as KubeObject, current), dryRun);
}

/** Replaces one object; its resourceVersion must be the current one. */
export async function replaceOne(
  store: ObjectStore,
  path: ResourcePath,
  name: string,
  body: unknown,
  dryRun: boolean,
): Promise<KubeObject> {
  if (!isMap(body)) throw badRequest("the body is not a JSON object");
  const current = readOne(store, path, name);
  if (textAt(body, "metadata", "resourceVersion") === undefined) {
    throw new ApiError(422, "Invalid", "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update");
  }
  refuseOldVersion(current, body, path);
  return write(store, path, sameIdentity(body as KubeObject, current), dryRun);
}

/** Creates: only as a dry run, because everything in this cluster comes from Git. */
export async function createOne(
  store: ObjectStore,
  path: ResourcePath,
  body: unknown,
  query: URLSearchParams,
): Promise<KubeObject> {
  const kind = kindAt(store, path);
  if (!isMap(body) || !isMap(body["metadata"])) throw badRequest("the body is not a Kubernetes object");
  const name = textAt(body, "metadata", "name") ?? generatedName(textAt(body, "metadata", "generateName"));
  const metadata = {
    ...body["metadata"],
    name,
    ...(path.namespace === undefined ? {} : { namespace: path.namespace }),
  };
  const object = { ...body, metadata } as unknown as KubeObject;
  const ref = { group: kind.group, kind: kind.kind, namespace: kind.namespaced ? path.namespace : undefined, name };
  if (store.get(ref) !== undefined) {
    throw new ApiError(409, "AlreadyExists", `${path.plural} "${name}" already exists`);
  }
  if (query.get("dryRun") !== "All") throw notAllowed();
  const [unknown] = query.get("fieldValidation") === "Strict" ? unknownFieldPaths(object) : [];
  if (unknown !== undefined) {
    const what = `${object.kind} in version "${path.version}" cannot be handled as a ${object.kind}`;
    throw badRequest(`${what}: strict decoding error: unknown field "${unknown}"`);
  }
  await refuseInvalid(object, undefined);
  refuseByAdmission(store, object, undefined);
  return object;
}

function generatedName(prefix: string | undefined): string {
  return prefix === undefined ? "" : `${prefix}${randomUUID().slice(0, 5)}`;
}

async function write(store: ObjectStore, path: ResourcePath, object: KubeObject, dryRun: boolean): Promise<KubeObject> {
  const isApplication = path.group === "argoproj.io" && path.plural === "applications";
  if (!dryRun && !isApplication) throw notAllowed();
  await refuseInvalid(object, readOne(store, path, object.metadata.name));
  return dryRun ? object : store.put(object);
}

export async function refuseInvalid(object: KubeObject, live: KubeObject | undefined): Promise<void> {
  const refusal = await admit(object, live);
  if (refusal !== undefined) throw new ApiError(refusal.code, refusal.reason, refusal.message);
}

function refuseOldVersion(current: KubeObject, body: unknown, { plural, group }: ResourcePath): void {
  const wanted = textAt(body, "metadata", "resourceVersion");
  if (wanted === undefined || wanted === current.metadata.resourceVersion) return;
  const what = `${plural}${group === "" ? "" : `.${group}`} "${current.metadata.name}"`;
  const message = `Operation cannot be fulfilled on ${what}: the object has been modified; please apply your changes to the latest version and try again`;
  throw new ApiError(409, "Conflict", message);
}

/** Name, uid and the like are the server's. */
function sameIdentity(object: KubeObject, { apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const fixed = { name, namespace, uid, resourceVersion, creationTimestamp };
  const given = isMap(object["metadata"]) ? object.metadata : {};
  const kept = Object.fromEntries(Object.entries(fixed).filter(([, value]) => value !== undefined));
  return { ...object, apiVersion, kind, metadata: { ...given, ...kept } as KubeObject["metadata"] };
}
