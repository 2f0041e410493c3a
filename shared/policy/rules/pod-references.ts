/** What pods name and the repository does not have: ConfigMaps, Secrets, claims, ServiceAccounts. */

import { oncePer } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { at, type Fields, fieldsAt, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import type { Found } from "../finding.ts";
import { placeIn } from "../place.ts";
import { type Keys, nameOf } from "../review.ts";
import { doubtAbout, isThere } from "./doubt.ts";
import { allContainers } from "./workloads.ts";

interface Reference {
  readonly rule: string;
  readonly kind: "ConfigMap" | "Secret" | "PersistentVolumeClaim" | "ServiceAccount";
  readonly name: string;
  readonly at: Keys;
}

const RULES = {
  ConfigMap: "missing-config-map",
  Secret: "missing-secret",
  PersistentVolumeClaim: "missing-claim",
  ServiceAccount: "missing-service-account",
} as const;

/** Put into every namespace by Kubernetes, or by what is installed in most clusters. */
const GIVEN: ReadonlySet<string> = new Set([
  "ConfigMap/kube-root-ca.crt",
  "ConfigMap/openshift-service-ca.crt",
  "ConfigMap/istio-ca-root-cert",
  "ServiceAccount/default",
]);

/** Each missing name once per workload. */
export function missingPodReferences(platform: Platform): readonly Found[] {
  return workloadsOf(platform).flatMap((workload) => {
    const seen = new Set<string>();
    return referencesOf(workload).flatMap(({ rule, kind, name, at: place }): Found[] => {
      const key = `${kind}/${name}`;
      if (seen.has(key) || GIVEN.has(key) || isMade(platform, kind, workload.namespace, name)) return [];
      seen.add(key);
      const { resource, namespace } = workload;
      const doubt = doubtAbout(platform, namespace, name);
      const asked = `${nameOf(resource)} names ${kind} ${name.slice(0, 253)}, which nothing in the repository makes`;
      return [
        {
          rule,
          object: nameOf(resource),
          message: `${asked}${namespace === undefined ? "" : ` in ${namespace}`}${doubt === undefined ? "" : ` (${doubt})`}`,
          ...(doubt === undefined ? {} : { severity: "info" }),
          ...placeIn(platform, resource, place),
        },
      ];
    });
  });
}

function isMade(platform: Platform, kind: Reference["kind"], namespace: string | undefined, name: string): boolean {
  if (isThere(platform, [kind], namespace, name)) return true;
  if (kind !== "Secret") return false;
  return isThere(platform, ["SealedSecret"], namespace, name) || secretsMade(platform).has(name);
}

/** Where a custom resource names the Secret its controller makes, by field. */
const TARGETS: readonly Keys[] = [
  ["spec", "target", "name"],
  ["spec", "secretName"],
  ["spec", "destination", "name"],
  ["spec", "writeConnectionSecretToRef", "name"],
  ["spec", "template", "metadata", "name"],
];

const secretsMade = oncePer((platform) => {
  const names = new Set<string>();
  for (const { apiVersion, kind, name, object } of platform.resources) {
    if (!apiVersion.includes(".") || /\.k8s\.io\//.test(apiVersion)) continue;
    if (kind === "ExternalSecret" || kind === "InfisicalSecret") names.add(name);
    for (const keys of TARGETS) {
      const target = textAt(object, ...keys.map(String));
      if (target !== undefined) names.add(target);
    }
  }
  return names;
});

function referencesOf(workload: RepositoryWorkload): Reference[] {
  const { podSpec, templatePath } = workload;
  const pod: Keys = [...templatePath, "spec"];
  const account = textAt(podSpec, "serviceAccountName") ?? textAt(podSpec, "serviceAccount");
  return [
    ...itemsAt(podSpec, "volumes").flatMap((volume, index) => inVolume(volume, [...pod, "volumes", index])),
    ...allContainers(workload).flatMap(({ spec, place }) => inContainer(spec, place)),
    ...itemsAt(podSpec, "imagePullSecrets").flatMap((entry, index) =>
      named("Secret", entry, "name", [...pod, "imagePullSecrets", index]),
    ),
    ...(account === undefined ? [] : [reference("ServiceAccount", account, [...pod, "serviceAccountName"])]),
  ];
}

function inVolume(volume: Fields, place: Keys): Reference[] {
  const projected = itemsAt(volume, "projected", "sources").flatMap((source, index) => [
    ...named("ConfigMap", source["configMap"], "name", [...place, "projected", "sources", index]),
    ...named("Secret", source["secret"], "name", [...place, "projected", "sources", index]),
  ]);
  return [
    ...named("ConfigMap", volume["configMap"], "name", [...place, "configMap"]),
    ...named("Secret", volume["secret"], "secretName", [...place, "secret"]),
    ...named("PersistentVolumeClaim", volume["persistentVolumeClaim"], "claimName", [
      ...place,
      "persistentVolumeClaim",
    ]),
    ...projected,
  ];
}

function inContainer(spec: Fields, place: Keys): Reference[] {
  const variables = itemsAt(spec, "env").flatMap((variable, index) => {
    const from = fieldsAt(variable, "valueFrom");
    const keys: Keys = [...place, "env", index, "valueFrom"];
    return [
      ...named("ConfigMap", from["configMapKeyRef"], "name", [...keys, "configMapKeyRef"]),
      ...named("Secret", from["secretKeyRef"], "name", [...keys, "secretKeyRef"]),
    ];
  });
  const sources = itemsAt(spec, "envFrom").flatMap((source, index) => [
    ...named("ConfigMap", source["configMapRef"], "name", [...place, "envFrom", index]),
    ...named("Secret", source["secretRef"], "name", [...place, "envFrom", index]),
  ]);
  return [...variables, ...sources];
}

function named(kind: Reference["kind"], holder: unknown, field: string, place: Keys): Reference[] {
  const name = stringsAt(holder)[field];
  if (name === undefined || name === "" || at(holder, "optional") === true) return [];
  return [reference(kind, name, [...place, field])];
}

function reference(kind: Reference["kind"], name: string, place: Keys): Reference {
  return { rule: RULES[kind], kind, name, at: place };
}
