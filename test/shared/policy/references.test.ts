/** What pods and addresses name, and what cannot be read: how sure a repository lets anybody be. */
import { describe, expect, test } from "vitest";
import { judgeRepository } from "../../../shared/policy/judge-repository.ts";
import { application, platformOf, service } from "../../support/platform.ts";
import { base, container, found, object, pod, type Texts, told } from "../../support/policy-report.ts";

describe("what pods name", () => {
  const env = (from: string) =>
    container(`          env:\n            - name: A\n              valueFrom: {${from}}\n`);
  const volume = (text: string) => `${container("")}      volumes: [{name: v, ${text}}]\n`;
  test.each<[string, string, string[]]>([
    ["a ConfigMap", env("configMapKeyRef: {name: gone, key: k}"), ["warning missing-config-map shop/n.yaml:16:45"]],
    ["a Secret", env("secretKeyRef: {name: gone, key: k}"), ["warning missing-secret shop/n.yaml:16:42"]],
    ["an optional Secret", env("secretKeyRef: {name: gone, key: k, optional: true}"), []],
    ["a claim", volume("persistentVolumeClaim: {claimName: gone}"), ["warning missing-claim shop/n.yaml:14:51"]],
    [
      "projected sources",
      volume("projected: {sources: [{secret: {name: gone}}]}"),
      ["warning missing-secret shop/n.yaml:14:49"],
    ],
    ["the CA every namespace has", volume("configMap: {name: kube-root-ca.crt}"), []],
    [
      "an account",
      `      serviceAccountName: gone\n${container("")}`,
      ["warning missing-service-account shop/n.yaml:10:7"],
    ],
    ["the account every namespace has", `      serviceAccountName: default\n${container("")}`, []],
  ])("%s", (_, spec, expected) => expect(found({ "shop/n.yaml": pod(spec) })).toEqual(expected));

  const secret = { "shop/n.yaml": pod(env("secretKeyRef: {name: s, key: k}")) };
  test.each<[string, Texts, string[]]>([
    ["a SealedSecret makes it", { "shop/s.yaml": object("SealedSecret", "", "bitnami.com/v1alpha1", "s") }, []],
    [
      "an ExternalSecret makes it",
      { "shop/s.yaml": object("ExternalSecret", "spec: {target: {name: s}}\n", "external-secrets.io/v1") },
      [],
    ],
    [
      "a Certificate makes it",
      {
        "shop/s.yaml": object(
          "Certificate",
          "spec: {secretName: s, issuerRef: {name: i}, dnsNames: [a.example.com]}\n",
          "cert-manager.io/v1",
        ),
      },
      [],
    ],
    [
      "a chart brings objects here",
      { "apps/c.yaml": application("c", "charts/c", "shop"), "charts/c/Chart.yaml": "name: c\n" },
      ["info missing-secret shop/n.yaml:16:42"],
    ],
    [
      "a file that cannot be read names it",
      { "shop/t.yaml": "kind: Secret\nmetadata:\n  name: s\n{{ end }}\n" },
      ["info missing-secret shop/n.yaml:16:42"],
    ],
    [
      "it is in another namespace",
      {
        "apps/o.yaml": application("o", "o", "o"),
        "o/s.yaml": object("SealedSecret", "", "bitnami.com/v1alpha1", "s"),
      },
      ["warning missing-secret shop/n.yaml:16:42"],
    ],
  ])("%s", (_, texts, expected) => expect(found({ ...secret, ...texts })).toEqual(expected));

  test("addresses: into the repository, out of it, and those every cluster has", () => {
    const text = (host: string) => ({
      "shop/n.yaml": pod(container(`          env: [{name: A, value: "http://${host}/"}]\n`)),
    });
    expect(found(text("web.shop.svc"))).toEqual([]);
    expect(found(text("gone.shop.svc.cluster.local"))).toEqual(["warning missing-service shop/n.yaml:14:1"]);
    expect(found(text("gone.nowhere.svc"))).toEqual(["info missing-service shop/n.yaml:14:1"]);
    expect(found(text("kubernetes.default.svc"))).toEqual([]);
  });

  test("credentials in plain text are told, never shown", () => {
    const report = judgeRepository(
      platformOf({
        ...base,
        "shop/n.yaml": pod(
          container(`          env:
            - {name: DB_PASSWORD, value: hunter2hunter2}
            - {name: DB_URL, value: "postgres://app:hunter2hunter2@db:5432/x"}
            - {name: SECRET_NAME, value: some-name}
            - {name: API_TOKEN, value: $(TOKEN)}
            - {name: TOKEN, value: changeme}
            - {name: USE_TOKEN, value: "true"}
            - {name: KEY_PASSWORD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
`),
        ),
      }),
    );
    expect(told(report)).toEqual([
      "warning plaintext-credentials shop/n.yaml:15:35",
      "warning plaintext-credentials shop/n.yaml:16:30",
    ]);
    expect(JSON.stringify(report)).not.toContain("hunter2");
  });
});

