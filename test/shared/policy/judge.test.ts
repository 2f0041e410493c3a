/** Each rule about an object, with a change that breaks it and nothing else. */
import { describe, expect, test } from "vitest";
import { isPinned, registryOf } from "../../../shared/policy/images.ts";
import { deployment, SIZED } from "../../support/platform.ts";
import { policyBase as base, newObject as object, rulesOf } from "../../support/policy.ts";

const one = (text: string) => rulesOf({ "shop/new.yaml": text });

const secure =
  "securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}";
const probes = "readinessProbe: {tcpSocket: {port: 80}}, livenessProbe: {tcpSocket: {port: 80}}";
const resources = "resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}";
function workload(
  options: { image?: string; container?: string; pod?: string; labels?: string; without?: string } = {},
): string {
  const parts = [secure, probes, resources].filter(
    (part) => options.without === undefined || !part.startsWith(options.without),
  );
  const fields = [
    `name: main`,
    `image: ${options.image ?? "registry.example.com/team/app:2"}`,
    ...parts,
    ...(options.container === undefined ? [] : [options.container]),
  ];
  return `spec:
  selector: {matchLabels: {app: new}}
  template:
    metadata: {labels: {app: ${options.labels ?? "new"}}}
    spec:
      ${options.pod ?? "{}"}
      containers: [{${fields.join(", ")}}]
`.replace("      {}\n", "");
}
const created = (options: Parameters<typeof workload>[0]) => one(object("Deployment", workload(options), "apps/v1"));

test("a good workload and a good policy pass without a word", () => {
  expect(created({})).toEqual([]);
  expect(
    one(object("NetworkPolicy", "spec: {podSelector: {}, policyTypes: [Ingress]}\n", "networking.k8s.io/v1")),
  ).toEqual([]);
});

describe("denied: the shape of objects", () => {
  test.each<[string, string, string[]]>([
    ["a value of the wrong type", object("Service", "spec: {ports: [{port: many}]}\n"), ["deny valid-schema"]],
    [
      "a field missing",
      object("NetworkPolicy", "spec: {podSelector: 1}\n", "networking.k8s.io/v1"),
      ["deny valid-schema"],
    ],
    ["a typo in a field", object("Service", "spec: {ports: [{port: 80, targetport: 80}]}\n"), ["deny unknown-fields"]],
    [
      "a typo deep in a list",
      object("Deployment", workload({ container: "imagePullPolicyy: Always" }), "apps/v1"),
      ["deny unknown-fields"],
    ],
    [
      "a name with a colon",
      object("Service", "spec: {ports: [{port: 80}]}\n").replace("name: new", "name: 'improvement:-x'"),
      ["deny rfc-1123-names"],
    ],
    [
      "a name too long for a Service",
      object("Service", "spec: {ports: [{port: 80}]}\n").replace("name: new", `name: ${"x".repeat(64)}`),
      ["deny rfc-1123-names"],
    ],
    [
      "a label Kubernetes refuses",
      object("Service", "spec: {ports: [{port: 80}]}\n").replace("{name: new}", "{name: new, labels: {a: 'b c'}}"),
      ["deny rfc-1123-names"],
    ],
    [
      "a selector its pods do not match",
      object("Deployment", workload({ labels: "old" }), "apps/v1"),
      ["deny selector-matches-labels"],
    ],
    ["no YAML", "a: [", ["deny no-effect", "deny valid-yaml"]],
    ["a template", "kind: {{ x }}\n---\na: {{ b }}: c", ["deny no-effect", "deny valid-yaml"]],
    ["no object", "just: data\n", ["deny no-effect", "deny valid-yaml"]],
    ["a kind without a schema", object("Widget", "spec: {}\n", "example.com/v1"), ["human unknown-schema"]],
  ])("%s", (_, text, rules) => expect(one(text)).toEqual(rules));
});

