/** The stand-in in a few lines, for people and for the closing table of a demo. */
import type { Cluster } from "./cluster.ts";
import { numberAt, textAt } from "./json.ts";
import { ARGOCD_NAMESPACE } from "./labels.ts";
import { faultsOn } from "./workload-controller.ts";
import { allWorkloads, replicasOf } from "./workloads.ts";

export interface SandboxState {
  readonly applications: readonly {
    readonly name: string;
    readonly sync: string;
    readonly health: string;
    /** Compared and applied commit; empty when there is none. */
    readonly revision: string;
    readonly applied: string;
    readonly phase: string;
  }[];
  readonly workloads: readonly {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly desired: number;
    readonly ready: number;
    /** Names of the faults in force for it now. */
    readonly faults: readonly string[];
  }[];
  readonly faults: readonly { readonly name: string; readonly kind: string; readonly when: string }[];
}

export function describe(cluster: Cluster): SandboxState {
  const { store, faults } = cluster;
  return {
    applications: store.list("argoproj.io", "Application", ARGOCD_NAMESPACE).map((application) => ({
      name: application.metadata.name,
      sync: textAt(application, "status", "sync", "status") ?? "Unknown",
      health: textAt(application, "status", "health", "status") ?? "Unknown",
      revision: textAt(application, "status", "sync", "revision") ?? "",
      applied: textAt(application, "status", "operationState", "syncResult", "revision") ?? "",
      phase: textAt(application, "status", "operationState", "phase") ?? "",
    })),
    workloads: allWorkloads(store).map((workload) => ({
      kind: workload.kind,
      namespace: workload.metadata.namespace ?? "",
      name: workload.metadata.name,
      desired: replicasOf(workload),
      ready: numberAt(workload, "status", workload.kind === "DaemonSet" ? "numberReady" : "readyReplicas") ?? 0,
      faults: faultsOn(cluster, workload),
    })),
    faults: [...faults.values()].map(({ name, kind, when }) => ({ name, kind, when })),
  };
}
