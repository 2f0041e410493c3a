/** New services: where the repository asks for one, what is written, and what speaks against it. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { catalogue } from "../../../shared/intents/services/catalogue/services.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { asWorkload } from "../../../shared/repository/workloads.ts";
import { application, deployment, service } from "../../support/platform.ts";
import { dock, quay } from "./services-platform.ts";
import { candidatesOf, filesOf, KIND, redis, secret, shop } from "./services-shop.ts";

describe("what asks for a service", () => {
  test.each([
    ["a URL", { CACHE: "redis://cache:6379/0" }, "Deployment shop/cache", "redis"],
    ["a URL without a port", { CACHE: "redis://cache" }, "Deployment shop/cache", "redis"],
    ["a full name", { CACHE: "cache.shop.svc.cluster.local:6379" }, "Deployment shop/cache", "redis"],
    ["a host of its own", { REDIS_HOST: "cache" }, "Deployment shop/cache", "redis"],
    ["host and port apart", { CACHE_HOST: "cache", CACHE_PORT: "6379" }, "Deployment shop/cache", "redis"],
    ["a list", { MEMCACHED_SERVERS: "mc:11211" }, "Deployment shop/mc", "memcached"],
    ["a queue, which must last", { CELERY_BROKER_URL: "redis://tasks:6379" }, "StatefulSet shop/tasks", "redis"],
    ["a broker", { EVENTS: "nats://events:4222" }, "StatefulSet shop/events", "nats"],
    ["vectors", { QDRANT_URL: "http://vectors:6333" }, "StatefulSet shop/vectors", "qdrant"],
    ["telemetry", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4317" }, "Deployment shop/otel", "otel-collector"],
    ["metrics of jobs", { PUSHGATEWAY_URL: "http://pushgateway:9091" }, "Deployment shop/pushgateway", "pushgateway"],
    ["documents", { TIKA_SERVER: "http://tika:9998" }, "Deployment shop/tika", "tika"],
  ])("%s", (_, variables, target, id) => {
    const [candidate, ...rest] = candidatesOf(shop(variables));
    expect(rest).toEqual([]);
    expect(candidate).toMatchObject({ target, intent: { runs: { service: id } }, application: "shop" });
    expect(candidate?.because).toMatch(/^shop\/web\.yaml: \w+ names \w+, which no Service answers/);
  });

  test.each([
    ["a Service answers", { CACHE: "redis://cache:6379" }, { "shop/s.yaml": service("cache", 6379) }],
    ["nothing of the catalogue speaks it", { BROKER: "amqp://broker:5672" }, {}],
    ["it listens elsewhere", { CACHE: "redis://cache:6380" }, {}],
    ["it is encrypted", { CACHE: "rediss://cache:6379" }, {}],
    ["another host of the internet", { CACHE: "redis://cache.example.com:6379" }, {}],
    ["this pod itself", { CACHE: "redis://localhost:6379" }, {}],
    ["a namespace nobody shows", { CACHE: "redis://cache.elsewhere:6379" }, {}],
    ["a cluster of its own kind", { CACHE: "redis://redis-cluster:6379" }, {}],
    ["other software on the same port", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://jaeger:4317" }, {}],
    ["its workload is there", { CACHE: "redis://cache:6379" }, { "shop/c.yaml": deployment("cache") }],
    [
      "it runs under another name",
      { CACHE: "redis://cache:6379" },
      { "shop/c.yaml": deployment("r", { image: "redis:7.4.1" }) },
    ],
    ["a password in plain text", { CACHE: "redis://:geheim@cache:6379" }, {}],
    ["a password given in plain text", { REDIS_URL: "redis://cache:6379", REDIS_PASSWORD: "geheim" }, {}],
    ["a login it does not have", { NATS_URL: "nats://events:4222", NATS_TOKEN: secret("n") }, {}],
    [
      "a chart may bring it",
      { CACHE: "redis://cache:6379" },
      { "apps/h.yaml": application("charts", "charts", "shop"), "charts/Chart.yaml": "name: x\n" },
    ],
    [
      "an operator may make it",
      { CACHE: "redis://cache-master:6379" },
      { "shop/r.yaml": "apiVersion: databases.example.com/v1\nkind: RedisFailover\nmetadata: {name: cache}\n" },
    ],
    ["no text of one line", { NOTES: "see redis\ncache: 6379\nredis:6379x" }, {}],
    ["a name nobody can have", { CACHE: "redis://9cache:6379" }, {}],
  ])("not where %s", (_, variables, more) => {
    expect(candidatesOf(shop(variables, more))).toEqual([]);
  });

  test("a Probe names whom it has asked, and a mounted configuration its targets", () => {
    const found = candidatesOf(quay()).map(({ target }) => target);
    expect(found).toContain("Deployment monitoring/blackbox-exporter");
    const config = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata:\n  p.yml: |\n    # old: bb:9115\n    relabel_configs:\n      - replacement: prober:9115\n`;
    const mount = "          volumeMounts: [{name: c, mountPath: /etc/p}]\n";
    const prometheus = deployment("prometheus", {
      extra: mount,
      podExtra: "      volumes: [{name: c, configMap: {name: p}}]\n",
    });
    const platform = shop({}, { "shop/p.yaml": prometheus, "shop/c.yaml": config });
    expect(candidatesOf(platform).map(({ target }) => target)).toEqual(["Deployment shop/prober"]);
  });

  test("the password its clients take, by the very same reference", () => {
    const [candidate] = candidatesOf(shop({ REDIS_URL: "redis://cache:6379", REDIS_PASSWORD: secret("cache") }));
    expect(candidate?.intent).toMatchObject({
      runs: { service: "redis", password: { name: "cache", key: "password" } },
    });
    const files = filesOf(
      candidate?.intent ?? {},
      shop({ REDIS_URL: "redis://cache:6379", REDIS_PASSWORD: secret("cache") }),
    );
    expect(JSON.stringify(files)).toContain("--requirepass");
    expect(filesOf(candidate?.intent ?? {}, shop({}))).toMatch(/no workload of shop takes password from Secret cache/);
  });

  test("what is said decides which of them is meant, and nothing said about any means none", () => {
    const platform = shop({ A: "redis://cache:6379", B: "nats://events:4222" });
    const targets = (about: string) => candidatesOf(platform, about).map(({ target }) => target);
    expect(targets("put a cache in front of the catalogue")).toEqual(["Deployment shop/cache"]);
    expect(targets("a message queue between the services")).toEqual(["StatefulSet shop/events"]);
    expect(targets("set memory limits")).toEqual([]);
    expect(intents.get(KIND)?.forms("run Qdrant as the vector database")).toEqual(["qdrant"]);
  });

  test("a technology that is chosen by name and runs nowhere, only where it is spoken of", () => {
    const chosen = shop({ VECTOR_STORE: "qdrant" });
    expect(candidatesOf(chosen)).toEqual([]);
    expect(candidatesOf(chosen, "a vector database").map(({ target }) => target)).toEqual(["StatefulSet shop/qdrant"]);
    const runs = { "shop/q.yaml": deployment("q", { image: "qdrant/qdrant:v1.9.0" }) };
    expect(candidatesOf(shop({ VECTOR_STORE: "qdrant" }, runs), "a vector database")).toEqual([]);
    expect(candidatesOf(shop({ COLOUR: "qdrant" }), "a vector database")).toEqual([]);
  });
});

describe("what is written", () => {
  test.each(["quay", "dock"] as const)("on %s", async (name) => {
    const platform = name === "quay" ? quay() : dock();
    for (const kind of ["deploy-service", "add-service", "expose-service"]) {
      const report = (intents.get(kind)?.candidates(platform) ?? []).map(({ intent, target, because }) => {
        const rendered = renderChangeSet(intent, platform);
        if (rendered.kind === "refused") throw new Error(rendered.because);
        const { verdict, changes, changeSet } = rendered;
        const rules = verdict.rules.map(({ rule, message }) => `#   ${rule}: ${message}`);
        const files = changeSet.files.flatMap(({ path, after }) => [`=== ${path}`, after ?? ""]);
        return [
          `# ${target}: ${because}`,
          ...changes.map((one) => `# ${one}`),
          `# ${verdict.decision}`,
          ...rules,
          ...files,
        ].join("\n");
      });
      await expect(report.join("\n")).toMatchFileSnapshot(`golden/${name}-${kind}.txt`);
    }
  });

  const used = Object.fromEntries(
    catalogue.flatMap(({ images: [image] }, index) => [[`other/${index}.yaml`, deployment(`o${index}`, { image })]]),
  );
  const everything = shop({}, { ...used, "apps/o.yaml": application("other", "other", "other") });

  test.each(catalogue.flatMap(({ id, kinds }) => kinds.map((kind) => [id, kind] as const)))(
    "%s as a %s is judged fit",
    (id, workload) => {
      const intent = { kind: KIND, namespace: "shop", name: "new", workload, runs: { service: id } };
      const result = renderChangeSet(intent, everything);
      if (result.kind === "refused") throw new Error(result.because);
      expect(result.verdict.rules).toEqual([]);
      const after = withChanges(everything, result.changeSet.files);
      const made = after.resources.find(({ kind, name }) => kind === workload && name === "new");
      const [container] = (made === undefined ? undefined : asWorkload(made))?.containers ?? [];
      expect(container?.image).toBe(catalogue.find((one) => one.id === id)?.images[0]);
      const ports = [...JSON.stringify(container?.spec["ports"]).matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name);
      for (const probe of ["readinessProbe", "livenessProbe"]) {
        const asked = /"port":"([^"]+)"/.exec(JSON.stringify(container?.spec[probe]))?.[1];
        if (asked !== undefined) expect(ports).toContain(asked);
      }
    },
  );

  test("the version the repository runs already, unless it is built in another way", () => {
    const image = (more: string) =>
      JSON.stringify(filesOf(redis, shop({}, { "shop/r.yaml": deployment("r", { image: more }) })));
    expect(image("mirror.example.com/cache/redis:7.2.5")).toContain("mirror.example.com/cache/redis:7.2.5");
    expect(image("docker.io/bitnami/redis:7.2.5")).toContain("redis:7.4.1-alpine");
    expect(image("redis:latest")).toContain("redis:7.4.1-alpine");
    expect(image("valkey/valkey:8.0.1")).toContain("valkey/valkey:8.0.1");
  });

  test("a collector hands traces on to the store the repository shows", () => {
    const tempo = {
      "shop/t.yaml": deployment("tempo", { image: "grafana/tempo:2.6.1" }),
      "shop/s.yaml": service("tempo", 4317),
    };
    const intent = { namespace: "shop", name: "otel", workload: "Deployment", runs: { service: "otel-collector" } };
    expect(JSON.stringify(filesOf(intent, shop({}, tempo)))).toContain("endpoint: tempo.shop.svc:4317");
    expect(JSON.stringify(filesOf(intent, shop({})))).not.toContain("insecure");
  });

  test("sizes: the LimitRange, then others of the same image, then what is planned for it", () => {
    const range = (text: string) => ({
      "shop/l.yaml": `apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: Container, ${text}}]}\n`,
    });
    const text = (more: Readonly<Record<string, string>>) => JSON.stringify(filesOf(redis, shop({}, more)));
    expect(text(range("default: {cpu: 300m, memory: 200Mi}, defaultRequest: {cpu: 20m, memory: 100Mi}"))).toMatch(
      /cpu: 20m\\n *memory: 100Mi\\n *limits:\\n *cpu: 300m\\n *memory: 200Mi/,
    );
    expect(text(range("max: {memory: 64Mi}"))).toContain("memory: 64Mi");
    expect(text(range("max: {memory: 16Mi}"))).toMatch(/it needs 32Mi of memory, and may have 16Mi/);
    expect(text({})).toMatch(/192mb.*memory: 256Mi/);
  });
});

test("the survey says what runs, what is missing, and why nothing is done about it", () => {
  const platform = shop(
    { A: "redis://cache:6379", B: "amqp://broker:5672" },
    { "shop/q.yaml": deployment("q", { image: "nats:2.10.22" }) },
  );
  const survey = intents.get(KIND)?.survey(platform);
  expect(survey?.done).toEqual(["shop/q.yaml: Deployment shop/q runs nats"]);
  expect(survey?.open.map(({ target }) => target)).toEqual(["Deployment shop/cache", "Service shop/broker"]);
});
