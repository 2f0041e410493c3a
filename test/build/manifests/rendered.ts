/** What `kubectl kustomize` makes of a folder, as objects. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import * as z from "zod";

export const ROOT = path.resolve(import.meta.dirname, "../../..");

export const KubeObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
});
export type KubeObject = z.infer<typeof KubeObject>;

/** Without kubectl these tests are skipped; with SCHOOL_REQUIRE_KUBECTL=1 its absence is a failure. */
export const hasKubectl = process.env["SCHOOL_REQUIRE_KUBECTL"] === "1" || isThere();

function isThere(): boolean {
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const seen = new Map<string, readonly KubeObject[]>();

/** `folder` is relative to the project. Throws with what kubectl says. */
export function rendered(folder: string): readonly KubeObject[] {
  const before = seen.get(folder);
  if (before !== undefined) return before;
  const text = execFileSync("kubectl", ["kustomize", path.join(ROOT, folder)], { encoding: "utf8" });
  const objects = parseAllDocuments(text).map((document) => KubeObject.parse(document.toJS()));
  seen.set(folder, objects);
  return objects;
}

export function idOf({ kind, metadata: { namespace = "", name } }: KubeObject): string {
  return `${kind} ${namespace}/${name}`;
}

/** The objects of a kind, read by its schema. */
export function ofKind<Schema extends z.ZodType>(
  objects: readonly KubeObject[],
  kind: string,
  schema: Schema,
): z.infer<Schema>[] {
  return objects.filter((object) => object.kind === kind).map((object) => schema.parse(object));
}

const Reference = z.looseObject({ name: z.string(), key: z.string(), optional: z.boolean().default(false) });
const Container = z.looseObject({
  name: z.string(),
  image: z.string(),
  env: z
    .array(
      z.looseObject({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z
          .looseObject({ secretKeyRef: Reference.optional(), configMapKeyRef: Reference.optional() })
          .optional(),
      }),
    )
    .default([]),
  envFrom: z
    .array(
      z.looseObject({
        configMapRef: z.looseObject({ name: z.string(), optional: z.boolean().default(false) }).optional(),
        secretRef: z.looseObject({ name: z.string(), optional: z.boolean().default(false) }).optional(),
      }),
    )
    .default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  resources: z.looseObject({
    requests: z.record(z.string(), z.string()),
    limits: z.record(z.string(), z.string()),
  }),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});

/** A Deployment or StatefulSet, as far as these tests look at it. */
export const Workload = KubeObject.extend({
  spec: z.looseObject({
    replicas: z.number().optional(),
    strategy: z.looseObject({ type: z.string() }).optional(),
    selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.boolean(),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.looseObject({}),
        initContainers: z.array(Container).default([]),
        containers: z.array(Container).min(1),
        volumes: z
          .array(
            z.looseObject({
              name: z.string(),
              configMap: z.looseObject({ name: z.string(), optional: z.boolean().default(false) }).optional(),
              secret: z.looseObject({ secretName: z.string() }).optional(),
            }),
          )
          .default([]),
      }),
    }),
    volumeClaimTemplates: z.array(z.looseObject({ spec: z.looseObject({}) })).default([]),
  }),
});
export type Workload = z.infer<typeof Workload>;

export function workloadsIn(objects: readonly KubeObject[]): Workload[] {
  return [...ofKind(objects, "Deployment", Workload), ...ofKind(objects, "StatefulSet", Workload)];
}
