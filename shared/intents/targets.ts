/** Which objects of a repository an intent may touch at all. */

import { isProtectedNamespace } from "../policy/protected.ts";
import { coveringApplication } from "../repository/coverage.ts";
import { chartWith } from "../repository/helm-charts.ts";
import { kustomizeReach } from "../repository/kustomize.ts";
import { inNamespace } from "../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../repository/platform.ts";
import { hasUnreadable } from "../repository/services.ts";

/** The Application that reads `resource`'s file if it can be changed there; else why not. */
export function editableIn(platform: Platform, resource: Resource): RepositoryApplication | string {
  const application =
    resource.rendered === true ? chartOwner(platform, resource) : writableApplication(platform, resource.path);
  if (typeof application === "string") return application;
  if (resource.namespace !== undefined && isProtectedNamespace(resource.namespace)) {
    return `namespace ${resource.namespace} is off limits`;
  }
  if (resource.rendered === true) return application;
  if (resource.item !== undefined) return `${resource.path} holds a List`;
  if (resource.path.endsWith(".json")) return `${resource.path} is JSON`;
  if (hasUnreadable(platform, resource.path)) return `${resource.path} has a document that cannot be read`;
  return application;
}

/** The Application whose chart makes `resource`, if all of that chart is understood. */
function chartOwner(platform: Platform, resource: Resource): RepositoryApplication | string {
  const chart = chartWith(platform, resource);
  if (chart === undefined) return "no chart of the repository makes it";
  const [because] = chart.unknown;
  return because === undefined ? chart.application : `${chart.application.name} is rendered by Helm: ${because}`;
}

/** The Application that reads `path` if what a file says there is what reaches the cluster; else why not. */
export function writableApplication(platform: Platform, path: string): RepositoryApplication | string {
  const application = coveringApplication(platform, path);
  if (typeof application === "string") return application;
  if (application.tool === "helm") return `${application.name} is rendered by Helm`;
  if (application.tool === "directory") return application;
  const { rewrites } = kustomizeReach(platform.files, application.path);
  return rewrites.length === 0
    ? application
    : `${application.name} rewrites its files with kustomize (${rewrites.join(", ")})`;
}

/** Finds one object; a text says why there is none, or more than one. */
export function findResource(platform: Platform, kind: string, namespace: string, name: string): Resource | string {
  const found = inNamespace(platform, namespace).filter((one) => one.kind === kind && one.name === name);
  const read = found.filter(({ application }) => application !== undefined);
  const [resource, second] = read.length > 0 ? read : found;
  if (resource === undefined) return `there is no ${kind} ${namespace}/${name}`;
  return second === undefined
    ? resource
    : `${kind} ${namespace}/${name} is defined in ${resource.path} and ${second.path}`;
}
