/** Where an object lives in the Kubernetes API: the path of its kind, known or discovered. */
import * as z from "zod";
import type { KubeClient } from "./kube-client.ts";

export interface ResourcePath {
  /** Plural name in the URL. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Built-in kinds, so that the common case needs no discovery (Kubernetes API reference 1.34). */
const builtIn: Readonly<Record<string, ResourcePath>> = {
  ...named(
    {
      v1: "ConfigMap Endpoints LimitRange PersistentVolumeClaim Pod ResourceQuota Secret Service ServiceAccount",
      "apps/v1": "Deployment StatefulSet DaemonSet ReplicaSet",
      "batch/v1": "Job CronJob",
      "autoscaling/v2": "HorizontalPodAutoscaler",
      "policy/v1": "PodDisruptionBudget",
      "networking.k8s.io/v1": "Ingress NetworkPolicy",
      "rbac.authorization.k8s.io/v1": "Role RoleBinding",
    },
    true,
  ),
  ...named(
    {
      v1: "Namespace PersistentVolume",
      "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding",
      "storage.k8s.io/v1": "StorageClass",
    },
    false,
  ),
};

const ResourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/** Looks a kind up, asking the API server's discovery once per group for what is not built in. */
export function resourcePaths(client: KubeClient) {
  const discovered = new Map<string, Promise<ReadonlyMap<string, ResourcePath>>>();

  /** Undefined when the server does not know the group or the kind. */
  return async function find(
    apiVersion: string,
    kind: string,
    signal?: AbortSignal,
  ): Promise<ResourcePath | undefined> {
    const known = builtIn[`${apiVersion} ${kind}`];
    if (known !== undefined) return known;
    const before = await discovered.get(apiVersion)?.then((kinds) => kinds.get(kind));
    if (before !== undefined) return before;
    // A group that was looked at for another kind may have got this one since.
    const asked = discover(client, apiVersion, signal);
    discovered.set(apiVersion, asked);
    try {
      const kinds = await asked;
      // A CRD may be installed by the very commit that is being looked at: only a hit is worth remembering.
      if (!kinds.has(kind)) discovered.delete(apiVersion);
      return kinds.get(kind);
    } catch (error) {
      discovered.delete(apiVersion);
      throw error;
    }
  };
}

/** `/api/v1` for the core group, `/apis/<group>/<version>` for the others. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes("/")
    ? `/apis/${apiVersion.split("/").map(encodeURIComponent).join("/")}`
    : `/api/${encodeURIComponent(apiVersion)}`;
}

/** The path of one object. */
export function objectPath(
  apiVersion: string,
  { plural, namespaced }: ResourcePath,
  namespace: string,
  name: string,
): string {
  const scope = namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${groupPath(apiVersion)}${scope}/${plural}/${encodeURIComponent(name)}`;
}

async function discover(
  client: KubeClient,
  apiVersion: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, ResourcePath>> {
  const answer = await client.get({ path: groupPath(apiVersion), what: `discover the kinds of ${apiVersion}`, signal });
  const list = ResourceList.safeParse(answer);
  if (!list.success) return new Map();
  const objects = list.data.resources.filter(({ name }) => !name.includes("/")); // the others are subresources
  return new Map(objects.map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]));
}

function named(groups: Readonly<Record<string, string>>, namespaced: boolean): Record<string, ResourcePath> {
  const entries = Object.entries(groups).flatMap(([apiVersion, kinds]) =>
    kinds.split(" ").map((kind) => [`${apiVersion} ${kind}`, { plural: plural(kind), namespaced }] as const),
  );
  return Object.fromEntries(entries);
}

function plural(kind: string): string {
  const word = kind.toLowerCase();
  if (word === "endpoints") return word;
  if (word.endsWith("y")) return `${word.slice(0, -1)}ies`;
  return word.endsWith("s") ? `${word}es` : `${word}s`;
}
