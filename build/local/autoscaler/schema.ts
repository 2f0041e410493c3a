/**
 * ScaledObjects and Deployments, as strictly as KEDA and a little more: unknown keys are errors. KEDA itself ignores a
 * misspelt trigger key in silence, and what this autoscaler does not emulate must not be ignored either.
 */
import * as z from "zod";

const wholeNumber = z.string().regex(/^\d+$/, "must be a whole number in quotes");
const decimal = z.string().regex(/^\d+(\.\d+)?$/, "must be a number in quotes");
const count = z.number().int().min(0);
const seconds = count;
const averageValue = z.literal("AverageValue").optional();

const RedisTrigger = z.strictObject({
  type: z.literal("redis"),
  name: z.string().min(1).optional(),
  metricType: averageValue,
  metadata: z.strictObject({
    address: z.string().optional(),
    addressFromEnv: z.string().optional(),
    hostFromEnv: z.string().optional(),
    portFromEnv: z.string().optional(),
    listName: z.string().min(1),
    listLength: wholeNumber.default("5"),
    activationListLength: wholeNumber.default("0"),
    databaseIndex: wholeNumber.optional(),
    enableTLS: z.enum(["true", "false"]).optional(),
    unsafeSsl: z.enum(["true", "false"]).optional(),
  }),
  authenticationRef: z.strictObject({ name: z.string().min(1), kind: z.string().optional() }).optional(),
});

const Rules = z.strictObject({
  selectPolicy: z.enum(["Max", "Min", "Disabled"]).optional(),
  stabilizationWindowSeconds: seconds.max(3_600).optional(),
  policies: z
    .array(
      z.strictObject({
        type: z.enum(["Pods", "Percent"]),
        value: z.number().int().min(1),
        periodSeconds: z.number().int().min(1).max(1_800),
      }),
    )
    .min(1)
    .optional(),
  tolerance: z.union([z.number(), decimal]).transform(Number).optional(),
});
export type GivenRules = z.infer<typeof Rules>;

const Behavior = z.strictObject({ scaleUp: Rules.optional(), scaleDown: Rules.optional() });

/** What only the API server reads. */
const Target = z.strictObject({
  apiVersion: z.literal("apps/v1").optional(),
  kind: z.literal("Deployment").optional(),
  name: z.string().min(1),
  envSourceContainerName: z.string().optional(),
});

export const ScaledObject = z.object({
  kind: z.literal("ScaledObject"),
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }).default({ annotations: {} }),
  spec: z
    .strictObject({
      scaleTargetRef: Target,
      pollingInterval: seconds.min(1).default(30),
      cooldownPeriod: seconds.default(300),
      initialCooldownPeriod: seconds.default(0),
      // KEDA: because of the HPA no other value works.
      idleReplicaCount: z.literal(0).optional(),
      minReplicaCount: count.default(0),
      maxReplicaCount: z.number().int().min(1).default(100),
      fallback: z
        .strictObject({
          failureThreshold: count,
          replicas: count,
          behavior: z
            .enum(["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"])
            .default("static"),
        })
        .optional(),
      advanced: z
        .strictObject({
          // Acts when the ScaledObject is deleted, which never happens here.
          restoreToOriginalReplicaCount: z.boolean().optional(),
          scalingModifiers: z
            .strictObject({
              formula: z.string(),
              target: decimal,
              activationTarget: decimal.default("0"),
              metricType: averageValue,
            })
            .optional(),
          horizontalPodAutoscalerConfig: z
            .strictObject({ name: z.string().optional(), behavior: Behavior.optional() })
            .optional(),
        })
        .default({}),
      triggers: z.array(RedisTrigger).min(1),
    })
    .refine(({ minReplicaCount: min, maxReplicaCount: max }) => min <= max, {
      message: "minReplicaCount must not be above maxReplicaCount",
    })
    .refine(({ idleReplicaCount: idle, minReplicaCount: min }) => idle === undefined || idle < min, {
      message: "idleReplicaCount must be below minReplicaCount",
    }),
});
export type ScaledObject = z.infer<typeof ScaledObject>;

export const Deployment = z.object({
  kind: z.literal("Deployment"),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    template: z.object({
      spec: z.object({
        terminationGracePeriodSeconds: count.default(30),
        containers: z.tuple([z.object({ name: z.string() })]),
      }),
    }),
  }),
});
export type Deployment = z.infer<typeof Deployment>;
