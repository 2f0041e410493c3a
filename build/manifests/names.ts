/** Names the manifests share. */
import { type StageName, stageEntry } from "../../shared/stages.ts";

/** Where everything of the school stands. */
export const NAMESPACE = "cortex-school";
export const COORDINATOR = "cortex-coordinator";

/**
 * The order in which Argo CD applies the school, one wave after the other is healthy: as the founding platform had it.
 * Also the folders of keda/base, but for the storage, which is a component: it may stand elsewhere.
 */
export const LAYERS = ["namespace", "storage", "always-on", "reasoning", "execution", "telemetry"] as const;
export type Layer = (typeof LAYERS)[number];

/** What every object carries beside its labels. */
export function waveOf(layer: Layer): Record<string, string> {
  return { "argocd.argoproj.io/sync-wave": String(LAYERS.indexOf(layer)) };
}

/** Deployment, ScaledObject and ServiceAccount of a stage. */
export function workloadName(stage: StageName): string {
  return `cortex-${stage}`;
}

export function selectorOf(stage: StageName): Record<string, string> {
  return { "app.kubernetes.io/name": workloadName(stage) };
}

export const PART_OF = { "app.kubernetes.io/part-of": "cortex-online-school" };

export function labelsOf(stage: StageName): Record<string, string> {
  return {
    ...selectorOf(stage),
    ...PART_OF,
    "app.kubernetes.io/component": stageEntry(stage).layer,
  };
}

export const COORDINATOR_SELECTOR = { "app.kubernetes.io/name": COORDINATOR };
export const COORDINATOR_LABELS = {
  ...COORDINATOR_SELECTOR,
  ...PART_OF,
  "app.kubernetes.io/component": "always-on",
};

/** The stage in HTTP mode. No selector of its list mode may take in its pods, so neither name nor labels are the same. */
export function httpName(stage: StageName): string {
  return `${workloadName(stage)}-http`;
}

export const MODE_LABEL = "ai.cortex.school/mode";

export function httpLabelsOf(stage: StageName): Record<string, string> {
  return { ...labelsOf(stage), "app.kubernetes.io/name": httpName(stage), [MODE_LABEL]: "http" };
}
