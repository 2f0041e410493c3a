/** KEDA's ScaledObject of one stage. */
import { keysOf } from "../../shared/pipeline/keys.ts";
import { type StageName, stageEntry } from "../../shared/stages.ts";
import { labelsOf, waveOf, workloadName } from "./names.ts";

/** Seconds. Each poll that finds work writes the ScaledObject's status, so not below 5; the coordinator wakes sooner. */
const POLLING_INTERVAL = 5;

/**
 * Seconds without any work until the pods go. KEDA 2.20 may take one failed poll of an unreachable Redis for "no work"
 * (kedacore/keda pkg/scaling/scale_handler.go: ErrCacheClosed is swallowed), so the last good poll must be far back.
 */
const COOLDOWN_PERIOD = Math.max(60, 3 * POLLING_INTERVAL + 30);

/**
 * Waiting and leased events are load; timers only need somebody to be there. Work in flight must count: a popped event
 * is no longer in the list, and the pods working on it would be taken away.
 * `??` decides what a value that could not be read means: with the plain sum KEDA 2.20 sometimes treats it as "no
 * work" and scales busy pods to zero; like this it keeps them, at the price of perhaps one pod too many.
 */
export const FORMULA = "(pending ?? 1) + (leases ?? 0) + ((delayed ?? 0) > 0 ? 1 : 0)";

export function scaledObject(stage: StageName): Record<string, unknown> {
  const { maxPods, perPod } = stageEntry(stage).scale;
  const keys = keysOf();
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: { name: workloadName(stage), labels: labelsOf(stage), annotations: waveOf(stageEntry(stage).layer) },
    spec: {
      scaleTargetRef: { name: workloadName(stage) },
      pollingInterval: POLLING_INTERVAL,
      cooldownPeriod: COOLDOWN_PERIOD,
      // Without it a Deployment that was never active goes to zero at the first poll, e.g. right after a wake-up.
      initialCooldownPeriod: COOLDOWN_PERIOD,
      minReplicaCount: 0,
      maxReplicaCount: maxPods,
      // No fallback: when Redis is out of reach the pods stay as they are.
      advanced: {
        scalingModifiers: { formula: FORMULA, target: String(perPod), activationTarget: "0" },
        // The HPA cannot know which pod is idle. Only KEDA's "everything is empty" takes pods away, all at once.
        horizontalPodAutoscalerConfig: { behavior: { scaleDown: { selectPolicy: "Disabled" } } },
      },
      triggers: [
        trigger("pending", keys.list(stage), perPod),
        trigger("leases", keys.leases(stage), perPod),
        trigger("delayed", keys.delayed(stage), 1),
      ],
    },
  };
}

/** KEDA's redis scaler counts a list by LLEN and a sorted set by ZCARD; a missing key is 0. */
function trigger(name: string, key: string, length: number): Record<string, unknown> {
  return {
    type: "redis",
    name,
    metadata: {
      addressFromEnv: "REDIS_ADDRESS",
      listName: key,
      listLength: String(length),
      activationListLength: "0",
    },
    authenticationRef: { name: "cortex-redis" },
  };
}
