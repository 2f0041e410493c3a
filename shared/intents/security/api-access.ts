/** Who talks to the Kubernetes API, and with which rights, as far as the repository tells. */
import { inNamespace, oncePer } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { at, fieldsAt, itemsAt, listAt, textAt } from "../../repository/values.ts";
import type { RepositoryWorkload } from "../../repository/workloads.ts";
import { placedContainers, variableNames, wordsOf } from "../edit/workload-edit.ts";
import { imageName } from "../resource-values.ts";

/** The account every namespace has, and pods get that name none. */
export const DEFAULT_ACCOUNT = "default";

/** Programs that are clients of the API by what they are, by the last part of their image's name. */
const CLIENTS = [
  /^(kube|k8s|k3s|kubernetes)(-|$)|(^|-)(kubectl|kubernetes|k8s)($|-)|(^|-)(operator|controller|autoscaler|provisioner|csi|webhook|scheduler|agent|injector)s?($|-)/,
  /^(prometheus|alertmanager|thanos|vmagent|vmoperator|promtail|alloy|fluentd|fluent-bit|vector|filebeat|metricbeat|telegraf|opentelemetry-collector.*|otel-collector.*|datadog.*|newrelic.*)$/,
  /^(traefik|ingress.*|nginx-ingress.*|contour|envoy-gateway|kong.*|haproxy-ingress|ambassador|external-dns|cert-manager.*|external-secrets|sealed-secrets.*|reloader|descheduler|metrics-server|coredns)$/,
  /^(argocd|argo.*|workflow.*|tekton.*|flux.*|jenkins.*|gitlab-runner|github-runner|actions-runner.*|airflow.*|spark.*|flink.*|jupyterhub|portainer.*|rancher.*|headlamp|dashboard-.*|lens.*|velero.*|kyverno.*|falco.*|trivy.*|cilium.*|calico.*|longhorn.*|linkerd.*|istio.*|pilot|proxyv2|consul.*|vault.*|keda.*|knative.*|helm.*|botkube|homepage)$/,
  // Clusters that elect their leader or find their members through the API.
  /^(spilo.*|patroni|stolon|cloudnative-pg|rabbitmq|hazelcast|ignite|infinispan|zeebe|camunda.*)$/,
];

/** Words of programs that read the token or ask the API, wherever they stand: variables, arguments, settings. */
const SIGNS =
  /serviceaccount\/|service_?account_?token|kubernetes\.default|kubernetes\.io\/serviceaccount|kube_?config|\bkubectl\b|\bkube-?api|KUBERNETES_|in[-_]?cluster|leader[-_]?elect|\bk8s\b|kubernetes[-_](?:api|client|sd|discovery|auth|service|namespace)|kubernetes_sd|rabbitmq_peer_discovery_k8s|vault[-_.]|\bVAULT_|consul\.hashicorp|linkerd\.io\/inject|sidecar\.istio\.io/i;

/** Why `workload` seems to be a client of the Kubernetes API; undefined when nothing says so. */
export function apiClientSign(platform: Platform, workload: RepositoryWorkload): string | undefined {
  for (const container of placedContainers(workload)) {
    const image = imageName(container.image);
    if (CLIENTS.some((pattern) => pattern.test(image))) return `image ${image} usually talks to the Kubernetes API`;
    const variable = variableNames(container).find((name) => /^(KUBE|K8S)|^POD_SERVICE_ACCOUNT$/i.test(name));
    if (variable !== undefined) return `container ${container.name} has the variable ${variable.slice(0, 100)}`;
  }
  const sign = SIGNS.exec(wordsOf(platform, workload))?.[0];
  return sign === undefined ? undefined : `its manifest speaks of ${JSON.stringify(sign.slice(0, 60))}`;
}

/** The account its pods run under. */
export function accountOf({ podSpec }: RepositoryWorkload): string {
  return textAt(podSpec, "serviceAccountName") ?? textAt(podSpec, "serviceAccount") ?? DEFAULT_ACCOUNT;
}

export function serviceAccount(platform: Platform, namespace: string, name: string): Resource | undefined {
  return inNamespace(platform, namespace).find((one) => one.kind === "ServiceAccount" && one.name === name);
}

const bindings = oncePer(({ resources }) =>
  resources.filter(
    ({ kind, apiVersion }) =>
      (kind === "RoleBinding" || kind === "ClusterRoleBinding") && apiVersion.startsWith("rbac.authorization.k8s.io/"),
  ),
);

/** Bindings that give the account rights, by its name or by a group it is in; those nobody applies count too. */
export function bindingsFor(platform: Platform, namespace: string, account: string): readonly Resource[] {
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
  return bindings(platform).filter(({ object, namespace: home }) =>
    itemsAt(object, "subjects").some((subject) => {
      const name = textAt(subject, "name");
      if (subject["kind"] === "Group") return name !== undefined && groups.includes(name);
      if (subject["kind"] === "User") return name === `system:serviceaccount:${namespace}:${account}`;
      const from = textAt(subject, "namespace") ?? home;
      return subject["kind"] === "ServiceAccount" && name === account && from === namespace;
    }),
  );
}

/** The Role or ClusterRole a binding refers to, if the repository holds it exactly once. */
export function roleOf(platform: Platform, binding: Resource): Resource | string {
  const ref = fieldsAt(binding.object, "roleRef");
  const kind = textAt(ref, "kind") ?? "";
  const name = textAt(ref, "name") ?? "";
  const found = platform.resources.filter(
    (one) => one.kind === kind && one.name === name && (kind === "ClusterRole" || one.namespace === binding.namespace),
  );
  const [role, second] = found;
  if (role === undefined || second !== undefined) {
    return `${kind} ${name.slice(0, 100)} is ${role === undefined ? "not" : "more than once"} in the repository`;
  }
  return at(role.object, "aggregationRule") === undefined
    ? role
    : `${kind} ${name.slice(0, 100)} gathers its rules from other roles`;
}

/** True when the pods mount a token by a volume of their own, or say themselves whether they get one. */
export function decidesOnToken({ podSpec }: RepositoryWorkload): boolean {
  const volumes = itemsAt(podSpec, "volumes");
  const projected = volumes.some((one) =>
    listAt(one, "projected", "sources").some((source) => at(source, "serviceAccountToken") !== undefined),
  );
  return projected || podSpec["automountServiceAccountToken"] !== undefined;
}
