/** Workloads that are meant to run nothing while nothing waits for them (KEDA, `minReplicaCount: 0`). */
import * as z from "zod";
import type { World } from "./check.ts";
import type { WorkloadTarget } from "./targets.ts";

const ScaledObject = z.object({
  spec: z.object({
    scaleTargetRef: z.object({ name: z.string(), kind: z.string().default("Deployment") }),
    minReplicaCount: z.number().default(0),
    idleReplicaCount: z.number().optional(),
  }),
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }),
});

/**
 * The ScaledObject of this very change that keeps the workload at none and says itself that it can measure; undefined when
 * there is none, so that a workload somebody else put to rest is still a question.
 */
export async function restsBy(
  target: WorkloadTarget,
  { objects, cluster, signal }: Pick<World, "objects" | "cluster" | "signal">,
): Promise<string | undefined> {
  const scalers = objects.filter(
    ({ kind, namespace, effect }) => kind === "ScaledObject" && namespace === target.namespace && effect !== "delete",
  );
  for (const { apiVersion, kind, name } of scalers) {
    const found = await cluster.object(apiVersion, kind, target.namespace, name, signal);
    const scaler = ScaledObject.safeParse(found);
    if (!scaler.success) continue;
    const { scaleTargetRef, minReplicaCount, idleReplicaCount } = scaler.data.spec;
    const isIts = scaleTargetRef.name === target.name && scaleTargetRef.kind === target.kind;
    const isReady = scaler.data.status.conditions.some(({ type, status }) => type === "Ready" && status === "True");
    if (isIts && isReady && (idleReplicaCount ?? minReplicaCount) === 0) return `${kind} ${target.namespace}/${name}`;
  }
  return undefined;
}
