/** What is named is there, or the graph says what is wrong with it. */
import { describe, expect, test } from "vitest";
import { graphOf } from "../../../shared/graph/build.ts";
import { application, deployment, platformOf, service } from "../../support/platform.ts";

const asleep = (name: string) => deployment(name).replace("spec:\n", "spec:\n  replicas: 0\n");
const object = (apiVersion: string, kind: string, name: string, rest = "") =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}}\n${rest}`;
const env = (...entries: readonly string[]) => `          env: [${entries.join(", ")}]\n`;
const told = (value: string, name = "TARGET_URL") => env(`{name: ${name}, value: '${value}'}`);

type Texts = Readonly<Record<string, string>>;
const shop: Texts = {
  "app.yaml": application("shop", "shop", "shop", "    directory: {recurse: true}\n"),
  "shop/db.yaml": service("db", 5432),
  "shop/db-pods.yaml": deployment("db"),
};

function stateOf(id: string, texts: Texts): string {
  const node = graphOf(platformOf({ ...shop, ...texts })).nodes.get(id);
  return node === undefined ? "not named" : `${node.state}: ${node.because}`;
}

describe("a Service somebody calls", () => {
  const web = (value: string, name?: string) => ({ "shop/web.yaml": deployment("web", { extra: told(value, name) }) });
  test.each<[string, string, Texts, RegExp]>([
    ["written out", "Service/shop/db", web("db.shop.svc.cluster.local:5432"), /^present/],
    ["by its pod", "Service/shop/db", web("db-0.db.shop.svc:5432"), /^present/],
    ["nobody has", "Service/shop/cache", web("redis://cache.shop.svc:6379"), /^absent: has no manifest/],
    ["in a namespace nobody knows", "Service/pay/api", web("http://api.pay.svc"), /^absent/],
    ["bare, in a URL", "Service/shop/cache", web("redis://cache:6379/0"), /^absent/],
    ["bare, in a list", "Service/shop/kafka", web("kafka:9092,db:5432", "BROKERS"), /^absent/],
    ["bare, and no host at all", "Service/shop/postgres", web("postgres:16", "IMAGE"), /^not named/],
    ["a time of day", "Service/shop/at", web("at:12", "START"), /^not named/],
    ["by namespace, with a port", "Service/shop/gone", web("http://gone.shop:80"), /^absent/],
    ["a domain that sounds like a namespace", "Service/dev/web", web("https://web.dev"), /^not named/],
    ["outside", "Host/api.example.com", web("https://api.example.com/v1"), /^external/],
    ["outside, without its user", "Host/db.example.com", web("postgres://u:p@db.example.com:5432/x"), /^external/],
    ["a bucket is no host", "Service/shop/backups", web("s3://backups/daily"), /^not named/],
    ["a variable of a variable", "Service/shop/api", web("http://$(NAME).shop.svc"), /^not named/],
    ["the API server", "Service/default/kubernetes", web("https://kubernetes.default.svc"), /^built-in/],
    ["itself", "Service/shop/localhost", web("http://localhost:80"), /^not named/],
    [
      "at rest",
      "Service/shop/idle",
      { "shop/i.yaml": asleep("idle"), "shop/is.yaml": service("idle", 80) },
      /^zero-replicas: leads to idle, which is scaled to zero/,
    ],
    [
      "woken by KEDA",
      "Service/shop/idle",
      {
        "shop/i.yaml": asleep("idle"),
        "shop/is.yaml": service("idle", 80),
        "shop/so.yaml": object("keda.sh/v1alpha1", "ScaledObject", "x", "spec: {scaleTargetRef: {name: idle}}\n"),
      },
      /^present/,
    ],
    [
      "a placeholder",
      "Service/shop/soon",
      {
        "shop/s.yaml": deployment("soon", { extra: "          args: ['echo \"Placeholder, build pending\"']\n" }),
        "shop/ss.yaml": service("soon", 80),
      },
      /^placeholder: leads to soon, which is only a placeholder/,
    ],
    [
      "only sleeping",
      "Deployment/shop/soon",
      { "shop/s.yaml": deployment("soon", { extra: "          command: [sh, -c, sleep infinity]\n" }) },
      /^placeholder/,
    ],
    [
      "an external name",
      "Service/shop/mail",
      { "shop/m.yaml": object("v1", "Service", "mail", "spec: {type: ExternalName, externalName: mx.example.com}\n") },
      /^external/,
    ],
    [
      "a manifest nobody applies",
      "Service/shop/lost",
      { "else/l.yaml": service("lost", 80).replace("{name: lost}", "{name: lost, namespace: shop}") },
      /^absent: has a manifest in else\/l.yaml, which no Application applies/,
    ],
    [
      "a chart of somebody else",
      "Service/metrics/prometheus",
      {
        ...web("http://prometheus.metrics.svc:9090"),
        "chart.yaml": application("stack", "charts/x", "metrics").replace("team/repo", "other/charts"),
      },
      /^unseen: may come from Application stack/,
    ],
    [
      "an operator",
      "Service/shop/orders-rw",
      {
        ...web("postgres://orders-rw:5432/x"),
        "shop/pg.yaml": object("postgresql.cnpg.io/v1", "Cluster", "orders", "spec: {instances: 3}\n"),
      },
      /^unseen: may come from the controller of Cluster orders/,
    ],
  ])("%s", (_, id, texts, expected) => expect(stateOf(id, texts)).toMatch(expected));
});
