/** One situation in which KEDA's and the HPA's rules say how many replicas there are, and what it is run on. */
import { controller } from "../../../../build/local/autoscaler/controller.ts";
import type { Reading } from "../../../../build/local/autoscaler/decide.ts";
import { parseScalers } from "../../../../build/local/autoscaler/scaled-object.ts";
import { deployment } from "../../../../build/manifests/deployment.ts";
import { FORMULA } from "../../../../build/manifests/scaled-object.ts";
import { virtualClock } from "../virtual-clock.ts";

export type Load = readonly [pending: number, leases?: number, delayed?: number];

/** What happens, or is expected, at a second. What is due at that second has been done before. */
export type Step = { readonly at: number } & (
  | { readonly load: Load }
  /** Redis does not answer. */
  | { readonly outage: true }
  /** Somebody else writes the Deployment's scale. */
  | { readonly patch: number }
  | { readonly annotate: Readonly<Record<string, string>> }
  | { readonly replicas: number; readonly problem?: RegExp }
);

export interface Situation {
  readonly what: string;
  /** Where the rule is from: documentation by section, source by file, or a run on a cluster. */
  readonly source: string;
  /** Over the spec the school's stages have, with round numbers. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** KEDA 2.20's race: each failed reading is taken for "no work". */
  readonly losesErrors?: boolean;
  readonly steps: readonly Step[];
}

/** How the sources are cited. */
export const docs = (section: string) => `KEDA 2.20 docs, ScaledObject specification, ${section}`;
export const concepts = (section: string) => `KEDA 2.20 docs, Scaling Deployments, ${section}`;
export const keda = (file: string) => `kedacore/keda v2.20.2, ${file}`;
export const kubernetes = (section: string) => `Kubernetes 1.34 docs, Horizontal Pod Autoscaling, ${section}`;
export const hpaSource = (name: string) => `kubernetes 1.34, pkg/controller/podautoscaler/horizontal.go, ${name}`;
export const seen = (what: string) => `seen on a cluster (Kubernetes 1.34, KEDA 2.20.2): ${what}`;

/** `--horizontal-pod-autoscaler-sync-period` of a cluster that was not told otherwise. */
const HPA_SYNC_MS = 15_000;

const DISABLED = { behavior: { scaleDown: { selectPolicy: "Disabled" } } };
export const composite = (formula = FORMULA, more: Readonly<Record<string, string>> = {}) => ({
  scalingModifiers: { formula, target: "4", ...more },
  horizontalPodAutoscalerConfig: DISABLED,
});
/** The school's formula with other rules for how fast. */
export const behaving = (behavior?: Readonly<Record<string, unknown>>) => ({
  advanced: {
    scalingModifiers: { formula: FORMULA, target: "4" },
    ...(behavior === undefined ? {} : { horizontalPodAutoscalerConfig: { behavior } }),
  },
});
export const trigger = (name: string, key: string, more: Readonly<Record<string, string>> = {}) => ({
  type: "redis",
  name,
  metadata: { address: "redis:6379", listName: key, ...more },
});
export const triggers = ["pending", "leases", "delayed"].map((name) => trigger(name, name));

/** As YAML, so that it goes through the autoscaler's own reader. */
export function manifestOf(spec: Situation["spec"] = {}, annotations: Situation["annotations"] = {}): string {
  const pod = deployment("approve", "1.0.0") as { metadata: { name: string } };
  const object = {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: { name: pod.metadata.name, annotations },
    spec: {
      scaleTargetRef: { name: pod.metadata.name },
      pollingInterval: 5,
      cooldownPeriod: 60,
      minReplicaCount: 0,
      maxReplicaCount: 10,
      advanced: composite(),
      triggers,
      ...spec,
    },
  };
  return `${JSON.stringify(object)}\n---\n${JSON.stringify(pod)}\n`;
}

export interface Outcome {
  readonly at: number;
  readonly replicas: number;
  readonly problem?: string;
}

/** Runs the autoscaler's loops over the steps; answers what there was at each second something was expected. */
export async function play({ spec, annotations, losesErrors = false, steps }: Situation): Promise<Outcome[]> {
  const [scaler] = parseScalers(manifestOf(spec, annotations));
  if (scaler === undefined) throw new Error("no scaler");
  const clock = virtualClock();
  let reading: Reading = valuesOf([0]);
  const control = controller(scaler, {
    clock,
    read: async () => reading,
    hpaSyncMs: HPA_SYNC_MS,
    losesErrors,
    changed: () => undefined,
  });
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    await clock.until(step.at * 1_000);
    if ("load" in step) reading = valuesOf(step.load);
    else if ("outage" in step) reading = { error: "connect ECONNREFUSED" };
    else if ("patch" in step) control.patch(step.patch);
    else if ("annotate" in step) control.annotate(step.annotate);
    // An annotation may have a look of its own follow.
    await new Promise(setImmediate);
    const { replicas, problem } = control.state();
    if ("replicas" in step) outcomes.push({ at: step.at, replicas, ...(problem === undefined ? {} : { problem }) });
  }
  await control.stop();
  return outcomes;
}

function valuesOf([pending, leases = 0, delayed = 0]: Load): Reading {
  return { values: { pending, leases, delayed } };
}
