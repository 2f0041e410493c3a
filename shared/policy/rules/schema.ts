/** Shape: the published schema of each kind, no unknown fields, names Kubernetes takes. */
import { DaemonSet, Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { CronJob, Job } from "kubernetes-models/batch/v1";
import { Ingress } from "kubernetes-models/networking.k8s.io/v1/Ingress";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Role } from "kubernetes-models/rbac.authorization.k8s.io/v1/Role";
import { RoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { LimitRange } from "kubernetes-models/v1/LimitRange";
import { PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import { ResourceQuota } from "kubernetes-models/v1/ResourceQuota";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import type { Resource } from "../../repository/platform.ts";
import { at, isFields, stringsAt } from "../../repository/values.ts";
import known from "../known-fields.json" with { type: "json" };
import { type Keys, type ObjectRule, type Problem, problemAt } from "../review.ts";
import { certificateProblem } from "./certificate.ts";
import { grafanaDashboardProblem } from "./dashboard.ts";
import { externalSecretProblem } from "./external-secret.ts";
import { prometheusRuleProblem } from "./prometheus-rule.ts";
import { scaledObjectProblem } from "./scaled-object.ts";
import { serviceMonitorProblem } from "./service-monitor.ts";

type Model = new (data: never) => { validate(): void };
const models: Readonly<Record<string, Model>> = {
  "apps/v1/Deployment": Deployment,
  "apps/v1/StatefulSet": StatefulSet,
  "apps/v1/DaemonSet": DaemonSet,
  "batch/v1/CronJob": CronJob,
  "batch/v1/Job": Job,
  "networking.k8s.io/v1/NetworkPolicy": NetworkPolicy,
  "networking.k8s.io/v1/Ingress": Ingress,
  "policy/v1/PodDisruptionBudget": PodDisruptionBudget,
  "autoscaling/v2/HorizontalPodAutoscaler": HorizontalPodAutoscaler,
  "v1/Service": Service,
  "v1/ConfigMap": ConfigMap,
  "v1/PersistentVolumeClaim": PersistentVolumeClaim,
  "v1/ServiceAccount": ServiceAccount,
  "v1/LimitRange": LimitRange,
  "v1/ResourceQuota": ResourceQuota,
  "rbac.authorization.k8s.io/v1/Role": Role,
  "rbac.authorization.k8s.io/v1/RoleBinding": RoleBinding,
};

/** Custom kinds whose schema is ours; it takes no unknown fields either. */
const custom: Readonly<Record<string, (object: unknown) => string | undefined>> = {
  "monitoring.coreos.com/v1/PrometheusRule": prometheusRuleProblem,
  "monitoring.coreos.com/v1/ServiceMonitor": serviceMonitorProblem,
  "cert-manager.io/v1/Certificate": certificateProblem,
  "external-secrets.io/v1/ExternalSecret": externalSecretProblem,
  "external-secrets.io/v1beta1/ExternalSecret": externalSecretProblem,
  "grafana.integreatly.org/v1beta1/GrafanaDashboard": grafanaDashboardProblem,
  "keda.sh/v1alpha1/ScaledObject": scaledObjectProblem,
};

const kinds: Readonly<Record<string, string>> = known.kinds;
const types: Readonly<Record<string, Readonly<Record<string, string>>>> = known.types;

function modelName({ apiVersion, kind }: Resource): string {
  return `${apiVersion}/${kind}`;
}

export const validSchema: ObjectRule = {
  id: "valid-schema",
  decision: "deny",
  on: "written",
  check(resource) {
    const problem = custom[modelName(resource)]?.(resource.object);
    if (problem !== undefined) return [`does not fit the schema: ${problem}`];
    const model = models[modelName(resource)];
    if (model === undefined) return [];
    try {
      new model(resource.object as never).validate();
      return [];
    } catch (error) {
      const message = String((error as Error).message);
      return [problemAt(`does not fit the schema: ${message.slice(0, 300)}`, ...placeNamedBy(message))];
    }
  },
};

/** The validator names the first place that does not fit as a JSON pointer: `data/spec/ports/0/port must be integer`. */
function placeNamedBy(message: string): Keys {
  const [, pointer = ""] = /data((?:\/[^\s/,]+)+)/.exec(message) ?? [];
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** A kind nobody here has a schema for: a person looks at it. */
export const unknownSchema: ObjectRule = {
  id: "unknown-schema",
  decision: "human",
  on: "written",
  check: (resource) =>
    models[modelName(resource)] === undefined && custom[modelName(resource)] === undefined
      ? [problemAt(`no schema is known for ${modelName(resource)}`, "kind")]
      : [],
};

export const unknownFields: ObjectRule = {
  id: "unknown-fields",
  decision: "deny",
  on: "written",
  check: unknownFieldsOf,
};

/** Fields the API server would drop without a word; [] for kinds whose fields are not known here. */
export function unknownFieldsOf(resource: Resource): Problem[] {
  const type = kinds[modelName(resource)];
  return type === undefined ? [] : unknownIn(resource.object, type, "", []);
}

function unknownIn(value: unknown, type: string, path: string, keys: Keys): Problem[] {
  const fields = types[type];
  if (fields === undefined || !isFields(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    const here = path === "" ? key : `${path}.${key}`;
    const place = [...keys, key];
    if (field === undefined) return [problemAt(`field ${here.slice(0, 200)} is not known`, ...place)];
    if (field.startsWith("[")) {
      return (Array.isArray(entry) ? entry : []).flatMap((one, index) =>
        unknownIn(one, field.slice(1), `${here}[${index}]`, [...place, index]),
      );
    }
    if (!field.startsWith("{")) return unknownIn(entry, field, here, place);
    return Object.entries(isFields(entry) ? entry : {}).flatMap(([name, one]) =>
      unknownIn(one, field.slice(1), `${here}.${name}`, [...place, name]),
    );
  });
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
/** Their names are labels; CronJobs leave room for the Job's suffix. Roles may hold colons. */
const maxLength: Readonly<Record<string, number>> = { Service: 63, Namespace: 63, CronJob: 52, StatefulSet: 63 };
const RBAC = /^(Cluster)?Role(Binding)?$/;

export const validNames: ObjectRule = {
  id: "rfc-1123-names",
  decision: "deny",
  on: "written",
  check({ kind, name, object, namespace }) {
    const problems: Problem[] = [];
    const pattern = maxLength[kind] === 63 && kind !== "StatefulSet" ? LABEL : SUBDOMAIN;
    if (!RBAC.test(kind) && (!pattern.test(name) || name.length > (maxLength[kind] ?? 253))) {
      problems.push("its name is not a name Kubernetes takes (RFC 1123)");
    }
    if (namespace !== undefined && (!LABEL.test(namespace) || namespace.length > 63)) {
      problems.push(problemAt("its namespace is not a name Kubernetes takes (RFC 1123)", "metadata", "namespace"));
    }
    for (const [key, value] of Object.entries(stringsAt(object, "metadata", "labels"))) {
      if (value.length > 63 || !LABEL_VALUE.test(value))
        problems.push(problemAt(`label ${key.slice(0, 80)} has a value Kubernetes refuses`, "metadata", "labels", key));
    }
    return problems;
  },
};

export const selectorMatchesLabels: ObjectRule = {
  id: "selector-matches-labels",
  decision: "deny",
  on: "written",
  check({ apiVersion, object }) {
    if (!apiVersion.startsWith("apps/")) return [];
    const wanted = Object.entries(stringsAt(object, "spec", "selector", "matchLabels"));
    const labels = stringsAt(object, "spec", "template", "metadata", "labels");
    const open = wanted.filter(([key, value]) => labels[key] !== value).map(([key]) => key);
    if (open.length > 0) {
      return [problemAt(`its selector asks for ${open.join(", ")}, which its pods do not have`, "spec", "selector")];
    }
    return wanted.length === 0 && at(object, "spec", "selector", "matchExpressions") === undefined
      ? [problemAt("it has no selector", "spec")]
      : [];
  },
};
