/**
 * Wakes a layer through the scale subresource of its Deployment, 0 -> 1 and nothing else. Losing a race is harmless: the
 * patch names the resourceVersion it has seen, so the second writer is refused. A layer that an operator has paused in
 * KEDA (annotations autoscaling.keda.sh/paused and paused-replicas of the ScaledObject) stays where it is, because KEDA
 * itself would not undo the wake-up.
 */

import * as z from "zod";
import type { Layers } from "../ports.ts";
import type { Environment } from "../runtime/config.ts";
import { readSettings } from "../runtime/config.ts";
import { type KubeClient, kubeClient } from "./kube-client.ts";
import { clusterSettings } from "./kube-config.ts";

const Settings = z.object({
  ...clusterSettings,
  /** Namespace of the stages' Deployments and ScaledObjects. */
  SCHOOL_NAMESPACE: z.string().min(1).default("cortex-school"),
});

/** Nothing is loaded or connected before the first call. Errors of a call: RetryLater, PermanentError. */
export function kubernetesLayers(env: Environment): Layers {
  const settings = readSettings(Settings, env);
  return layersOver(kubeClient(settings), settings.SCHOOL_NAMESPACE);
}

/** True when there is a cluster to talk to. */
export function hasCluster(env: Environment): boolean {
  return env["KUBECONFIG"] !== undefined || env["KUBERNETES_SERVICE_HOST"] !== undefined;
}

export function layersOver(client: KubeClient, namespace: string): Layers {
  return {
    async wake(stage) {
      const name = `cortex-${stage}`;
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}/scale`;
      const scale = (await client.get({ path, what: `read the scale of ${name} in ${namespace}` })) as
        | Scale
        | undefined;
      // The API leaves a zero out of its answer; a missing Deployment has no scale at all.
      if (scale === undefined || (scale.spec?.replicas ?? 0) !== 0) return false;
      if (await isPaused(client, namespace, name)) return false;
      const { resourceVersion } = scale.metadata ?? {};
      const patch = {
        ...(resourceVersion === undefined ? {} : { metadata: { resourceVersion } }),
        spec: { replicas: 1 },
      };
      return (await client.mergePatch({ path, what: `scale ${name} in ${namespace}` }, patch)) !== undefined;
    },
  };
}

interface Scale {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly spec?: { readonly replicas?: number };
}

async function isPaused(client: KubeClient, namespace: string, name: string): Promise<boolean> {
  const path = `/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects/${name}`;
  const object = (await client.get({ path, what: `read the ScaledObject ${name} in ${namespace}` })) as
    | { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } }
    | undefined;
  const annotations = object?.metadata?.annotations ?? {};
  const paused = annotations["autoscaling.keda.sh/paused"];
  return (
    (paused !== undefined && paused !== "false") || annotations["autoscaling.keda.sh/paused-replicas"] !== undefined
  );
}
