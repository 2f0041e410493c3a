/**
 * Wakes a layer through the scale subresource of its Deployment, 0 -> 1 and nothing else. The patch names the
 * resourceVersion it has seen, so whoever comes second (KEDA, another coordinator, a person) is refused and looks again.
 * What an operator has paused in KEDA stays where it is, because KEDA itself would not undo the wake-up.
 *
 * Rights it needs in the namespace of the stages, nothing else: `get` and `patch` on `deployments/scale` (apps), `get` on
 * `scaledobjects` (keda.sh), each with the workloads' names as `resourceNames`.
 */

import * as z from "zod";
import type { Layers } from "../ports.ts";
import type { Environment } from "../runtime/config.ts";
import { readSettings } from "../runtime/config.ts";
import { type KubeClient, kubeClient, refusedWith } from "./kube-client.ts";
import { type ClusterSettings, clusterSettings } from "./kube-config.ts";
import { inClusterTransport } from "./kube-in-cluster.ts";

const Settings = z.object({
  ...clusterSettings,
  /** Namespace of the stages' Deployments and ScaledObjects. */
  SCHOOL_NAMESPACE: z.string().min(1).default("cortex-school"),
  /** Set by Kubernetes in every pod. */
  KUBERNETES_SERVICE_PORT: z.coerce.number().int().positive().default(443),
});

/** KEDA polls every few seconds; an answer that takes longer than this comes too late to be of use. */
const LIMIT_MS = 5_000;

/** Each write to a Deployment's status makes a new version, so the first conflict need not mean that it was scaled. */
const TRIES = 3;

/** Nothing is loaded or connected before the first call. Errors of a call: RetryLater, PermanentError. */
export function kubernetesLayers(env: Environment): Layers {
  const settings = readSettings(Settings, env);
  const limited = { ...settings, KUBE_TIMEOUT_MS: Math.min(settings.KUBE_TIMEOUT_MS, LIMIT_MS) };
  return layersOver(clientOf(limited, settings.KUBERNETES_SERVICE_PORT), settings.SCHOOL_NAMESPACE);
}

/** A kubeconfig may sign in by any way there is, which the official client knows; a pod has one way. */
function clientOf(settings: ClusterSettings, port: number): KubeClient {
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST: host } = settings;
  const isInCluster = (KUBECONFIG ?? "") === "" && host !== undefined;
  return isInCluster ? kubeClient(settings, inClusterTransport({ host, port })) : kubeClient(settings);
}

/** True when there is a cluster to talk to. */
export function hasCluster(env: Environment): boolean {
  return env["KUBECONFIG"] !== undefined || env["KUBERNETES_SERVICE_HOST"] !== undefined;
}

export function layersOver(client: KubeClient, namespace: string): Layers {
  return {
    async wake(stage, signal) {
      const name = `cortex-${stage}`;
      for (let tries = 1; ; tries += 1) {
        const [scale, paused] = await Promise.all([
          client.get({ path: scalePath(namespace, name), what: `get the scale of ${name} in ${namespace}`, signal }),
          isPaused(client, namespace, name, signal),
        ]);
        if (scale === undefined) return "missing";
        // The API leaves a zero out of its answer.
        if (((scale as Scale).spec?.replicas ?? 0) !== 0) return tries === 1 ? "up" : "raced";
        if (paused) return "paused";
        const patched = await startOne(client, namespace, name, scale as Scale, signal);
        if (patched !== "conflict") return patched;
        if (tries === TRIES) return "raced";
      }
    },
  };
}

interface Scale {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly spec?: { readonly replicas?: number };
}

function scalePath(namespace: string, name: string): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}/scale`;
}

async function startOne(
  client: KubeClient,
  namespace: string,
  name: string,
  { metadata }: Scale,
  signal: AbortSignal | undefined,
): Promise<"woken" | "missing" | "conflict"> {
  const path = scalePath(namespace, name);
  // Nothing would say that it still stands at zero; the API server always sends one.
  if (metadata?.resourceVersion === undefined) throw new Error(`Kubernetes: the scale of ${name} has no version`);
  const query = { fieldManager: "cortex-coordinator" };
  const patch = { metadata: { resourceVersion: metadata.resourceVersion }, spec: { replicas: 1 } };
  try {
    const what = `patch the scale of ${name} in ${namespace}`;
    return (await client.mergePatch({ path, query, what, signal }, patch)) === undefined ? "missing" : "woken";
  } catch (error) {
    if (refusedWith(error) === 409) return "conflict";
    throw error;
  }
}

const PAUSED_REPLICAS = "autoscaling.keda.sh/paused-replicas";
const PAUSED = ["autoscaling.keda.sh/paused", "autoscaling.keda.sh/paused-scale-out"];
/** What Go's strconv.ParseBool takes for false; anything else, true or not a boolean at all, pauses. */
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/** kedacore/keda v2.20.2 apis/keda/v1alpha1/scaledobject_types.go: paused-replicas pauses whatever its value. */
async function isPaused(
  client: KubeClient,
  namespace: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const path = `/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects/${name}`;
  const object = (await client.get({ path, what: `get the ScaledObject ${name} in ${namespace}`, signal })) as
    | { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } }
    | undefined;
  const annotations = object?.metadata?.annotations ?? {};
  if (annotations[PAUSED_REPLICAS] !== undefined) return true;
  return PAUSED.some((one) => {
    const value = annotations[one];
    return value !== undefined && !FALSE.has(value);
  });
}
