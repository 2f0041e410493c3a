import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { at, type Fields, itemsAt } from "../../../shared/repository/values.ts";
import { application, deployment, platformOf, SIZED, service } from "../../support/platform.ts";

const intent = { kind: "add-database-exporter", workload: { kind: "StatefulSet", namespace: "data", name: "db" } };
const SECRET = "{name: POSTGRES_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: pw}}}";
const POLICY = `version: 1
registries:
  also:
${["quay.io/prometheuscommunity", "prom", "docker.io/prom", "docker.io/oliver006", "docker.io/percona"]
  .map((one) => `    - {registry: ${one}, reason: exporters of databases}\n`)
  .join("")}`;
const PROMETHEUS = `apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: main, namespace: watch}
spec: {serviceMonitorSelector: {matchLabels: {release: main}}, serviceMonitorNamespaceSelector: {}}
`;

function database(options: { image?: string; env?: string; extra?: string; podExtra?: string } = {}): string {
  return `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  volumeClaimTemplates: [{metadata: {name: d}, spec: {resources: {requests: {storage: 5Gi}}}}]
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: ${options.image ?? "postgres:16.4"}
          env: [${options.env ?? SECRET}]
${options.extra ?? ""}${options.podExtra ?? ""}`;
}

function texts(more: Record<string, string> = {}): Record<string, string> {
  return {
    ".cortex-school.yaml": POLICY,
    "app.yaml": application("a", "data", "data"),
    "watch.yaml": application("w", "watch", "watch"),
    "watch/prometheus.yaml": PROMETHEUS,
    "data/db.yaml": database(),
    "data/svc.yaml": service("db", 5432),
    ...more,
  };
}

function render(more: Record<string, string> = {}) {
  return renderChangeSet(intent, platformOf(texts(more)));
}

function written(more: Record<string, string> = {}) {
  const rendered = render(more);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const objects = rendered.changeSet.files.flatMap(({ after }) =>
    parseAllDocuments(after ?? "").map((one) => one.toJS() as Fields),
  );
  const find = (kind: string) => objects.filter((one) => one["kind"] === kind);
  const [container = {}] = itemsAt(find("Deployment")[0], "spec", "template", "spec", "containers");
  return { ...rendered, find, container };
}

const password = (name: string) => `{name: ${name}, valueFrom: {secretKeyRef: {name: db, key: pw}}}`;

test.each([
  [
    "postgres:16.4",
    5432,
    SECRET,
    9187,
    { name: "DATA_SOURCE_URI", value: "db:5432/postgres?sslmode=disable" },
    "DATA_SOURCE_PASS",
  ],
  ["mariadb:11.4.2", 3306, password("MARIADB_ROOT_PASSWORD"), 9104, undefined, "MYSQLD_EXPORTER_PASSWORD"],
  [
    "redis:7.4.1",
    6379,
    password("REDIS_PASSWORD"),
    9121,
    { name: "REDIS_ADDR", value: "redis://db:6379" },
    "REDIS_PASSWORD",
  ],
  [
    "mongo:8.0.3",
    27017,
    password("MONGO_INITDB_ROOT_PASSWORD"),
    9216,
    { name: "MONGODB_URI", value: "mongodb://db:27017/admin" },
    "MONGODB_PASSWORD",
  ],
] as const)(
  "%s: its own exporter, the workload's own Secret, and a person who looks",
  (image, port, env, metrics, address, secret) => {
    const { container, find, verdict, changeSet } = written({
      "data/db.yaml": database({ image, env }),
      "data/svc.yaml": service("db", port),
    });
    expect(itemsAt(container, "ports")).toEqual([{ name: "metrics", containerPort: metrics }]);
    expect(container["env"]).toContainEqual({ name: secret, valueFrom: { secretKeyRef: { name: "db", key: "pw" } } });
    if (address === undefined) expect(container["args"]).toContain("--mysqld.address=db:3306");
    else expect(container["env"]).toContainEqual(address);
    expect(at(find("ServiceMonitor")[0], "metadata", "labels", "release")).toBe("main");
    expect(verdict.rules.map(({ rule }) => rule)).toEqual(["always-human-credentials"]);
    expect(changeSet.objects.map(({ kind, effect }) => `${effect} ${kind}`)).toEqual([
      "create Deployment",
      "create Service",
      "create ServiceMonitor",
    ]);
  },
);

