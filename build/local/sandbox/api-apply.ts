/** Server-side apply, as a dry run only: what the API and its admission say to an object; nothing is stored. */
import { type ResourcePath } from "./api-path.ts";
import { kindAt } from "./api-read.ts";
import { ApiError, badRequest, notAllowed } from "./api-status.ts";
import { refuseInvalid } from "./api-write.ts";
import { isMap, textAt } from "./json.ts";
import { applyThreeWay } from "./merge.ts";
import { admissionWarnings, refuseByAdmission, unknownFieldPaths } from "./object-admission.ts";
import type { KubeObject, ObjectStore } from "./store.ts";

export interface Applied {
  readonly object: KubeObject;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

export function isApply(contentType: string | undefined): boolean {
  return (contentType ?? "").startsWith("application/apply-patch+yaml");
}

/** As the API server writes it (RFC 7234). */
export function warningHeader(text: string): string {
  return `299 - ${JSON.stringify(text)}`;
}

/** The body is JSON, which YAML contains. Throws ApiError: 404 for kinds and namespaces, 405 unless it is a dry run, 422, 500. */
export async function applyDryRun(
  store: ObjectStore,
  path: ResourcePath,
  body: unknown,
  query: URLSearchParams,
): Promise<Applied> {
  const kind = kindAt(store, path);
  const name = path.name ?? "";
  if ((query.get("fieldManager") ?? "") === "")
    throw badRequest("PatchOptions.meta.k8s.io is invalid: fieldManager: Required value: is required for apply patch");
  if (query.get("dryRun") !== "All") throw notAllowed();
  if (!isMap(body) || !isMap(body["metadata"])) throw badRequest("the body is not a Kubernetes object");
  if (textAt(body, "metadata", "name") !== name) {
    throw badRequest(
      `the name of the object (${textAt(body, "metadata", "name") ?? ""}) does not match the name on the URL (${name})`,
    );
  }
  const namespace = kind.namespaced ? path.namespace : undefined;
  const metadata = { ...body["metadata"], name, ...(namespace === undefined ? {} : { namespace }) };
  const wanted = { ...body, metadata } as unknown as KubeObject;
  const [unknown] = unknownFieldPaths(wanted);
  if (unknown !== undefined) {
    const about = `${namespace ?? ""}/${name}; ${wanted.apiVersion}, Kind=${wanted.kind}`;
    throw new ApiError(
      500,
      "",
      `failed to create typed patch object (${about}): .${unknown}: field not declared in schema`,
    );
  }
  const live = store.get({ group: kind.group, kind: kind.kind, namespace, name });
  const object = applyThreeWay(live, undefined, wanted) as KubeObject;
  await refuseInvalid(object, live);
  refuseByAdmission(store, object, live);
  return { object, created: live === undefined, warnings: admissionWarnings(store, object) };
}