describe("denied: what it holds", () => {
  test.each<[string, string, string]>([
    ["a Secret with data", object("Secret", "stringData: {password: x}\n"), "deny no-plain-secret"],
    [
      "another namespace of the system",
      object("Service", "spec: {ports: [{port: 80}]}\n").replace("{name: new}", "{name: new, namespace: kube-system}"),
      "deny protected-namespaces",
    ],
    [
      "Argo CD's namespace",
      object("Service", "spec: {ports: [{port: 80}]}\n").replace("{name: new}", "{name: new, namespace: argocd}"),
      "deny protected-namespaces",
    ],
    [
      "cluster-admin",
      object(
        "ClusterRoleBinding",
        "roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}\n",
        "rbac.authorization.k8s.io/v1",
      ),
      "deny restrict-clusterrole-cluster-admin",
    ],
    ["a ConfigMap nobody mounts", object("ConfigMap", "data: {a: b}\n"), "deny no-effect"],
    [
      "an autoscaler against replicas in Git",
      object(
        "HorizontalPodAutoscaler",
        "spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: fixed}}\n",
        "autoscaling/v2",
      ),
      "deny no-autoscaler-on-fixed-replicas",
    ],
  ])("%s", (_, text, rule) => {
    const fixed = deployment("fixed", { extra: SIZED }).replace("spec:\n", "spec:\n  replicas: 3\n");
    expect(rulesOf({ "shop/new.yaml": text }, {}, { ...base, "shop/fixed.yaml": fixed })).toContain(rule);
  });

  test("more namespaces by configuration, the school's own among them", () => {
    const text = object("Service", "spec: {ports: [{port: 80}]}\n");
    expect(rulesOf({ "shop/new.yaml": text }, { schoolNamespace: "shop" })).toEqual(["deny protected-namespaces"]);
    expect(rulesOf({ "shop/new.yaml": text }, { protectedNamespaces: ["shop"] })).toEqual([
      "deny protected-namespaces",
    ]);
  });
});

describe("workloads", () => {
  test.each<[string, Parameters<typeof workload>[0], string[]]>([
    ["latest", { image: "registry.example.com/team/app:latest" }, ["deny disallow-latest-tag"]],
    ["no tag", { image: "registry.example.com/team/app" }, ["deny disallow-latest-tag"]],
    ["a registry nobody uses", { image: "evil.example.net/team/app:1" }, ["deny restrict-image-registries"]],
    [
      "another organisation of the same registry",
      { image: "registry.example.com/evil/app:1" },
      ["deny restrict-image-registries"],
    ],
    ["no resources", { without: "resources" }, ["deny require-pod-requests-limits"]],
    ["the host's network", { pod: "hostNetwork: true" }, ["deny pod-security-baseline"]],
    ["the host's files", { pod: "volumes: [{name: h, hostPath: {path: /}}]" }, ["deny pod-security-baseline"]],
    [
      "privileges",
      { without: "securityContext", container: "securityContext: {privileged: true}" },
      ["deny pod-security-baseline", "human pod-security-restricted"],
    ],
    [
      "an init container from elsewhere",
      { pod: `initContainers: [{name: i, image: "evil.example.net/x/y:1", ${secure}, ${resources}}]` },
      ["deny restrict-image-registries"],
    ],
    ["no security context", { without: "securityContext" }, ["human pod-security-restricted"]],
    ["no probes", { without: "readinessProbe" }, ["human require-probes"]],
  ])("%s", (_, options, rules) => expect(created(options)).toEqual(rules));

  test("a registry can be allowed by name", () => {
    const text = object("Deployment", workload({ image: "ghcr.io/new/app:1" }), "apps/v1");
    expect(rulesOf({ "shop/new.yaml": text }, { allowedRegistries: ["ghcr.io/new"] })).toEqual([]);
    expect(rulesOf({ "shop/new.yaml": text }, { allowedRegistries: ["ghcr.io/ne"] })).toEqual([
      "deny restrict-image-registries",
    ]);
  });

  test("LimitRange and ResourceQuota of the namespace", () => {
    const range =
      "apiVersion: v1\nkind: LimitRange\nmetadata: {name: r}\nspec: {limits: [{type: Container, max: {memory: 512Mi}}]}\n";
    const quota =
      "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {requests.memory: 1100Mi, services: 1}}\n";
    const text = object("Deployment", workload(), "apps/v1");
    expect(rulesOf({ "shop/new.yaml": text }, {}, { ...base, "shop/range.yaml": range })).toEqual(["deny limit-range"]);
    expect(rulesOf({ "shop/new.yaml": text }, {}, { ...base, "shop/quota.yaml": quota })).toEqual([
      "deny resource-quota",
    ]);
    const another = object("Service", "spec: {ports: [{port: 80}]}\n");
    expect(rulesOf({ "shop/new.yaml": another }, {}, { ...base, "shop/quota.yaml": quota })).toEqual([
      "deny resource-quota",
    ]);
  });
});

