/** The beginning of a proof that the cluster is well: only what happens from here on counts against it. */
import { countRestarts } from "../../shared/checks/baseline.ts";
import { startVerification } from "../../shared/checks/round.ts";
import type { Schedule } from "../../shared/checks/schedule.ts";
import type { ObjectRef } from "../../shared/domain/change-set.ts";
import type { Verification } from "../../shared/domain/health.ts";
import type { ClusterReader } from "../../shared/ports.ts";
import type { Context } from "../../shared/runtime/stage.ts";

/** A pod that the bad change made restart keeps that count for ever; it is well when it does not restart again. */
export async function startProof(
  objects: readonly ObjectRef[],
  { cluster, schedule }: { readonly cluster: ClusterReader; readonly schedule: Schedule },
  context: Context,
): Promise<Verification> {
  const restarts = await countRestarts(objects, cluster, context.signal);
  return { ...startVerification(context.now(), schedule), restarts };
}
