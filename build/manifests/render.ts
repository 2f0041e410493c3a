/** Every generated file: path relative to the project's root -> text. */
import { Document } from "yaml";
import { STAGES } from "../../shared/stages.ts";
import { deployment } from "./deployment.ts";
import { broker, eventingKustomization, trigger } from "./eventing.ts";
import { funcYaml } from "./func-yaml.ts";
import { knativeService } from "./knative-service.ts";
import { NAMESPACE } from "./names.ts";
import { scaledObject } from "./scaled-object.ts";

const HEAD = "Generated from shared/stages.ts by `npm run generate`; do not edit";

/** Written by hand: shared by all stages, or a decision somebody should take with open eyes. */
const byHand = [
  "namespace.yaml",
  "settings.yaml",
  "service-accounts.yaml",
  "trigger-authentication.yaml",
  "qdrant.yaml",
  "sources.yaml",
];

/** `version` becomes the tag of the images. */
export function renderManifests(version: string): Map<string, string> {
  const files = new Map(
    STAGES.map((stage) => [`keda/${stage}.yaml`, toYaml([scaledObject(stage), deployment(stage, version)])]),
  );
  files.set("keda/kustomization.yaml", toYaml([kustomization([...byHand, ...STAGES.map((stage) => `${stage}.yaml`)])]));
  for (const stage of STAGES) {
    files.set(`knative/${stage}/service.yaml`, toYaml([knativeService(stage, version)]));
    files.set(`knative/${stage}/func.yaml`, toYaml([funcYaml(stage, version)]));
    files.set(`knative/${stage}/kustomization.yaml`, toYaml([kustomization(["service.yaml"])]));
  }
  files.set("knative/kustomization.yaml", toYaml([kustomization(STAGES)]));
  files.set("knative/eventing/kustomization.yaml", toYaml([eventingKustomization(NAMESPACE)]));
  files.set("knative/eventing/broker.yaml", toYaml([broker()]));
  files.set("knative/eventing/triggers.yaml", toYaml(STAGES.map(trigger)));
  return files;
}

function kustomization(resources: readonly string[]): Record<string, unknown> {
  return {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace: NAMESPACE,
    resources: [...resources],
  };
}

function toYaml(objects: readonly Record<string, unknown>[]): string {
  const documents = objects.map((object) =>
    new Document(object, { aliasDuplicateObjects: false }).toString({ lineWidth: 120 }),
  );
  return `# ${HEAD}\n${documents.join("---\n")}`;
}