describe("always a person", () => {
  const rbac = "rbac.authorization.k8s.io/v1";
  test.each<[string, string, string]>([
    ["ClusterRole", object("ClusterRole", "rules: []\n", rbac), "always-human-cluster-role"],
    [
      "Role",
      object("Role", "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n", rbac),
      "always-human-role",
    ],
    [
      "wildcards",
      object("Role", "rules: [{apiGroups: [''], resources: [pods], verbs: ['*']}]\n", rbac),
      "always-human-escalation",
    ],
    [
      "bind",
      object("Role", "rules: [{apiGroups: [''], resources: [roles], verbs: [bind]}]\n", rbac),
      "always-human-escalation",
    ],
    [
      "secrets",
      object("Role", "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]\n", rbac),
      "always-human-secrets",
    ],
    [
      "webhook",
      object("ValidatingWebhookConfiguration", "webhooks: []\n", "admissionregistration.k8s.io/v1"),
      "always-human-webhook",
    ],
    ["CRD", object("CustomResourceDefinition", "spec: {}\n", "apiextensions.k8s.io/v1"), "always-human-crd"],
    ["Namespace", object("Namespace", ""), "always-human-namespace"],
    ["PersistentVolume", object("PersistentVolume", ""), "always-human-storage"],
    ["Application", object("Application", "spec: {}\n", "argoproj.io/v1alpha1"), "always-human-argocd"],
    [
      "Ingress",
      object("Ingress", "spec: {rules: [{host: shop.example.com}]}\n", "networking.k8s.io/v1"),
      "always-human-ingress",
    ],
    ["NodePort", object("Service", "spec: {type: NodePort, ports: [{port: 80}]}\n"), "always-human-exposed-service"],
    [
      "a Job's command",
      object(
        "Job",
        "spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'registry.example.com/team/app:1', command: [sh]}]}}}\n",
        "batch/v1",
      ),
      "always-human-job-command",
    ],
    [
      "credentials of somebody",
      deployment("new", { extra: `${SIZED}          envFrom: [{secretRef: {name: db-login}}]\n` }),
      "always-human-credentials",
    ],
    [
      "a hook",
      object("ServiceAccount", "", "v1").replace(
        "metadata: {",
        "metadata: {annotations: {argocd.argoproj.io/hook: PreSync}, ",
      ),
      "always-human-hook",
    ],
    [
      "no replicas",
      object("Deployment", workload().replace("spec:\n", "spec:\n  replicas: 0\n"), "apps/v1"),
      "always-human-scale-to-zero",
    ],
  ])("%s", (_, text, rule) => expect(one(text)).toContain(`human ${rule}`));

  test("somebody else's object, changed or deleted; not one the school made", () => {
    const changed = deployment("web", { extra: SIZED.replace("256Mi", "512Mi") });
    expect(rulesOf({ "shop/web.yaml": changed })).toEqual(["human always-human-foreign-object"]);
    expect(rulesOf({ "shop/web.yaml": null })).toEqual([
      "human always-human-deletion",
      "human always-human-foreign-object",
    ]);
    const ours = deployment("web", { extra: SIZED }).replace(
      "  name: web\n",
      "  name: web\n  labels: {app.kubernetes.io/managed-by: cortex-online-school}\n",
    );
    expect(
      rulesOf({ "shop/web.yaml": ours.replace("256Mi", "512Mi") }, {}, { ...base, "shop/web.yaml": ours }),
    ).toEqual([]);
  });

  test("a label in the new text does not make the object ours", () => {
    const stolen = deployment("web", { extra: SIZED }).replace(
      "  name: web\n",
      "  name: web\n  labels: {app.kubernetes.io/managed-by: cortex-online-school}\n",
    );
    expect(rulesOf({ "shop/web.yaml": stolen })).toEqual(["human always-human-foreign-object"]);
  });

  test("what was wrong before is not held against a change", () => {
    const bad = deployment("web", {
      image: "elsewhere.example.net/a/b",
      extra: "          imagePullPolicyy: Always\n",
    });
    const texts = { ...base, "shop/web.yaml": bad };
    expect(rulesOf({ "shop/web.yaml": `${bad}          tty: true\n` }, {}, texts)).toEqual([
      "human always-human-foreign-object",
    ]);
    expect(rulesOf({ "shop/web.yaml": `${bad}          ttyy: true\n` }, {}, texts)).toContain("deny unknown-fields");
  });
});

test.each([
  ["postgres:16.4", true, "docker.io/library"],
  ["postgres", false, "docker.io/library"],
  ["bitnami/redis:latest", false, "docker.io/bitnami"],
  ["localhost:5000/a/b", false, "localhost:5000/a"],
  ["ghcr.io/acme/api@sha256:" + "a".repeat(64), true, "ghcr.io/acme"],
  ["", false, "docker.io/library"],
])("image %s: pinned %s, from %s", (image, pinned, registry) => {
  expect(isPinned(image)).toBe(pinned);
  expect(registryOf(image)).toBe(registry);
});
