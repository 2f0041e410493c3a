/** Every generated file: path relative to the project's root -> text. */
import { Document } from "yaml";
import { STAGES } from "../../shared/stages.ts";
import { deployment } from "./deployment.ts";
import { scaledObject } from "./scaled-object.ts";

const HEAD = "Generated from shared/stages.ts by `npm run generate`; do not edit";

/** Written by hand: shared by all stages, or a decision somebody should take with open eyes. */
const byHand = ["namespace.yaml", "settings.yaml", "service-accounts.yaml", "trigger-authentication.yaml"];

/** `version` becomes the tag of the images. */
export function renderManifests(version: string): Map<string, string> {
  const files = new Map(
    STAGES.map((stage) => [`keda/${stage}.yaml`, toYaml([scaledObject(stage), deployment(stage, version)])]),
  );
  files.set("keda/kustomization.yaml", toYaml([kustomization()]));
  return files;
}

function kustomization(): Record<string, unknown> {
  return {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace: "cortex",
    resources: [...byHand, ...STAGES.map((stage) => `${stage}.yaml`)],
  };
}

function toYaml(objects: readonly Record<string, unknown>[]): string {
  const documents = objects.map((object) =>
    new Document(object, { aliasDuplicateObjects: false }).toString({ lineWidth: 120 }),
  );
  return `# ${HEAD}\n${documents.join("---\n")}`;
}
