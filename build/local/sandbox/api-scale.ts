/** deployments/<name>/scale: for the school's own functions it asks the local autoscaler. */
import type { ResourcePath } from "./api-path.ts";
import { readOne } from "./api-read.ts";
import { ApiError, badRequest, notAllowed } from "./api-status.ts";
import type { Cluster } from "./cluster.ts";
import { isMap, type JsonMap, numberAt, textAt } from "./json.ts";

export const SCHOOL_NAMESPACE = "cortex-school";

/** Whoever runs the school's functions as processes. */
export interface ScaleTarget {
  /** Replicas now; undefined: there is no such Deployment. */
  replicas(name: string): number | undefined;
  onScale(name: string, replicas: number): void | Promise<void>;
}

/** Throws 404 for a Deployment that does not exist. */
export function readScale(cluster: Cluster, target: ScaleTarget, path: ResourcePath, name: string): JsonMap {
  const school = path.namespace === SCHOOL_NAMESPACE ? target.replicas(name) : undefined;
  if (school !== undefined) return scale(name, SCHOOL_NAMESPACE, school, school, versionOf(target, name, school));
  const deployment = readOne(cluster.store, path, name);
  const spec = numberAt(deployment, "spec", "replicas") ?? 1;
  const present = numberAt(deployment, "status", "replicas") ?? 0;
  return scale(name, path.namespace ?? "", spec, present, deployment.metadata.resourceVersion ?? "");
}

/** Body `{spec: {replicas}}`; a resourceVersion in it that is old is a 409. Everything outside the school's namespace is Git's. */
export async function patchScale(
  cluster: Cluster,
  target: ScaleTarget,
  path: ResourcePath,
  name: string,
  body: unknown,
): Promise<JsonMap> {
  const before = readScale(cluster, target, path, name);
  if (path.namespace !== SCHOOL_NAMESPACE || target.replicas(name) === undefined) throw notAllowed();
  const replicas = isMap(body) ? numberAt(body, "spec", "replicas") : undefined;
  if (replicas === undefined) throw badRequest("the patch sets no spec.replicas");
  if (!Number.isInteger(replicas) || replicas < 0) {
    const message = `Scale "${name}" is invalid: spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`;
    throw new ApiError(422, "Invalid", message);
  }
  const wanted = isMap(body) ? textAt(body, "metadata", "resourceVersion") : undefined;
  if (wanted !== undefined && wanted !== textAt(before, "metadata", "resourceVersion")) {
    const message = `Operation cannot be fulfilled on deployments.apps "${name}": the object has been modified`;
    throw new ApiError(409, "Conflict", message);
  }
  await target.onScale(name, replicas);
  return { ...before, spec: { replicas } };
}

/** Of each of the school's Deployments how often its count was seen to change: that is all there is of it here. */
const versions = new WeakMap<ScaleTarget, Map<string, { readonly replicas: number; readonly version: number }>>();

function versionOf(target: ScaleTarget, name: string, replicas: number): string {
  const seen = versions.get(target) ?? new Map<string, { replicas: number; version: number }>();
  versions.set(target, seen);
  const before = seen.get(name);
  const version = (before?.version ?? 1) + (before !== undefined && before.replicas !== replicas ? 1 : 0);
  seen.set(name, { replicas, version });
  return String(version);
}

function scale(name: string, namespace: string, wanted: number, present: number, version: string): JsonMap {
  return {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name, namespace, resourceVersion: version },
    spec: { replicas: wanted },
    status: { replicas: present },
  };
}
