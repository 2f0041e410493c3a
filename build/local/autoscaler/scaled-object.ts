/** Reads the ScaledObjects and Deployments of a folder of manifests, as strictly as KEDA and a little more. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { compileFormula, type Formula } from "./formula.ts";

/** What decides the replicas of one Deployment. Times in milliseconds. */
export interface Scaler {
  /** The Deployment's name. */
  readonly name: string;
  readonly pollingMs: number;
  readonly cooldownMs: number;
  readonly initialCooldownMs: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly formula: Formula;
  /** Load one replica carries (AverageValue of the HPA's only metric). */
  readonly target: number;
  readonly activationTarget: number;
  readonly triggers: readonly { readonly name: string; readonly key: string }[];
  /** terminationGracePeriodSeconds of the Deployment's pods. */
  readonly graceMs: number;
  /** The container's name, which is the stage's. */
  readonly container: string;
}

const wholeNumber = z.string().regex(/^\d+$/, "must be a whole number in quotes");
const decimal = z.string().regex(/^\d+(\.\d+)?$/, "must be a number in quotes");

/**
 * Unknown keys are errors here. KEDA itself ignores a misspelt trigger key in silence, and what this autoscaler does
 * not emulate (fallback, other triggers, an HPA that scales down) must not be ignored either.
 */
const RedisTrigger = z.strictObject({
  type: z.literal("redis"),
  name: z.string().min(1),
  metadata: z.strictObject({
    address: z.string().optional(),
    addressFromEnv: z.string().optional(),
    hostFromEnv: z.string().optional(),
    portFromEnv: z.string().optional(),
    listName: z.string().min(1),
    listLength: wholeNumber.optional(),
    activationListLength: wholeNumber.optional(),
    databaseIndex: wholeNumber.optional(),
    enableTLS: z.enum(["true", "false"]).optional(),
    unsafeSsl: z.enum(["true", "false"]).optional(),
  }),
  authenticationRef: z.strictObject({ name: z.string().min(1), kind: z.string().optional() }).optional(),
});

const seconds = z.number().int();
const ScaledObject = z.object({
  kind: z.literal("ScaledObject"),
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({ name: z.string().min(1) }),
    pollingInterval: seconds.min(1).default(30),
    cooldownPeriod: seconds.min(0).default(300),
    initialCooldownPeriod: seconds.min(0).default(0),
    minReplicaCount: z.number().int().min(0).default(0),
    maxReplicaCount: z.number().int().min(1).default(100),
    advanced: z.strictObject({
      scalingModifiers: z.strictObject({
        formula: z.string(),
        target: decimal,
        activationTarget: decimal.default("0"),
      }),
      horizontalPodAutoscalerConfig: z.strictObject({
        behavior: z.strictObject({ scaleDown: z.strictObject({ selectPolicy: z.literal("Disabled") }) }),
      }),
    }),
    triggers: z.array(RedisTrigger).min(1),
  }),
});

const Deployment = z.object({
  kind: z.literal("Deployment"),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    template: z.object({
      spec: z.object({
        terminationGracePeriodSeconds: z.number().int().min(0).default(30),
        containers: z.tuple([z.object({ name: z.string() })]),
      }),
    }),
  }),
});

/** All scalers of a folder's *.yaml files. Throws with the file's name when one is not usable. */
export async function readScalers(folder: string): Promise<Scaler[]> {
  const scalers: Scaler[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort()) {
    const text = await readFile(path.join(folder, file), "utf8");
    try {
      scalers.push(...parseScalers(text));
    } catch (error) {
      throw new Error(`${path.join(folder, file)}: ${(error as Error).message}`, { cause: error });
    }
  }
  return scalers;
}

/** The scalers of one YAML stream; each ScaledObject's Deployment must be in the same stream. */
export function parseScalers(yaml: string): Scaler[] {
  const objects = parseAllDocuments(yaml).map((document): unknown => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS();
  });
  const ofKind = (kind: string) => objects.filter((object) => (object as { kind?: string } | null)?.kind === kind);
  const deployments = ofKind("Deployment").map((object) => parse(Deployment, object));
  return ofKind("ScaledObject").map((object) => {
    const { spec } = parse(ScaledObject, object);
    const deployment = deployments.find(({ metadata }) => metadata.name === spec.scaleTargetRef.name);
    if (deployment === undefined) throw new Error(`no Deployment ${spec.scaleTargetRef.name} beside its ScaledObject`);
    return scalerOf(spec, deployment);
  });
}

function scalerOf(
  spec: z.infer<typeof ScaledObject>["spec"],
  { metadata, spec: { template } }: z.infer<typeof Deployment>,
): Scaler {
  const { formula, target, activationTarget } = spec.advanced.scalingModifiers;
  const names = spec.triggers.map(({ name }) => name);
  return {
    name: metadata.name,
    pollingMs: spec.pollingInterval * 1_000,
    cooldownMs: spec.cooldownPeriod * 1_000,
    initialCooldownMs: spec.initialCooldownPeriod * 1_000,
    minReplicas: spec.minReplicaCount,
    maxReplicas: spec.maxReplicaCount,
    formula: compileFormula(formula, names),
    target: Number(target),
    activationTarget: Number(activationTarget),
    triggers: spec.triggers.map(({ name, metadata: { listName } }) => ({ name, key: listName })),
    graceMs: template.spec.terminationGracePeriodSeconds * 1_000,
    container: template.spec.containers[0].name,
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, object: unknown): z.infer<Schema> {
  const result = schema.safeParse(object);
  if (result.success) return result.data;
  throw new Error(result.error.issues.map(({ path: at, message }) => `${at.join(".")}: ${message}`).join("; "));
}
