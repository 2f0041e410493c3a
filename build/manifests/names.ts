/** Names the manifests share. */
import { type StageName, stageEntry } from "../../shared/stages.ts";

/** Where everything of the school stands. */
export const NAMESPACE = "cortex-school";

/** Deployment, ScaledObject and ServiceAccount of a stage. */
export function workloadName(stage: StageName): string {
  return `cortex-${stage}`;
}

export function selectorOf(stage: StageName): Record<string, string> {
  return { "app.kubernetes.io/name": workloadName(stage) };
}

export function labelsOf(stage: StageName): Record<string, string> {
  return {
    ...selectorOf(stage),
    "app.kubernetes.io/part-of": "cortex-online-school",
    "app.kubernetes.io/component": stageEntry(stage).layer,
  };
}

/** The stage in HTTP mode. No selector of its list mode may take in its pods, so neither name nor labels are the same. */
export function httpName(stage: StageName): string {
  return `${workloadName(stage)}-http`;
}

export const MODE_LABEL = "ai.cortex.school/mode";

export function httpLabelsOf(stage: StageName): Record<string, string> {
  return { ...labelsOf(stage), "app.kubernetes.io/name": httpName(stage), [MODE_LABEL]: "http" };
}
