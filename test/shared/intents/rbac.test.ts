/** Rights of programs: granted in one namespace and closed against everything that leads further; narrowed where that is proved. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { at } from "../../../shared/repository/values.ts";
import { application } from "../../support/platform.ts";
import { account, cellar, cellarFiles, database, under, WATCHES } from "./cellar-platform.ts";

const IMAGE = "registry.example.org/cellar/turner:2.0.1";
const leases = { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] };
const grantTo = (rules: readonly unknown[], name = "turner") => ({
  kind: "add-role",
  serviceAccount: { namespace: "cellar", name },
  rules,
});
const rule = (over: Readonly<Record<string, unknown>>) => ({
  apiGroups: [""],
  resources: ["configmaps"],
  verbs: ["get"],
  ...over,
});

function outcome(intent: { readonly kind: string }, platform: Platform = cellar()): string {
  const rendered = renderChangeSet(intent, platform);
  return rendered.kind === "refused" ? rendered.because : rendered.verdict.decision;
}

const turner = (rest: string, more: Readonly<Record<string, string>> = {}) =>
  cellar("directory", { "turner-deployment.yaml": database("turner", IMAGE, { rest, pod: under("turner") }), ...more });

describe("a role in one namespace", () => {
  test("binds exactly these rights to exactly this account, and a person is asked", () => {
    const platform = cellar();
    const rendered = renderChangeSet(grantTo([leases]), platform);
    if (rendered.kind === "refused") throw new Error(rendered.because);
    expect(rendered.verdict.decision).toBe("human");
    const after = withChanges(platform, rendered.changeSet.files);
    const find = (kind: string) => after.resources.find((one) => one.kind === kind && one.name === "turner")?.object;
    expect(at(find("Role"), "rules")).toEqual([leases]);
    expect(at(find("RoleBinding"), "roleRef")).toEqual({
      apiGroup: "rbac.authorization.k8s.io",
      kind: "Role",
      name: "turner",
    });
    expect(at(find("RoleBinding"), "subjects")).toEqual([
      { kind: "ServiceAccount", name: "turner", namespace: "cellar" },
    ]);
    expect(rendered.changes).toContain("It may get, create, update leases (coordination.k8s.io)");
  });

  test.each([
    ["a leader", turner('          args: ["--leader-elect=true"]\n'), ["leases"]],
    [
      "members of a cluster",
      cellar("directory", {
        "turner-deployment.yaml": database("turner", "rabbitmq:4.0.3", {
          rest: "          env:\n            - {name: RABBITMQ_CONF, value: cluster_formation.peer_discovery_backend = k8s}\n",
          pod: under("turner"),
        }),
      }),
      ["endpoints", "events"],
    ],
    [
      "targets of its own namespace",
      cellar("directory", {
        "turner-deployment.yaml": database("turner", "prom/prometheus:v3.1.0", {
          pod: `${under("turner")}      volumes: [{name: c, configMap: {name: prom}}]\n`,
        }),
        "prom.yaml":
          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: prom}\ndata:\n  prometheus.yml: |\n    kubernetes_sd_configs:\n      - role: pod\n        namespaces:\n          own_namespace: true\n",
      }),
      ["pods", "services", "endpoints", "endpointslices"],
    ],
  ])("a program that looks for %s and has no rights", (_, platform, resources) => {
    const [candidate, second] = intents.get("add-role")?.candidates(platform) ?? [];
    const rules = candidate?.intent["rules"] as { resources: string[] }[];
    expect(rules.flatMap((one) => one.resources)).toEqual(resources);
    expect(second).toBeUndefined();
  });

  test.each([
    [
      "a lock elsewhere",
      turner('          args: ["--leader-elect", "--leader-elect-resource-namespace=kube-system"]\n'),
    ],
    ["no lock", turner('          args: ["--leader-elect=false"]\n')],
    [
      "objects nobody sees",
      turner('          args: ["--leader-elect"]\n', {
        "other.yaml": application("other", "x", "cellar").replace("team/repo", "other/repo"),
      }),
    ],
    [
      "rights of some kind",
      turner('          args: ["--leader-elect"]\n', {
        "b.yaml":
          "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: edit}\nsubjects: [{kind: ServiceAccount, name: turner, namespace: cellar}]\n",
      }),
    ],
  ])("no candidate: %s", (_, platform) => {
    expect(intents.get("add-role")?.candidates(platform)).toEqual([]);
  });

  test.each<[string, unknown, RegExp]>([
    ["every verb", rule({ verbs: ["*"] }), /not valid/],
    ["every resource", rule({ resources: ["*"] }), /not valid/],
    ["every group", rule({ apiGroups: ["*"] }), /not valid/],
    ["escalation", rule({ verbs: ["escalate"] }), /not valid/],
    ["impersonation", rule({ verbs: ["impersonate"] }), /not valid/],
    ["no verbs", rule({ verbs: [] }), /not valid/],
    ["another field", rule({ nonResourceURLs: ["/metrics"] }), /not valid/],
    ["a name with YAML in it", rule({ resourceNames: ["x\n---\nkind: ClusterRole"] }), /not valid/],
    ["secrets", rule({ resources: ["secrets"] }), /holds secrets/],
    [
      "what becomes secrets",
      rule({ apiGroups: ["bitnami.com"], resources: ["sealedsecrets"] }),
      /nothing in the repository is of|holds secrets/,
    ],
    ["a shell", rule({ resources: ["pods/exec"], verbs: ["create"] }), /act as the pod/],
    ["a way in", rule({ resources: ["pods/portforward"], verbs: ["create"] }), /act as the pod/],
    ["tokens", rule({ resources: ["serviceaccounts/token"], verbs: ["create"] }), /act as the pod/],
    ["accounts", rule({ resources: ["serviceaccounts"], verbs: ["create"] }), /leads to other rights/],
    ["roles", rule({ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"] }), /lead to other rights/],
    [
      "webhooks",
      rule({ apiGroups: ["admissionregistration.k8s.io"], resources: ["mutatingwebhookconfigurations"] }),
      /lead to other rights/,
    ],
    ["pods of its own", rule({ resources: ["pods"], verbs: ["create"] }), /run a pod with every Secret/],
    [
      "other programs' pods",
      rule({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] }),
      /run a pod with every Secret/,
    ],
    ["jobs", rule({ apiGroups: ["batch"], resources: ["jobs"], verbs: ["create"] }), /run a pod with every Secret/],
    ["nodes", rule({ resources: ["nodes"] }), /outside of namespaces/],
    [
      "Argo CD's own",
      rule({ apiGroups: ["argoproj.io"], resources: ["applications"], verbs: ["patch"] }),
      /what Argo CD applies/,
    ],
    ["a name for what is yet to be", rule({ verbs: ["create"], resourceNames: ["x"] }), /cannot bound/],
    ["a group nobody knows", rule({ apiGroups: ["x.example.com"] }), /API group x\.example\.com/],
  ])("never: %s", (_, one, reason) => {
    expect(outcome(grantTo([leases, one]))).toMatch(reason);
  });

  test("reading logs and scaling by the subresource are rights like others", () => {
    const rules = [
      rule({ resources: ["pods/log"] }),
      rule({ apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["patch"] }),
    ];
    expect(outcome(grantTo(rules))).toBe("human");
  });

  test.each<[string, Readonly<Record<string, string>>, { kind: string }, RegExp]>([
    ["the account every pod has", {}, grantTo([leases], "default"), /every pod of cellar/],
    ["an account nobody wrote", {}, grantTo([leases], "nobody"), /there is no ServiceAccount/],
    [
      "an account nobody runs under",
      { "idle.yaml": account("idle") },
      grantTo([leases], "idle"),
      /no workload runs under/,
    ],
    [
      "pods without a token",
      { "turner-account.yaml": account("turner", "automountServiceAccountToken: false\n") },
      grantTo([leases]),
      /no pod under/,
    ],
    ["rights it has", {}, grantTo([rule({ verbs: ["get", "list"] })], "keeper"), /has these rights already/],
    [
      "names that are taken",
      Object.fromEntries(
        ["turner", "turner-api"].map((name) => [
          `${name}-r.yaml`,
          `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: ${name}}\nrules: []\n`,
        ]),
      ),
      grantTo([leases]),
      /are there already/,
    ],
  ])("refused: %s", (_, more, intent, reason) => {
    expect(outcome(intent, cellar("directory", more))).toMatch(reason);
  });
});

describe("a binding narrowed", () => {
  const narrow = { kind: "narrow-role", binding: "keeper" };
  const rights = cellarFiles["keeper-rights.yaml"] ?? "";
  const keeper = (rest: string) => ({
    "keeper-deployment.yaml": database("keeper", IMAGE, { rest, pod: under("keeper") }),
  });

  test("the same rights, in one namespace, in the file they are in", () => {
    const platform = cellar();
    const rendered = renderChangeSet(narrow, platform);
    if (rendered.kind === "refused") throw new Error(rendered.because);
    expect(rendered.changeSet.files).toHaveLength(1);
    const after = withChanges(platform, rendered.changeSet.files);
    expect(after.resources.some(({ kind }) => kind === "ClusterRoleBinding")).toBe(false);
    const binding = after.resources.find((one) => one.kind === "RoleBinding");
    expect([binding?.namespace, at(binding?.object, "roleRef", "kind")]).toEqual(["cellar", "ClusterRole"]);
    expect(rendered.verdict.rules.map(({ rule: id }) => id)).toContain("always-human-deletion");
  });

  test.each([
    [
      "an option with its own namespace",
      '          env: [{name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}]\n          args: ["--namespace=$(POD_NAMESPACE)"]\n',
    ],
    ["an option in two words", '          args: ["--watch-namespace", "cellar"]\n'],
    ["a variable", "          env: [{name: WATCH_NAMESPACE, value: cellar}]\n"],
  ])("evidence: %s", (_, rest) => {
    expect(outcome(narrow, cellar("directory", keeper(rest)))).toBe("human");
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["nothing shows where it works", keeper(""), /nothing shows that Deployment keeper/],
    ["everywhere", keeper('          env: [{name: WATCH_NAMESPACE, value: ""}]\n'), /nothing shows/],
    ["two namespaces", keeper("          env: [{name: WATCH_NAMESPACE, value: 'cellar,attic'}]\n"), /nothing shows/],
    ["both at once", keeper(`${WATCHES}          args: ["--all-namespaces"]\n`), /nothing shows/],
    ["a variable nobody sees", keeper('          args: ["--namespace=$(WHERE)"]\n'), /nothing shows/],
    [
      "a second program without a bound",
      { "second.yaml": database("second", IMAGE, { pod: under("keeper") }) },
      /Deployment second/,
    ],
    [
      "rights outside of namespaces",
      { "keeper-rights.yaml": rights.replace("configmaps, pods", "nodes") },
      /grants nodes/,
    ],
    ["all resources", { "keeper-rights.yaml": rights.replace("configmaps, pods", "'*'") }, /whatever there is/],
    [
      "resources nobody describes",
      { "keeper-rights.yaml": rights.replace('apiGroups: [""]', "apiGroups: [x.example.com]") },
      /does not show that it is in namespaces/,
    ],
    [
      "a person",
      {
        "keeper-rights.yaml": rights.replace(
          "kind: ServiceAccount\n    name: keeper\n    namespace: cellar",
          "kind: User\n    name: anna",
        ),
      },
      /accounts of one namespace/,
    ],
    [
      "a role that is not here",
      { "keeper-rights.yaml": rights.replace(/^kind: ClusterRole\n/m, "kind: Role\n") },
      /ClusterRole keeper is not in the repository/,
    ],
    [
      "a namespace that is off limits",
      { "keeper-rights.yaml": rights.replace("namespace: cellar", "namespace: kube-system") },
      /off limits/,
    ],
    [
      "a name that is taken",
      {
        "b.yaml":
          "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: keeper}\nroleRef: {kind: Role, name: x}\nsubjects: []\n",
      },
      /already holds RoleBinding/,
    ],
  ])("left alone: %s", (_, more, reason) => {
    const platform = cellar("directory", more);
    expect(outcome(narrow, platform)).toMatch(reason);
    expect(intents.get("narrow-role")?.candidates(platform)).toEqual([]);
  });

  test("a custom resource whose definition says that it is in namespaces", () => {
    const crd =
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: casks.x.example.com}\nspec: {group: x.example.com, scope: Namespaced, names: {plural: casks, kind: Cask}, versions: []}\n";
    const own = rights.replace('apiGroups: [""]', "apiGroups: [x.example.com]").replace("configmaps, pods", "casks");
    expect(outcome(narrow, cellar("directory", { "keeper-rights.yaml": own, "crd.yaml": crd }))).toBe("human");
  });
});
