/** A whole repository, judged as if it were created now: what is found, and where. */
import { describe, expect, test } from "vitest";
import { judgeDifference, judgeRepository } from "../../../shared/policy/judge-repository.ts";
import { deployment, platformOf, SIZED, sample, service } from "../../support/platform.ts";
import { base, container, found, object, pod, type Texts, told } from "../../support/policy-report.ts";

test("a sound repository is told nothing", () => expect(found({})).toEqual([]));

describe("each rule, with the line", () => {
  test.each<[string, Texts, string[]]>([
    ["a name", { "shop/n.yaml": service("Bad_Name", 80, "web") }, ["error rfc-1123-names shop/n.yaml:3:12"]],
    [
      "no name",
      { "shop/n.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 7\n" },
      ["error rfc-1123-names shop/n.yaml:4:3"],
    ],
    [
      "no fixed name",
      { "shop/n.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: a-\n" },
      ["warning rfc-1123-names shop/n.yaml:4:3"],
    ],
    [
      "a label",
      { "shop/n.yaml": object("Service", "  labels:\n    a: b c\nspec: {selector: {app: web}, ports: [{port: 1}]}\n") },
      ["error rfc-1123-names shop/n.yaml:6:5"],
    ],
    [
      "a typo deep down",
      { "shop/n.yaml": pod(container("          imagePullPolicyy: Always\n")) },
      ["error unknown-fields shop/n.yaml:14:11"],
    ],
    [
      "a wrong type",
      {
        "shop/n.yaml": object("Service", "spec:\n  selector: {app: web}\n  ports:\n    - name: a\n      port: many\n"),
      },
      ["error valid-schema shop/n.yaml:9:7"],
    ],
    [
      "a selector",
      { "shop/n.yaml": pod(container("")).replace("labels: {app: new}", "labels: {app: old}") },
      ["error selector-matches-labels shop/n.yaml:6:3"],
    ],
    [
      "the second document",
      { "shop/n.yaml": `${service("a", 80, "web")}---\n${service("b", 80, "none")}` },
      ["warning dangling-service shop/n.yaml:9:8"],
    ],
    [
      "an item of a list",
      {
        "shop/n.yaml":
          "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n  data: {a: b}\n",
      },
      ["warning no-plain-secret shop/n.yaml:7:3"],
    ],
    [
      "JSON",
      {
        "shop/n.json":
          '{"apiVersion": "v1", "kind": "Secret",\n  "metadata": {"name": "s"},\n  "stringData": {"a": "b"}}',
      },
      ["warning no-plain-secret shop/n.json:3:3"],
    ],
    [
      "CRLF",
      { "shop/n.yaml": object("Secret", "data: {a: b}\n").replaceAll("\n", "\r\n") },
      ["warning no-plain-secret shop/n.yaml:5:1"],
    ],
    [
      "an image",
      { "shop/n.yaml": deployment("new", { image: "registry.example.com/team/app", extra: SIZED }) },
      ["warning disallow-latest-tag shop/n.yaml:12:11"],
    ],
    [
      "no resources",
      { "shop/n.yaml": deployment("new") },
      Array(3).fill("warning require-pod-requests-limits shop/n.yaml:11:11") as string[],
    ],
    [
      "the host",
      {
        "shop/n.yaml": pod(
          `      hostPID: true\n${container("")}      volumes:\n        - name: h\n          hostPath: {path: /}\n`,
        ),
      },
      ["warning pod-security-baseline shop/n.yaml:10:7", "warning pod-security-baseline shop/n.yaml:16:11"],
    ],
    [
      "cluster-admin",
      {
        "shop/n.yaml": object(
          "RoleBinding",
          "roleRef:\n  kind: ClusterRole\n  name: cluster-admin\n",
          "rbac.authorization.k8s.io/v1",
        ),
      },
      ["warning restrict-clusterrole-cluster-admin shop/n.yaml:7:3"],
    ],
    [
      "a LimitRange",
      {
        "shop/l.yaml": object("LimitRange", "spec: {limits: [{type: Container, maxLimitRequestRatio: {memory: 1}}]}\n"),
      },
      ["error limit-range shop/web.yaml:13:11"],
    ],
    [
      "a quota that is exceeded",
      { "shop/q.yaml": object("ResourceQuota", "spec:\n  hard:\n    services: 5\n    requests.memory: 1Mi\n") },
      ["error resource-quota shop/q.yaml:8:5"],
    ],
    [
      "a quota on what a pod does not say",
      { "shop/q.yaml": object("ResourceQuota", "spec: {hard: {limits.cpu: 4}}\n") },
      ["error resource-quota shop/web.yaml:10:7"],
    ],
    [
      "an autoscaler of nothing",
      {
        "shop/n.yaml": object(
          "HorizontalPodAutoscaler",
          "spec:\n  maxReplicas: 2\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: gone}\n",
          "autoscaling/v2",
        ),
      },
      ["warning missing-scale-target shop/n.yaml:7:59"],
    ],
    [
      "a backend",
      {
        "shop/n.yaml": object(
          "Ingress",
          "spec:\n  rules:\n    - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: gone, port: {number: 80}}}}]}\n",
          "networking.k8s.io/v1",
        ),
      },
      ["warning missing-service shop/n.yaml:6:3"],
    ],
    [
      "a ConfigMap nobody uses",
      { "shop/n.yaml": object("ConfigMap", "data: {a: b}\n") },
      ["warning no-effect shop/n.yaml:4:3"],
    ],
    [
      "one that a pipeline names",
      {
        "shop/n.yaml": object("ConfigMap", "data: {a: b}\n"),
        "shop/p.yaml": object("Task", "spec: {config: new}\n", "tekton.dev/v1", "t"),
      },
      ["info no-effect shop/n.yaml:4:3"],
    ],
    ["defined twice", { "shop/z.yaml": service("web", 81) }, ["error duplicate-object shop/z.yaml:3:12"]],
    [
      "defined twice, once where nobody reads",
      { "old/z.yaml": service("web", 81).replace("{name: web}", "{name: web, namespace: shop}") },
      ["warning not-covered old/z.yaml:1:1", "warning duplicate-object old/z.yaml:3:12"].sort(),
    ],
    ["read by nobody", { "shop/deep/n.yaml": service("n", 80, "web") }, ["warning not-covered shop/deep/n.yaml:1:1"]],
  ])("%s", (_, texts, expected) =>
    expect(
      found(texts)
        .filter((one) => !/no-effect-autoscaler|missing-service-account/.test(one))
        .sort(),
    ).toEqual([...expected].sort()),
  );
});