describe("how Prometheus finds it", () => {
  test("by a monitor the Prometheus of the repository selects, which policy checks", () => {
    const { changeSet } = written();
    const after = withChanges(platformOf(texts()), changeSet.files);
    expect(intents.get("add-service-monitor")?.candidates(after)).toEqual([]);
  });

  test("by annotation of the pods where that is the custom, and no monitor then", () => {
    const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {prometheus.io/scrape: "true"}}
    spec: {containers: [{name: main, image: registry.example.com/team/app:1.0.0}]}
`;
    const { find } = written({ "watch/prometheus.yaml": web });
    expect(find("ServiceMonitor")).toEqual([]);
    const annotations = at(find("Deployment")[0], "spec", "template", "metadata", "annotations");
    expect(annotations).toEqual({ "prometheus.io/scrape": "true", "prometheus.io/port": "9187" });
  });

  test("by annotation of Services where only those have it", () => {
    const web = service("web", 80).replace("{name: web}", '{name: web, annotations: {prometheus.io/scrape: "true"}}');
    const { find } = written({ "watch/prometheus.yaml": web });
    expect(at(find("Service")[0], "metadata", "annotations", "prometheus.io/port")).toBe("9187");
    expect(at(find("Deployment")[0], "spec", "template", "metadata", "annotations")).toBeUndefined();
  });
});

describe("closed namespaces", () => {
  const policy = (name: string, spec: string) =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

  test("an open one gets no policy", () => expect(written().find("NetworkPolicy")).toEqual([]));

  test("the database lets the exporter in, and nobody else", () => {
    const guard = policy(
      "guard",
      "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}",
    );
    const [found, other] = written({ "data/n.yaml": guard }).find("NetworkPolicy");
    expect(other).toBeUndefined();
    expect(found?.["spec"]).toMatchObject({
      podSelector: { matchLabels: { app: "db" } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ protocol: "TCP", port: 5432 }] }],
    });
  });

  test("closed in both directions: out to the database and to names, in from Prometheus", () => {
    const shut = policy("shut", "{podSelector: {}, policyTypes: [Ingress, Egress]}");
    const found = written({ "data/n.yaml": shut }).find("NetworkPolicy");
    expect(found.map((one) => at(one, "metadata", "name"))).toEqual(["db-exporter", "db-exporter-to-database"]);
    expect(at(found[0], "spec", "policyTypes")).toEqual(["Ingress", "Egress"]);
    expect(JSON.stringify(at(found[0], "spec", "egress"))).toContain('"port":53');
    expect(JSON.stringify(at(found[0], "spec", "ingress"))).toContain('"kubernetes.io/metadata.name":"watch"');
  });

  test("a policy that lets all of it through needs none of ours", () => {
    const open = policy("open", "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}");
    expect(written({ "data/n.yaml": open }).find("NetworkPolicy")).toEqual([]);
  });

  test("policies of another make are not guessed at", () => {
    const cilium =
      "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c}\nspec: {endpointSelector: {}}\n";
    expect(render({ "data/n.yaml": cilium })).toMatchObject({
      because: expect.stringContaining("CiliumNetworkPolicy c") as string,
    });
  });
});

describe("the image", () => {
  test("is the one that runs here already, when it knows the settings", () => {
    const other = (image: string) => ({ "watch/other.yaml": deployment("pgx", { image, extra: SIZED }) });
    const mirror = "registry.example.com/mirror/postgres-exporter";
    expect(written(other(`${mirror}:v0.15.0`)).container["image"]).toBe(`${mirror}:v0.15.0`);
    expect(written(other(`${mirror}:v0.5.1`)).container["image"]).toBe(
      "quay.io/prometheuscommunity/postgres-exporter:v0.17.1",
    );
    expect(written(other(`${mirror}:latest`)).container["image"]).toBe(
      "quay.io/prometheuscommunity/postgres-exporter:v0.17.1",
    );
  });

  test("of a registry nobody here uses is no candidate; policy denies it when it is asked for", () => {
    const platform = platformOf(texts({ ".cortex-school.yaml": "version: 1\n" }));
    expect(intents.get("add-database-exporter")?.candidates(platform)).toEqual([]);
    expect(intents.get("add-database-exporter")?.survey(platform).open[0]?.because).toContain("policy file");
    const rendered = renderChangeSet(intent, platform);
    if (rendered.kind === "refused") throw new Error(rendered.because);
    expect(rendered.verdict.rules.map(({ rule }) => rule)).toContain("restrict-image-registries");
    const allowed = renderChangeSet(intent, platform, { allowedRegistries: ["quay.io"] });
    expect(allowed).toMatchObject({ verdict: { decision: "human" } });
  });
});

describe("what speaks against it is said", () => {
  const exporter = (env: string) =>
    deployment("pgx", {
      image: "quay.io/prometheuscommunity/postgres-exporter:v0.17.1",
      extra: `          env: [${env}]\n`,
    });
  test.each<[string, Record<string, string>, string]>([
    [
      "a sidecar",
      { "data/db.yaml": database({ podExtra: "        - {name: x, image: 'a/postgres-exporter:v0.1.0'}\n" }) },
      "measures it already",
    ],
    [
      "another exporter",
      { "data/x.yaml": exporter("{name: DATA_SOURCE_URI, value: 'db:5432/postgres'}") },
      "measures it already",
    ],
    [
      "one whose target is secret",
      { "data/x.yaml": exporter("{name: DATA_SOURCE_NAME, valueFrom: {secretKeyRef: {name: a, key: b}}}") },
      "may measure it",
    ],
    [
      "a plain password",
      { "data/db.yaml": database({ env: "{name: POSTGRES_PASSWORD, value: hunter2}" }) },
      "not taken from a Secret",
    ],
    ["no Service", { "data/svc.yaml": service("db", 5432, "other") }, "no Service leads to port 5432"],
    ["nobody who would ask", { "watch/prometheus.yaml": service("x", 1) }, "asked by nobody"],
    ["TLS", { "data/db.yaml": database({ extra: "          args: [-c, ssl=on]\n" }) }, "TLS"],
    ["no database", { "data/db.yaml": database({ image: "nginx:1.27" }) }, "no known database"],
    [
      "the name is taken",
      { "data/x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db-exporter}\n" },
      "already there",
    ],
    [
      "kustomize rewrites",
      { "data/kustomization.yaml": "resources: [db.yaml, svc.yaml]\nnamePrefix: x-\n" },
      "kustomize",
    ],
    ["a protected namespace", { "app.yaml": application("a", "data", "kube-system") }, "there is no StatefulSet"],
  ])("%s", (_, more, because) =>
    expect(render(more)).toMatchObject({ kind: "refused", because: expect.stringContaining(because) as string }),
  );

  test("an exporter that measures another database of the namespace is not this one's", () => {
    const other = {
      "data/o.yaml": service("orders", 5432, "orders"),
      "data/x.yaml": exporter("{name: DATA_SOURCE_URI, value: 'orders:5432/postgres'}"),
    };
    expect(render(other).kind).toBe("rendered");
  });
});

test("a long name stays one a Service and a label may have", () => {
  const name = `${"very-".repeat(11)}long`;
  const more = {
    "data/db.yaml": database()
      .replace("{name: db}}\nspec", `{name: ${name}}\nspec`)
      .replace("metadata: {name: db}", `metadata: {name: ${name}}`),
  };
  const rendered = renderChangeSet({ ...intent, workload: { ...intent.workload, name } }, platformOf(texts(more)));
  if (rendered.kind === "refused") throw new Error(rendered.because);
  expect(rendered.verdict.rules.map(({ rule }) => rule)).toEqual(["always-human-credentials"]);
  expect(rendered.changeSet.objects.every((one) => one.name.length <= 63)).toBe(true);
});
