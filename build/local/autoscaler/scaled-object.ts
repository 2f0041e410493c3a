/** Reads the ScaledObjects and Deployments of a folder of manifests. */
import { readFile } from "node:fs/promises";
import { parseAllDocuments } from "yaml";
import type * as z from "zod";
import { compileFormula } from "./formula.ts";
import { DEFAULT_DOWN, DEFAULT_UP, type HpaBehavior, type HpaRules } from "./hpa-behavior.ts";
import { manifestFiles } from "./manifest-files.ts";
import type { ScaleMetric, Scaler } from "./scaler.ts";
import { Deployment, type GivenRules, ScaledObject } from "./schema.ts";

/** All scalers of a folder (`manifestFiles` says which files it has). Throws with the file's name when one is not usable. */
export async function readScalers(folder: string): Promise<Scaler[]> {
  const found: Found[] = [];
  for (const file of await manifestFiles(folder)) {
    try {
      found.push(objectsIn(await readFile(file, "utf8")));
    } catch (error) {
      throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
    }
  }
  return scalersOf(found);
}

/** The scalers of one YAML stream. Throws when a ScaledObject has no Deployment in it. */
export function parseScalers(yaml: string): Scaler[] {
  return scalersOf([objectsIn(yaml)]);
}

interface Found {
  readonly scaledObjects: readonly ScaledObject[];
  readonly deployments: readonly Deployment[];
}

function objectsIn(yaml: string): Found {
  const objects = parseAllDocuments(yaml).map((document): unknown => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS();
  });
  const ofKind = (kind: string) => objects.filter((object) => (object as { kind?: string } | null)?.kind === kind);
  const scaledObjects = ofKind("ScaledObject").map((object) => parse(ScaledObject, object));
  // What nothing scales may look as it likes.
  const deployments = ofKind("Deployment").flatMap((object) => Deployment.safeParse(object).data ?? []);
  return { scaledObjects, deployments };
}

function scalersOf(found: readonly Found[]): Scaler[] {
  const deployments = found.flatMap((one) => one.deployments);
  return found
    .flatMap((one) => one.scaledObjects)
    .map((object) => {
      const { name } = object.spec.scaleTargetRef;
      const deployment = deployments.find(({ metadata }) => metadata.name === name);
      if (deployment === undefined) throw new Error(`no usable Deployment ${name} for its ScaledObject`);
      return scalerOf(object, deployment);
    });
}

function scalerOf({ spec, metadata: { annotations } }: ScaledObject, { metadata, spec: own }: Deployment): Scaler {
  const behavior = spec.advanced.horizontalPodAutoscalerConfig?.behavior;
  const { fallback, idleReplicaCount } = spec;
  return {
    name: metadata.name,
    pollingMs: spec.pollingInterval * 1_000,
    cooldownMs: spec.cooldownPeriod * 1_000,
    initialCooldownMs: spec.initialCooldownPeriod * 1_000,
    minReplicas: spec.minReplicaCount,
    ...(idleReplicaCount === undefined ? {} : { idleReplicas: idleReplicaCount }),
    maxReplicas: spec.maxReplicaCount,
    metrics: metricsOf(spec),
    ...(fallback === undefined ? {} : { fallback }),
    ...(behavior === undefined ? {} : { behavior: behaviorOf(behavior) }),
    annotations,
    triggers: spec.triggers.map(({ name, metadata: { listName } }, i) => ({ name: nameOf(name, i), key: listName })),
    graceMs: own.template.spec.terminationGracePeriodSeconds * 1_000,
    container: own.template.spec.containers[0].name,
  };
}

/** With a formula its result is the only metric; without one each trigger is a metric, and the highest wish counts. */
function metricsOf({ advanced: { scalingModifiers }, triggers }: ScaledObject["spec"]): ScaleMetric[] {
  if (scalingModifiers === undefined) {
    return triggers.map(({ name, metadata: { listLength, activationListLength } }, i) => ({
      formula: compileFormula(nameOf(name, i), [nameOf(name, i)]),
      target: Number(listLength),
      activationTarget: Number(activationListLength),
    }));
  }
  const { formula, target, activationTarget } = scalingModifiers;
  const names = triggers.flatMap(({ name }) => name ?? []);
  const compiled = compileFormula(formula, names);
  return [{ formula: compiled, target: Number(target), activationTarget: Number(activationTarget) }];
}

function nameOf(name: string | undefined, index: number): string {
  return name ?? `s${index}`;
}

function behaviorOf(given: {
  readonly scaleUp?: GivenRules | undefined;
  readonly scaleDown?: GivenRules | undefined;
}): HpaBehavior {
  return { scaleUp: rulesOf(given.scaleUp, DEFAULT_UP), scaleDown: rulesOf(given.scaleDown, DEFAULT_DOWN) };
}

function rulesOf(given: GivenRules | undefined, defaults: HpaRules): HpaRules {
  const { selectPolicy, stabilizationWindowSeconds: window, policies, tolerance } = given ?? {};
  return {
    selectPolicy: selectPolicy ?? defaults.selectPolicy,
    stabilizationMs: window === undefined ? defaults.stabilizationMs : window * 1_000,
    policies:
      policies?.map(({ type, value, periodSeconds }) => ({ type, value, periodMs: periodSeconds * 1_000 })) ??
      defaults.policies,
    tolerance: tolerance ?? defaults.tolerance,
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, object: unknown): z.infer<Schema> {
  const result = schema.safeParse(object);
  if (result.success) return result.data;
  throw new Error(result.error.issues.map(({ path: at, message }) => `${at.join(".")}: ${message}`).join("; "));
}