test("a repository without Applications is told so once, and its folders are not compared", () => {
  const texts = {
    "a/web.yaml": deployment("web", { extra: SIZED }),
    "b/web.yaml": deployment("web", { extra: SIZED }),
    "a/s.yaml": service("web", 80),
  };
  expect(told(judgeRepository(platformOf(texts)))).toEqual(["info no-applications -:-:-"]);
});

test.each<["harbor" | "meadow", string[]]>([
  [
    "harbor",
    [
      "limit-range apps/storefront/cart-deployment.yaml",
      "limit-range apps/storefront/web-deployment.yaml",
      "valid-yaml drafts/gateway.yaml",
    ],
  ],
  ["meadow", []],
])("what a cluster refuses of the sample platform %s is known", (name, expected) => {
  const errors = judgeRepository(sample(name)).findings.filter(({ severity }) => severity === "error");
  expect([...new Set(errors.map(({ rule, path }) => `${rule} ${path}`))]).toEqual(expected);
});

test("the same repository gives the same report, whatever was asked before", () => {
  const platform = () => platformOf({ ...base, "shop/n.yaml": deployment("new"), "shop/z.yaml": service("web", 81) });
  const first = judgeRepository(platform());
  judgeRepository(sample("harbor"));
  expect(judgeRepository(platform())).toEqual(first);
});

describe("a difference", () => {
  const broken = { ...base, "shop/old.yaml": deployment("old", { image: "registry.example.com/team/app" }) };
  const difference = (after: Texts, before: Texts = broken) =>
    told(judgeDifference(platformOf(before), platformOf(after)));

  test("nothing changed: nothing is told, whatever is there", () => expect(difference(broken)).toEqual([]));
  test("what is new in an object that was wrong before", () => {
    const worse = broken["shop/old.yaml"].replace("- name: main", "- name: main\n          imagePullPolicyy: Always");
    expect(difference({ ...broken, "shop/old.yaml": worse })).toEqual(["error unknown-fields shop/old.yaml:12:11"]);
  });
  test("what a change breaks elsewhere", () => {
    const { "shop/web.yaml": _, ...without } = broken;
    expect(difference(without)).toEqual(["warning dangling-service shop/web-service.yaml:4:8"]);
  });
  test("lines that only moved are not new", () => {
    expect(difference({ ...broken, "shop/old.yaml": `# moved\n\n${broken["shop/old.yaml"]}` })).toEqual([]);
  });
  test("the policy that was there counts, not the one that comes with the change", () => {
    const policy = "version: 1\nkinds: {deny: [Service]}\n";
    const after = { ...broken, "shop/s.yaml": service("s", 80, "web") };
    expect(
      difference({ ...after, ".cortex-school.yaml": "version: 1\n" }, { ...broken, ".cortex-school.yaml": policy }),
    ).toEqual(["error allowed-kinds shop/s.yaml:2:1"]);
  });
});
