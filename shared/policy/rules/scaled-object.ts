/** ScaledObjects of KEDA: the CRD's own schema, so that a misspelt field is found before a cluster refuses it. */
import * as z from "zod";

const seconds = z.int().min(0);
const count = z.int().min(0);
const texts = z.record(z.string(), z.string());

/** keda.sh/v1alpha1 (KEDA 2.20), with nothing beside it. What a trigger's metadata mean, only KEDA's controller knows. */
const ScaledObject = z.strictObject({
  apiVersion: z.literal("keda.sh/v1alpha1"),
  kind: z.literal("ScaledObject"),
  metadata: z.looseObject({ name: z.string(), labels: texts.optional(), annotations: texts.optional() }),
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({
      name: z.string().min(1),
      kind: z.string().optional(),
      apiVersion: z.string().optional(),
      envSourceContainerName: z.string().optional(),
    }),
    pollingInterval: seconds.optional(),
    cooldownPeriod: seconds.optional(),
    initialCooldownPeriod: seconds.optional(),
    idleReplicaCount: count.optional(),
    minReplicaCount: count.optional(),
    maxReplicaCount: count.optional(),
    advanced: z
      .strictObject({
        restoreToOriginalReplicaCount: z.boolean().optional(),
        horizontalPodAutoscalerConfig: z
          .strictObject({ name: z.string().optional(), behavior: z.looseObject({}).optional() })
          .optional(),
        scalingModifiers: z
          .strictObject({
            formula: z.string().optional(),
            target: z.string().optional(),
            activationTarget: z.string().optional(),
            metricType: z.enum(["AverageValue", "Value"]).optional(),
          })
          .optional(),
      })
      .optional(),
    triggers: z.array(
      z.strictObject({
        type: z.string().min(1),
        name: z.string().optional(),
        metadata: texts,
        metricType: z.enum(["AverageValue", "Value", "Utilization"]).optional(),
        useCachedMetrics: z.boolean().optional(),
        authenticationRef: z.strictObject({ name: z.string().min(1), kind: z.string().optional() }).optional(),
      }),
    ),
    fallback: z.strictObject({ failureThreshold: count, replicas: count, behavior: z.string().optional() }).optional(),
  }),
  status: z.unknown().optional(),
});

/** Undefined when the object fits, else what does not. */
export function scaledObjectProblem(object: unknown): string | undefined {
  const parsed = ScaledObject.safeParse(object);
  if (parsed.success) return undefined;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  return problems.slice(0, 3).join("; ").slice(0, 300);
}
