/** What depends on what, why, and in which order it has to be deployed. */
import { describe, expect, test } from "vitest";
import { graphOf } from "../../../shared/graph/build.ts";
import { deployOrder } from "../../../shared/graph/order.ts";
import { nodesMeant } from "../../../shared/graph/part.ts";
import { placeOf, placeText } from "../../../shared/graph/places.ts";
import { blastRadius, dependenciesOf, dependentsOf, wayOf } from "../../../shared/graph/walk.ts";
import { application, deployment, platformOf, service } from "../../support/platform.ts";

const env = (value: string) => `          env: [{name: TARGET_URL, value: '${value}'}]\n`;
const texts = {
  "app.yaml": application("shop", "shop", "shop", "    directory: {recurse: true}\n"),
  "shop/web.yaml": deployment("web", { extra: env("http://api.shop.svc:80") }),
  "shop/api.yaml": deployment("api", {
    extra: `${env("postgres://db:5432/x")}          envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: keys, optional: true}}]\n`,
  }),
  "shop/settings.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n  CACHE_URL: redis://cache:6379\n  a.conf: |\n    x: 1\n    y: http://mail.shop.svc/send\n",
  "shop/services.yaml": [service("web", 80), service("api", 80), service("db", 5432)].join("---\n"),
  "shop/db.yaml": deployment("db"),
  "shop/policy.yaml":
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress, Egress], ingress: [{}]}\n",
  "shop/ingress.yaml":
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: [{host: shop.example.org, http: {paths: [{path: /, backend: {service: {name: web, port: {number: 80}}}}]}}]}\n",
};
const platform = platformOf(texts);
const graph = graphOf(platform);
const ids = (reached: ReturnType<typeof dependentsOf>) => reached.map(({ node, distance }) => `${distance} ${node.id}`);

test("what a workload needs, nearest first, its policies among it", () => {
  expect(ids(dependenciesOf(graph, "Deployment/shop/api"))).toEqual([
    "1 Service/shop/db",
    "1 ConfigMap/shop/settings",
    "1 Secret/shop/keys",
    "1 NetworkPolicy/shop/closed",
    "2 Deployment/shop/db",
    "2 Service/shop/cache",
    "2 Service/shop/mail",
  ]);
});

test("what a change of a database may hurt, up to the host people type, and why", () => {
  const reached = dependentsOf(graph, "Deployment/shop/db");
  expect(ids(reached)).toEqual([
    "1 Service/shop/db",
    "2 Deployment/shop/api",
    "3 Service/shop/api",
    "4 Deployment/shop/web",
    "5 Service/shop/web",
    "6 Ingress/shop/web",
    "7 Host/shop.example.org",
  ]);
  expect(wayOf(graph, reached[1]?.path ?? [])).toEqual([
    "Deployment shop/api calls Service shop/db",
    "Service shop/db selects Deployment shop/db",
  ]);
});

test.each([
  ["a policy hurts whom it selects", "networking.k8s.io/v1", "NetworkPolicy", "shop", "closed", 1],
  ["a namespace hurts all that is in it", "v1", "Namespace", undefined, "shop", 9],
  ["what nobody knows yet hurts nobody", "v1", "Service", "shop", "new", 0],
])("%s", (_, apiVersion, kind, namespace, name, direct) => {
  const target = {
    apiVersion,
    kind,
    name,
    effect: "change" as const,
    ...(namespace === undefined ? {} : { namespace }),
  };
  expect(blastRadius(graph, [target]).direct).toBe(direct);
});

test("a wide blast is counted whole and shown in part", () => {
  const many = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`shop/c${i}.yaml`, deployment(`c${i}`, { extra: env("http://db:5432") })]),
  );
  const wide = blastRadius(graphOf(platformOf({ ...texts, ...many })), [
    { apiVersion: "v1", kind: "Service", namespace: "shop", name: "db", effect: "change" },
  ]);
  expect(wide).toMatchObject({ direct: 61, shown: { length: 30 } });
});

describe("evidence", () => {
  test.each([
    ["Deployment/shop/web", "Service/shop/api", "shop/web.yaml:13"],
    ["ConfigMap/shop/settings", "Service/shop/cache", "shop/settings.yaml:5"],
    ["ConfigMap/shop/settings", "Service/shop/mail", "shop/settings.yaml:8"],
    ["Service/shop/db", "Deployment/shop/db", "shop/services.yaml:14"],
  ])("%s -> %s is written at %s", (from, to, place) => {
    const edge = graph.edges.find((one) => one.from === from && one.to === to);
    const [first] = edge?.evidence ?? [];
    expect(first === undefined ? "nowhere" : placeText(placeOf(platform, first))).toBe(place);
  });

  test("secrets in an address are taken out of the quote", () => {
    const own = platformOf({
      ...texts,
      "shop/x.yaml": deployment("x", { extra: env("postgres://u:hunter22@db:5432/x") }),
    });
    const edge = graphOf(own).edges.find(({ from, to }) => from === "Deployment/shop/x" && to === "Service/shop/db");
    const [first] = edge?.evidence ?? [];
    expect(first === undefined ? "" : placeOf(own, first).quote).not.toContain("hunter22");
    expect(first === undefined ? "" : placeOf(own, first).quote).toContain("db:5432");
  });
});

describe("the order to deploy in", () => {
  test("what others need comes first, also by way of what is not asked for", () => {
    expect(deployOrder(graph, ["Deployment/shop/web", "Service/shop/db", "ConfigMap/shop/settings"])).toEqual([
      "Service/shop/db",
      "ConfigMap/shop/settings",
      "Deployment/shop/web",
    ]);
  });
  test("a circle is broken where it was named first", () => {
    const circle = platformOf({
      ...texts,
      "shop/a.yaml": [deployment("a", { extra: env("http://b") }), service("a", 80)].join("---\n"),
      "shop/b.yaml": [deployment("b", { extra: env("http://a") }), service("b", 80)].join("---\n"),
    });
    expect(deployOrder(graphOf(circle), ["Deployment/shop/b", "Deployment/shop/a"])).toEqual([
      "Deployment/shop/b",
      "Deployment/shop/a",
    ]);
  });
});

test("the same repository gives the same graph", () => {
  const again = graphOf(platformOf(texts));
  expect([...again.nodes.keys()]).toEqual([...graph.nodes.keys()]);
  expect(again.edges).toEqual(graph.edges);
});

test.each([
  ["Deployment/shop/api", 1],
  ["deployment shop/api", 1],
  ["shop/api", 2],
  ["keys", 1],
  ["nobody", 0],
])("people call a thing %s", (asked, count) => expect(nodesMeant(graph, asked)).toHaveLength(count));
