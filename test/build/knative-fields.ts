/** What Knative and func take, strictly: an unknown field is a mistake that a cluster would tell late or never. */
import * as z from "zod";

const quantities = z.strictObject({ cpu: z.string(), memory: z.string() });
const probe = { httpGet: z.strictObject({ path: z.string().startsWith("/"), port: z.number() }) };

/**
 * The fields of a Service that Knative Serving takes with its features as they come (serving pkg/apis/serving/fieldmask.go,
 * k8s_validation.go). Knative's webhook refuses any other, and its schema does not say so.
 */
export const Taken = z.strictObject({
  apiVersion: z.literal("serving.knative.dev/v1"),
  kind: z.literal("Service"),
  metadata: z.strictObject({ name: z.string().max(50), labels: z.record(z.string(), z.string()) }),
  spec: z.strictObject({
    template: z.strictObject({
      metadata: z.strictObject({
        labels: z.record(z.string(), z.string()).optional(),
        annotations: z.record(z.string().regex(/^autoscaling\.knative\.dev\/[a-z-]+$/), z.string()),
      }),
      spec: z.strictObject({
        serviceAccountName: z.string().optional(),
        automountServiceAccountToken: z.literal(false).optional(),
        enableServiceLinks: z.boolean(),
        containerConcurrency: z.number().int().min(0).max(1_000).optional(),
        // A cluster's greatest, unless somebody raised it.
        timeoutSeconds: z.number().int().min(1).max(600).optional(),
        volumes: z
          .array(
            z.union([
              z.strictObject({ name: z.string(), emptyDir: z.strictObject({ sizeLimit: z.string() }) }),
              z.strictObject({
                name: z.string(),
                configMap: z.strictObject({ name: z.string(), optional: z.literal(true).optional() }),
              }),
            ]),
          )
          .optional(),
        containers: z.tuple([
          z.strictObject({
            name: z.string().refine((name) => name !== "queue-proxy"),
            image: z.string(),
            args: z.array(z.string()).optional(),
            env: z
              .array(
                z.strictObject({
                  name: z.string().refine((name) => name !== "PORT" && !name.startsWith("K_"), "is Knative's own"),
                  value: z.string().optional(),
                  valueFrom: z
                    .strictObject({
                      secretKeyRef: z.strictObject({
                        name: z.string(),
                        key: z.string(),
                        optional: z.boolean().optional(),
                      }),
                    })
                    .optional(),
                }),
              )
              .optional(),
            envFrom: z
              .array(
                z.union([
                  z.strictObject({ configMapRef: z.strictObject({ name: z.string() }) }),
                  z.strictObject({ secretRef: z.strictObject({ name: z.string(), optional: z.literal(true) }) }),
                ]),
              )
              .optional(),
            ports: z.tuple([z.strictObject({ name: z.enum(["http1", "h2c"]), containerPort: z.number() })]).optional(),
            readinessProbe: z.strictObject({ ...probe, successThreshold: z.literal(1) }).optional(),
            livenessProbe: z
              .strictObject({
                ...probe,
                periodSeconds: z.number().min(1),
                timeoutSeconds: z.number().min(1),
                failureThreshold: z.number().min(1),
              })
              .optional(),
            resources: z.strictObject({ requests: quantities, limits: quantities }),
            // Pod Security "restricted", on the container: Knative takes none for the pod.
            securityContext: z.strictObject({
              runAsNonRoot: z.literal(true),
              runAsUser: z.number().min(1),
              runAsGroup: z.number().min(1),
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
              seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
            }),
            volumeMounts: z
              .array(z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.literal(true).optional() }))
              .optional(),
          }),
        ]),
      }),
    }),
  }),
});

/** knative/func schema/func_yaml-schema.json, as far as it goes here; it refuses unknown fields too. */
export const Func = z.strictObject({
  specVersion: z.string(),
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
  runtime: z.literal("node"),
  registry: z.string(),
  image: z.string(),
  namespace: z.string(),
  created: z.iso.datetime(),
  invoke: z.enum(["http", "cloudevent"]),
  run: z.strictObject({
    envs: z.array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/)
          .optional(),
        value: z
          .string()
          .refine((value) => !value.includes("{{") || /^\{\{ (secret|configMap):[\w-]+(:[-.\w]+)? \}\}$/.test(value)),
      }),
    ),
    volumes: z.array(
      z.union([
        z.strictObject({ emptyDir: z.strictObject({ sizeLimit: z.string() }), path: z.string().startsWith("/") }),
        z.strictObject({ configMap: z.string(), path: z.string().startsWith("/") }),
      ]),
    ),
  }),
  deploy: z.strictObject({
    namespace: z.string(),
    serviceAccountName: z.string(),
    labels: z.array(z.strictObject({ key: z.string(), value: z.string() })),
    healthEndpoints: z.strictObject({ liveness: z.string(), readiness: z.string() }),
    options: z.strictObject({
      scale: z.strictObject({
        min: z.number().int().min(0),
        max: z.number().int().min(0),
        metric: z.enum(["concurrency", "rps"]),
        target: z.number().min(0),
        utilization: z.number().min(1).max(100),
      }),
      resources: z.strictObject({
        requests: quantities,
        limits: quantities.extend({ concurrency: z.number().int().min(0) }),
      }),
    }),
  }),
});
