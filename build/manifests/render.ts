/** Every generated file: path relative to the project's root -> text. */
import { Document } from "yaml";
import { STAGES, stageEntry } from "../../shared/stages.ts";
import { coordinator } from "./coordinator.ts";
import { deployment } from "./deployment.ts";
import { broker, eventingKustomization, trigger, undelivered } from "./eventing.ts";
import { funcYaml } from "./func-yaml.ts";
import { knativeService } from "./knative-service.ts";
import { LAYERS, NAMESPACE } from "./names.ts";
import { networkPolicies } from "./network.ts";
import { accounts, applicationRights, dryRunRights, rights } from "./rights.ts";
import { scaledObject } from "./scaled-object.ts";

const HEAD = "Generated from shared/stages.ts by `npm run generate`; do not edit";
const ARGO_CD = "argocd";

/** Written by hand: decisions somebody should take with open eyes. */
const byHand = [
  "namespace.yaml",
  "settings.yaml",
  "sources.yaml",
  "limits.yaml",
  "priority.yaml",
  "trigger-authentication.yaml",
];

type Files = [path: string, text: string][];

/** `version` becomes the tag of the images. */
export function renderManifests(version: string): Map<string, string> {
  return new Map([...kedaFiles(version), ...knativeFiles(version)]);
}

function kedaFiles(version: string): Files {
  const base = "keda/base";
  const stagesIn = (layer: string) => STAGES.filter((stage) => stageEntry(stage).layer === layer);
  const layers = LAYERS.filter((layer) => layer !== "storage");
  return [
    [`${base}/kustomization.yaml`, toYaml([kustomization(layers)])],
    [`${base}/namespace/accounts.yaml`, toYaml(accounts())],
    [`${base}/namespace/rights.yaml`, toYaml(rights())],
    [`${base}/namespace/network.yaml`, toYaml(networkPolicies())],
    [
      `${base}/namespace/kustomization.yaml`,
      toYaml([kustomization([...byHand, "accounts.yaml", "rights.yaml", "network.yaml"])]),
    ],
    [`${base}/always-on/coordinator.yaml`, toYaml(coordinator(version))],
    [`${base}/always-on/kustomization.yaml`, toYaml([kustomization(["coordinator.yaml"])])],
    ...STAGES.map((stage): Files[number] => [
      `${base}/${stageEntry(stage).layer}/${stage}.yaml`,
      toYaml([scaledObject(stage), deployment(stage, version)]),
    ]),
    ...["reasoning", "execution", "telemetry"].map((layer): Files[number] => [
      `${base}/${layer}/kustomization.yaml`,
      toYaml([kustomization(stagesIn(layer).map((stage) => `${stage}.yaml`))]),
    ]),
    ["keda/components/server-dry-run/rights.yaml", toYaml(dryRunRights())],
    ["keda/argocd/access/rights.yaml", toYaml(applicationRights(ARGO_CD))],
  ];
}

function knativeFiles(version: string): Files {
  return [
    ...STAGES.flatMap(
      (stage): Files => [
        [`knative/${stage}/service.yaml`, toYaml([knativeService(stage, version)])],
        [`knative/${stage}/func.yaml`, toYaml([funcYaml(stage, version)])],
        [`knative/${stage}/kustomization.yaml`, toYaml([kustomization(["service.yaml"])])],
      ],
    ),
    ["knative/kustomization.yaml", toYaml([kustomization(STAGES)])],
    ["knative/eventing/kustomization.yaml", toYaml([eventingKustomization(NAMESPACE)])],
    ["knative/eventing/broker.yaml", toYaml([broker()])],
    ["knative/eventing/undelivered.yaml", toYaml([undelivered(version)])],
    ["knative/eventing/triggers.yaml", toYaml(STAGES.map(trigger))],
  ];
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
