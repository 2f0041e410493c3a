/** Rules a repository sets up in its policy file: kinds, namespaces, sizes. Without it they say nothing. */
import { matchesGlob } from "../../repository/glob.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import { isClusterScoped } from "../../repository/scope.ts";
import { at, itemsAt } from "../../repository/values.ts";
import { asWorkload } from "../../repository/workloads.ts";
import type { PolicyFile } from "../policy-file.ts";
import { type Keys, type ObjectRule, type Problem, problemAt, type Review } from "../review.ts";
import { allContainers } from "./workloads.ts";

function policyOf({ settings }: Review): PolicyFile {
  return settings.repository?.policy ?? { version: 1 };
}

const allowedKinds: ObjectRule = {
  id: "allowed-kinds",
  decision: "deny",
  on: "written",
  check({ kind }, review) {
    const { allow, deny } = policyOf(review).kinds ?? {};
    if (deny?.includes(kind) === true) return [problemAt(`the policy file denies the kind ${kind}`, "kind")];
    return allow?.includes(kind) === false
      ? [problemAt(`the policy file does not allow the kind ${kind}`, "kind")]
      : [];
  },
};

const alwaysHumanKind: ObjectRule = {
  id: "always-human-kind",
  decision: "human",
  on: "written",
  check: ({ kind }, review) =>
    policyOf(review).kinds?.human?.includes(kind) === true
      ? [problemAt(`the policy file keeps the kind ${kind} for people`, "kind")]
      : [],
};

const allowedNamespaces: ObjectRule = {
  id: "allowed-namespaces",
  decision: "deny",
  on: "written",
  check({ apiVersion, kind, name, namespace }, review) {
    const { allow, deny } = policyOf(review).namespaces ?? {};
    if (allow === undefined && deny === undefined) return [];
    if (kind !== "Namespace" && isClusterScoped(apiVersion, kind)) return [];
    const touched = kind === "Namespace" ? name : namespace;
    const said = (message: string) => [problemAt(message, "metadata", kind === "Namespace" ? "name" : "namespace")];
    if (touched === undefined)
      return said("the policy file bounds namespaces, and nobody can tell which one it goes into");
    const isIn = (names: readonly string[]) => names.some((pattern) => matchesGlob(pattern, touched));
    if (deny !== undefined && isIn(deny)) return said(`the policy file denies the namespace ${touched}`);
    return allow !== undefined && !isIn(allow) ? said(`the policy file does not allow the namespace ${touched}`) : [];
  },
};

/** Fields that say how many pods there may be, by kind. */
const REPLICAS: Readonly<Record<string, readonly Keys[]>> = {
  Deployment: [["spec", "replicas"]],
  StatefulSet: [["spec", "replicas"]],
  ReplicaSet: [["spec", "replicas"]],
  Job: [["spec", "parallelism"]],
  CronJob: [["spec", "jobTemplate", "spec", "parallelism"]],
  HorizontalPodAutoscaler: [["spec", "maxReplicas"]],
  ScaledObject: [["spec", "maxReplicaCount"]],
};

const replicaLimits: ObjectRule = {
  id: "replica-limits",
  decision: "deny",
  on: "written",
  check({ kind, object }, review) {
    const most = policyOf(review).sizes?.replicas;
    if (most === undefined || !Object.hasOwn(REPLICAS, kind)) return [];
    return (REPLICAS[kind] ?? []).flatMap((keys) => {
      const count = at(object, ...keys.map(String));
      return typeof count === "number" && count > most
        ? [problemAt(`${count} replicas are more than the ${most} the policy file allows`, ...keys)]
        : [];
    });
  },
};

const containerLimits: ObjectRule = {
  id: "container-limits",
  decision: "deny",
  on: "written",
  check(resource, review) {
    const sizes = policyOf(review).sizes;
    const workload = asWorkload(resource);
    if (sizes === undefined || workload === undefined) return [];
    return allContainers(workload).flatMap(({ name, requests, limits, place }) =>
      (["cpu", "memory"] as const).flatMap((amount): Problem[] => {
        const most = parseQuantity(sizes[amount]);
        if (most === undefined) return [];
        return Object.entries({ requests, limits })
          .filter(([, values]) => (parseQuantity(values[amount]) ?? 0) > most)
          .map(([field, values]) => {
            const said = `container ${name} ${field} ${String(values[amount]).slice(0, 40)} ${amount}`;
            return problemAt(`${said}, the policy file allows ${sizes[amount]}`, ...place, "resources", field, amount);
          });
      }),
    );
  },
};

const storageLimits: ObjectRule = {
  id: "storage-limits",
  decision: "deny",
  on: "written",
  check({ kind, object }, review) {
    const most = parseQuantity(policyOf(review).sizes?.storage);
    if (most === undefined) return [];
    const size: Keys = ["spec", "resources", "requests", "storage"];
    const templates = kind === "StatefulSet" ? itemsAt(object, "spec", "volumeClaimTemplates") : [];
    const claims: readonly [unknown, Keys][] = [
      ...(kind === "PersistentVolumeClaim" ? [[object, size] as [unknown, Keys]] : []),
      ...templates.map((one, index): [unknown, Keys] => [one, ["spec", "volumeClaimTemplates", index, ...size]]),
    ];
    return claims.flatMap(([claim, keys]) => {
      const asked = at(claim, ...size.map(String));
      return (parseQuantity(asked) ?? 0) > most
        ? [
            problemAt(
              `it asks for ${String(asked).slice(0, 40)}, the policy file allows ${policyOf(review).sizes?.storage}`,
              ...keys,
            ),
          ]
        : [];
    });
  },
};

export const configuredRules: readonly ObjectRule[] = [
  allowedKinds,
  alwaysHumanKind,
  allowedNamespaces,
  replicaLimits,
  containerLimits,
  storageLimits,
];
