/** StorageClasses of a repository, and the claims that show how it keeps its data. */
import { ofKind, oncePer } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, type Fields, fieldsAt, itemsAt, stringsAt, textAt } from "./values.ts";
import { type RepositoryWorkload, workloadsIn, workloadsOf } from "./workloads.ts";

const DEFAULT = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

/** One volume claim somebody wrote: an object of its own, or a template of a StatefulSet. */
export interface KnownClaim {
  readonly name: string;
  readonly namespace: string | undefined;
  /** Its `spec`. */
  readonly spec: Fields;
  /** The workloads that mount it. */
  readonly users: readonly RepositoryWorkload[];
}

export function storageClasses(platform: Platform): readonly Resource[] {
  return ofKind(platform, "StorageClass").filter(({ apiVersion }) => apiVersion.startsWith("storage.k8s.io/"));
}

/** The class called `name`, or the default one where a claim names none; undefined when the repository does not hold it. */
export function storageClass(platform: Platform, name: string | undefined): Resource | undefined {
  const classes = storageClasses(platform);
  if (name !== undefined) return classes.find((one) => one.name === name);
  return classes.find(({ object }) => {
    const annotations = stringsAt(object, "metadata", "annotations");
    return DEFAULT.some((key) => annotations[key] === "true");
  });
}

/** Whether volumes of a class may grow (kubernetes.io/docs/concepts/storage/storage-classes, `allowVolumeExpansion`). */
export function allowsExpansion({ object }: Resource): boolean {
  return at(object, "allowVolumeExpansion") === true;
}

/** Every claim of the repository, with who mounts it. */
export const knownClaims: (platform: Platform) => readonly KnownClaim[] = oncePer((platform) => [
  ...ofKind(platform, "PersistentVolumeClaim").map(({ name, namespace, object }) => ({
    name,
    namespace,
    spec: fieldsAt(object, "spec"),
    users: workloadsIn(platform, namespace).filter((workload) => claimNames(workload).includes(name)),
  })),
  ...workloadsOf(platform).flatMap((workload) =>
    itemsAt(workload.resource.object, "spec", "volumeClaimTemplates").map((template) => ({
      name: textAt(template, "metadata", "name") ?? "",
      namespace: workload.namespace,
      spec: fieldsAt(template, "spec"),
      users: [workload],
    })),
  ),
]);

/** The claims a workload's pods mount by name. */
export function claimNames({ podSpec }: RepositoryWorkload): readonly string[] {
  return itemsAt(podSpec, "volumes").flatMap((one) => textAt(one, "persistentVolumeClaim", "claimName") ?? []);
}
