import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { application, deployment, platformOf, service } from "../../support/platform.ts";

const base = {
  "app.yaml": application("shop", "shop", "shop"),
  "other.yaml": application("front", "front", "front"),
  "shop/api-deployment.yaml": deployment("api", { extra: "          ports: [{name: http, containerPort: 8080}]\n" }),
  "shop/api-service.yaml": service("api", 80).replace("{port: 80}", "{port: 80, targetPort: http}"),
};

function rulesFor(texts: Record<string, string>): unknown {
  const rendered = renderChangeSet(
    { kind: "add-network-policy", namespace: "shop" },
    platformOf({ ...base, ...texts }),
  );
  if (rendered.kind === "refused") return rendered.because;
  const policy = parse(rendered.changeSet.files[0]?.after ?? "") as { spec: { ingress: unknown[] } };
  return policy.spec.ingress;
}

const own = { from: [{ podSelector: {} }] };
const from = (namespace: string) => [
  { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } },
];
const http = [{ port: "http", protocol: "TCP" }];

test("nobody else calls: only the namespace's own pods", () => {
  expect(rulesFor({})).toEqual([own]);
});

describe("callers the repository shows keep their way in", () => {
  const env = (value: string) => deployment("web", { extra: `          env: [{name: API, value: "${value}"}]\n` });
  test.each([
    ["by the full name", { "front/web.yaml": env("http://api.shop.svc.cluster.local:80/v1") }],
    ["by the short name", { "front/web.yaml": env("api.shop:80") }],
    [
      "in a ConfigMap",
      { "front/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {url: 'api.shop.svc'}\n" },
    ],
  ])("%s", (_, texts) => expect(rulesFor(texts)).toEqual([own, { from: from("front"), ports: http }]));

  test("in the values of a chart nobody can render here", () => {
    const texts = {
      "chart.yaml": application("reports", "reports", "insights"),
      "reports/Chart.yaml": "name: reports\n",
      "reports/values.yaml": "api: http://api.shop.svc:80\n",
    };
    expect(rulesFor(texts)).toEqual([own, { from: from("insights"), ports: http }]);
  });

  test("a name that only looks alike is no caller", () => {
    expect(rulesFor({ "front/web.yaml": env("http://api.shop.svcs/ xapi.shopping.svc") })).toEqual([own]);
  });

  test("Prometheus keeps measuring", () => {
    const texts = {
      "m.yaml": application("mon", "mon", "monitoring"),
      "mon/p.yaml": deployment("p", { image: "quay.io/prometheus/prometheus:v3.1.0" }),
    };
    expect(rulesFor(texts)).toEqual([own, { from: from("monitoring") }]);
  });

  test("scraped by nobody knows whom: its port stays open to the cluster", () => {
    const text = deployment("api").replace(
      "{labels: {app: api}}",
      "{labels: {app: api}, annotations: {prometheus.io/scrape: 'true', prometheus.io/port: '9100'}}",
    );
    expect(rulesFor({ "shop/api-deployment.yaml": text, "shop/api-service.yaml": service("api", 80) })).toEqual([
      own,
      { from: [{ namespaceSelector: {} }], ports: [{ port: 9100, protocol: "TCP" }] },
    ]);
  });
});

describe("traffic from outside", () => {
  const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}}]}
`;
  const controller = (extra: string) => ({
    "c.yaml": application("edge", "edge", "edge"),
    "edge/t.yaml": deployment("t", { image: "docker.io/traefik:v3.1", podExtra: extra }),
  });

  test("an Ingress without a known controller: the backend's port from anywhere", () => {
    expect(rulesFor({ "shop/ingress.yaml": ingress })).toEqual([own, { ports: http }]);
  });
  test("an Ingress with a controller in the repository: from its namespace", () => {
    expect(rulesFor({ "shop/ingress.yaml": ingress, ...controller("") })).toEqual([
      own,
      { from: from("edge"), ports: http },
    ]);
  });
  test("a controller on the host's network has no namespace to the receiver", () => {
    expect(rulesFor({ "shop/ingress.yaml": ingress, ...controller("      hostNetwork: true\n") })).toEqual([
      own,
      { ports: http },
    ]);
  });
  test("a LoadBalancer", () => {
    const text = service("api", 80)
      .replace("{port: 80}", "{port: 80, targetPort: 8080}")
      .replace("spec: {", "spec: {type: LoadBalancer, ");
    expect(rulesFor({ "shop/api-service.yaml": text })).toEqual([own, { ports: [{ port: 8080, protocol: "TCP" }] }]);
  });
});

describe("refusals", () => {
  const policy =
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}}\n";
  const webhook =
    "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: w}\nwebhooks: [{clientConfig: {service: {name: api, namespace: shop}}}]\n";
  test.each<[string, Record<string, string>, string]>([
    ["there is one already", { "shop/p.yaml": policy }, "already holds NetworkPolicy p"],
    ["the API server calls in", { "shop/w.yaml": webhook }, "API server calls"],
    [
      "a chart's pods are not seen",
      { "c.yaml": application("x", "chart", "shop"), "chart/Chart.yaml": "name: x\n" },
      "not written here",
    ],
    ["a folder rendered by Helm", { "shop/Chart.yaml": "name: shop\n" }, "not written here"],
  ])("%s", (_, texts, because) => expect(rulesFor(texts)).toContain(because));

  test.each(["kube-system", "argocd", "nowhere", "UPPER", "a\nb", "../x"])("namespace %j", (namespace) => {
    expect(renderChangeSet({ kind: "add-network-policy", namespace }, platformOf(base)).kind).toBe("refused");
  });
});
