/** Names the manifests share. */
import { type StageName, stageEntry } from "../../shared/stages.ts";

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