describe("what cannot be read", () => {
  const skippedOf = (texts: Texts) =>
    judgeRepository(platformOf({ ...base, ...texts })).skipped.map(({ path, because }) => `${path}: ${because}`);
  test.each<[string, Texts, string[]]>([
    [
      "broken YAML",
      { "shop/b.yaml": "apiVersion: v1\nkind: Service\nspec: {a: [\n" },
      ["error valid-yaml shop/b.yaml:4:1"],
    ],
    [
      "broken YAML in one of three documents",
      { "shop/b.yaml": `${service("a", 80, "web")}---\na: b: c\n---\n${service("b", 80, "web")}` },
      ["error valid-yaml shop/b.yaml:6:4"],
    ],
    [
      "a key twice",
      { "shop/b.yaml": "apiVersion: v1\nkind: ConfigMap\nkind: Secret\n" },
      ["warning no-duplicate-keys shop/b.yaml:3:1"],
    ],
    [
      "an alias bomb",
      {
        "shop/b.yaml": `apiVersion: v1\nkind: A\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      },
      ["error valid-yaml shop/b.yaml:1:1"],
    ],
    ["YAML that is no manifest", { "docs/b.yaml": "a: b: c\n" }, []],
    ["settings that are no manifest", { "tsconfig.json": "{// comment\n}" }, []],
    ["a template of a chart", { "c/Chart.yaml": "name: c\n", "c/templates/a.yaml": "a: {{ b }}: c\n" }, []],
  ])("%s", (_, texts, expected) => expect(found(texts)).toEqual(expected));

  test("a template that happens to be YAML is none", () => {
    const text = `${pod(container(""))}  replicas: {{ .Values.replicas }}\n`;
    expect(found({ "shop/t.yaml": text })).toEqual([]);
    expect(skippedOf({ "shop/t.yaml": text })).toEqual(["shop/t.yaml: a template, not YAML"]);
    const quoted = object("ConfigMap", 'data: {a: "{{ $labels.pod }}"}\n');
    expect(found({ "shop/t.yaml": quoted })).toEqual(["warning no-effect shop/t.yaml:4:3"]);
  });

  test("is never passed over in silence", () => {
    expect(skippedOf({ "docs/b.yaml": "a: b: c\n" })).toEqual([
      expect.stringMatching(/^docs\/b.yaml: no manifest, and not to be read/) as string,
    ]);
    expect(skippedOf({ "c/Chart.yaml": "name: c\n", "c/templates/a.yaml": "a: {{ b }}: c\n" })).toEqual([
      "c/templates/a.yaml: a template of a Helm chart",
    ]);
    expect(skippedOf({ "shop/t.yaml": "spec: {{ b }}\n{{ end }}\n" })).toEqual(["shop/t.yaml: a template, not YAML"]);
    const patched = {
      "k/kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n",
      "k/a.yaml": service("a", 80, "web"),
      "k/p.yaml": pod("      containers: []\n"),
    };
    expect(skippedOf(patched)).toEqual(["k/p.yaml: a patch of a kustomization"]);
  });
});
