/** Which cluster to talk to: the kubeconfig that is named, else the pod's own service account. Never an ambient one. */
import { delimiter } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import * as z from "zod";
import { ConfigurationError } from "../runtime/config.ts";

/** What the cluster adapters read from the environment. */
export const clusterSettings = {
  /** Kubeconfig files, separated as in PATH. Without it the pod's service account is used. */
  KUBECONFIG: z.string().optional(),
  /** Set by Kubernetes in every pod. */
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  /** Namespace of the Argo CD Applications. */
  ARGOCD_NAMESPACE: z.string().min(1).default("argocd"),
  /** Milliseconds one call to the Kubernetes API may take. */
  KUBE_TIMEOUT_MS: z.coerce.number().int().positive().default(15_000),
};
const schema = z.object(clusterSettings);
export type ClusterSettings = z.infer<typeof schema>;

/**
 * Loads the configuration into `config`, an empty KubeConfig of the official client. `~/.kube/config` is deliberately
 * not looked at: a function that commits must never pick up whatever cluster its user last worked with.
 * Throws ConfigurationError when there is no cluster to talk to.
 */
export function loadKubeConfig(config: KubeConfig, create: () => KubeConfig, settings: ClusterSettings): KubeConfig {
  const [first, ...rest] = (settings.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
  if (first === undefined) {
    if (settings.KUBERNETES_SERVICE_HOST === undefined) {
      throw new ConfigurationError(["KUBECONFIG: names no file, and this process does not run in a cluster"]);
    }
    config.loadFromCluster();
    return config;
  }
  config.loadFromFile(first);
  for (const file of rest) {
    const more = create();
    more.loadFromFile(file);
    config.mergeConfig(more);
  }
  if (config.getCurrentCluster() === null) {
    throw new ConfigurationError([`KUBECONFIG: ${first} names no current cluster`]);
  }
  return config;
}
