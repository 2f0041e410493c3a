import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { addScaledObject } from "../../../shared/intents/add-scaled-object.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { orchard } from "./orchard.ts";
import { alone, type Texts, worker, workers } from "./workers.ts";

const ask = (name: string, more: object = {}) => ({
  kind: "add-scaled-object",
  workload: { kind: "Deployment", namespace: "jobs", name },
  ...more,
});

interface Written {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly scaleTargetRef: Readonly<Record<string, string>>;
    readonly pollingInterval: number;
    readonly cooldownPeriod: number;
    readonly minReplicaCount: number;
    readonly maxReplicaCount: number;
    readonly triggers: readonly {
      readonly type: string;
      readonly metadata: Readonly<Record<string, string>>;
      readonly authenticationRef?: object;
    }[];
  };
}

/** The ScaledObject for `name`, its verdict and the Deployment as it will be. */
function written(platform: Platform, name: string, more: object = {}) {
  const rendered = renderChangeSet(ask(name, more), platform);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const { files } = rendered.changeSet;
  const object = files
    .flatMap(({ after }) => parseAllDocuments(after ?? "").map((one) => one.toJS() as Written & { kind: string }))
    .find(({ kind }) => kind === "ScaledObject");
  if (object === undefined) throw new Error("no ScaledObject");
  return { ...object, verdict: rendered.verdict, changes: rendered.changes, files };
}

function why(platform: Platform, name: string, more: object = {}): string {
  const rendered = renderChangeSet(ask(name, more), platform);
  return rendered.kind === "refused" ? rendered.because : "rendered";
}

const one = (env: Readonly<Record<string, string>>, more: Texts = {}, options: Parameters<typeof worker>[2] = {}) =>
  alone({ "apps/jobs/mail.yaml": worker("mail", env, options), ...more });
const file = (kind: string, name: string, rest: string, api = "v1") =>
  `apiVersion: ${api}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: jobs}\n${rest}\n`;
const service = (name: string, port: string, app = name) =>
  file("Service", name, `spec: {selector: {app: ${app}}, ports: [${port}]}`);
const authentication = (name: string, ...parameters: string[]) =>
  file(
    "TriggerAuthentication",
    name,
    `spec: {secretTargetRef: [${parameters.map((key) => `{parameter: ${key}, name: broker, key: ${key}}`).join(", ")}]}`,
    "keda.sh/v1alpha1",
  );
const secret = "{secretKeyRef: {name: broker, key: url}}";

describe("by the example of a worker that is scaled already", () => {
  test("what differs between the workers differs between their triggers, and the replicas leave Git", () => {
    const { spec, metadata, verdict, files } = written(workers(), "mailer");
    expect(spec).toEqual({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "mailer" },
      pollingInterval: 20,
      cooldownPeriod: 90,
      minReplicaCount: 0,
      maxReplicaCount: 6,
      triggers: [
        {
          type: "rabbitmq",
          metadata: { hostFromEnv: "BROKER_URL", queueName: "mail", mode: "QueueLength", value: "8" },
        },
      ],
    });
    expect(metadata.labels["app.kubernetes.io/managed-by"]).toBe("cortex-online-school");
    expect(files.find(({ before }) => before !== null)?.after).not.toMatch(/replicas/);
    expect(verdict.decision).not.toBe("deny");
    expect(verdict.rules.map(({ rule }) => rule)).not.toContain("unknown-schema");
  });

  const RESIZER = (metadata: string, rest = "") => ({
    "apps/jobs/resizer-scaledobject.yaml": file(
      "ScaledObject",
      "resizer-scaler",
      `spec: {scaleTargetRef: {name: resizer}, triggers: [{type: rabbitmq, metadata: {${metadata}}${rest}}]}`,
      "keda.sh/v1alpha1",
    ),
  });

  test("credentials of the example are used where they are there for both", () => {
    const ref = ", authenticationRef: {name: broker}";
    const platform = workers({
      ...RESIZER("queueName: resize, mode: QueueLength, value: '4'", ref),
      "apps/jobs/auth.yaml": authentication("broker", "host"),
    });
    const { spec, metadata } = written(platform, "mailer");
    expect(spec.triggers[0]).toMatchObject({ metadata: { queueName: "mail" }, authenticationRef: { name: "broker" } });
    expect(metadata.name, "named as the others are").toBe("mailer-scaler");
  });

  test.each<[string, Texts, RegExp]>([
    [
      "credentials that are not there: by its own variables instead",
      RESIZER("queueName: resize, mode: QueueLength, value: '4'", ", authenticationRef: {name: gone}"),
      /hostFromEnv: BROKER_URL/,
    ],
    [
      "the same queue for both is no example",
      RESIZER("host: 'amqp://other.jobs:5672', queueName: thumbnails, mode: QueueLength, value: '4'"),
      /queueName: mail\n[^]*value: "4"/,
    ],
  ])("%s", (_, more, text) => {
    const added = written(workers(more), "mailer").files.find(({ before }) => before === null);
    expect(added?.after).toMatch(text);
  });

  test("an address of another broker is not taken over", () => {
    const cron = file(
      "ScaledObject",
      "cleaner",
      "spec: {scaleTargetRef: {name: cleaner}, triggers: [{type: redis, metadata: {address: 'other.cache:6379', listName: clean}}]}",
      "keda.sh/v1alpha1",
    );
    const env = (queue: string, host: string) => ({ WORK_QUEUE: queue, REDIS_ADDRESS: `${host}.cache:6379` });
    const platform = alone({
      "apps/jobs/cleaner.yaml": worker("cleaner", env("clean", "other")).replace("  replicas: 1\n", ""),
      "apps/jobs/cleaner-so.yaml": cron,
      "apps/jobs/mail.yaml": worker("mail", env("mail", "main")),
    });
    expect(written(platform, "mail").spec.triggers[0]?.metadata).toMatchObject({ addressFromEnv: "REDIS_ADDRESS" });
  });
});

describe("by its own variables", () => {
  test.each<[string, Readonly<Record<string, string>>, object]>([
    [
      "a list in Redis, by an address every namespace knows",
      { QUEUE_NAME: "mail", REDIS_ADDRESS: "redis.cache:6379" },
      { type: "redis", metadata: { addressFromEnv: "REDIS_ADDRESS", listName: "mail", listLength: "5" } },
    ],
    [
      "a short name is one of its own namespace, which KEDA is not in",
      { QUEUE_NAME: "mail", REDIS_HOST: "redis", REDIS_PORT: "6380" },
      { type: "redis", metadata: { address: "redis.jobs.svc:6380", listName: "mail", listLength: "5" } },
    ],
    [
      "a URL with a database and TLS",
      { REDIS_QUEUE: "mail:out.now", REDIS_URL: "rediss://redis.cache:6379/3" },
      {
        type: "redis",
        metadata: {
          address: "redis.cache:6379",
          databaseIndex: "3",
          enableTLS: "true",
          listName: "mail:out.now",
          listLength: "5",
        },
      },
    ],
    [
      "a password it has itself",
      { QUEUE_NAME: "mail", REDIS_ADDRESS: "redis.cache:6379", REDIS_PASSWORD: "{secretKeyRef: {name: r, key: p}}" },
      { metadata: { addressFromEnv: "REDIS_ADDRESS", passwordFromEnv: "REDIS_PASSWORD" } },
    ],
    [
      "RabbitMQ",
      { AMQP_URL: "amqp://broker.mq.svc:5672/orders", ORDERS_QUEUE: "orders", ORDERS_QUEUE_DLQ: "dead" },
      {
        type: "rabbitmq",
        metadata: { hostFromEnv: "AMQP_URL", queueName: "orders", mode: "QueueLength", value: "20" },
      },
    ],
    [
      "RabbitMQ by a short name",
      { AMQP_URL: "amqp://broker/orders", QUEUE: "orders" },
      { metadata: { host: "amqp://broker.jobs.svc/orders", queueName: "orders" } },
    ],
    [
      "what it reads, not what it writes",
      { AMQP_URL: "amqp://broker.mq:5672", INPUT_QUEUE: "raw", OUTPUT_QUEUE: "done", RETRY_QUEUE: "again" },
      { metadata: { queueName: "raw" } },
    ],
    [
      "Kafka",
      {
        KAFKA_BROKERS: "kafka-0.kafka.data:9092,kafka-1.kafka.data:9092",
        KAFKA_TOPIC: "orders",
        KAFKA_GROUP_ID: "mail",
        AUTO_OFFSET_RESET: "earliest",
      },
      {
        type: "kafka",
        metadata: {
          bootstrapServers: "kafka-0.kafka.data:9092,kafka-1.kafka.data:9092",
          consumerGroup: "mail",
          topic: "orders",
          lagThreshold: "10",
          offsetResetPolicy: "earliest",
        },
      },
    ],
  ])("%s", (_, env, trigger) => {
    const { spec, verdict } = written(one(env), "mail");
    expect(spec.triggers).toHaveLength(1);
    expect(spec.triggers[0]).toMatchObject(trigger);
    expect(spec).toMatchObject({ minReplicaCount: 0, maxReplicaCount: 5, pollingInterval: 30, cooldownPeriod: 300 });
    expect(verdict.decision).not.toBe("deny");
  });

  test("JetStream, where a Service shows the monitoring port", () => {
    const env = { NATS_URL: "nats://nats:4222", STREAM_NAME: "ORDERS", NATS_CONSUMER: "mail" };
    expect(why(one(env), "mail")).toMatch(/monitoring port/);
    const platform = one(env, {
      "apps/jobs/nats.yaml": service("nats", "{name: client, port: 4222}, {name: monitor, port: 8222}"),
    });
    expect(written(platform, "mail").spec.triggers[0]).toEqual({
      type: "nats-jetstream",
      metadata: {
        natsServerMonitoringEndpoint: "nats.jobs.svc:8222",
        account: "$G",
        stream: "ORDERS",
        consumer: "mail",
        lagThreshold: "10",
      },
    });
  });

  test("variables out of a ConfigMap count, and the container that has them is named", () => {
    const text = worker("mail", {
      QUEUE_NAME: "{configMapKeyRef: {name: settings, key: queue}}",
      REDIS_ADDRESS: "r.cache:6379",
    });
    const sidecar =
      "        - {name: proxy, image: registry.example.net/orchard/proxy:1.0.0, resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}}\n";
    const platform = alone({
      "apps/jobs/mail.yaml": text.replace("      containers:\n", `      containers:\n${sidecar}`),
      "apps/jobs/settings.yaml": file("ConfigMap", "settings", "data: {queue: letters}"),
    });
    const { spec } = written(platform, "mail");
    expect(spec.triggers[0]?.metadata["listName"]).toBe("letters");
    expect(spec.scaleTargetRef["envSourceContainerName"]).toBe("mail");
  });

  test("a secret connection goes by the one TriggerAuthentication that holds a host", () => {
    const env = { RABBITMQ_URL: secret, QUEUE_NAME: "mail" };
    expect(why(one(env), "mail")).toMatch(/RABBITMQ_URL is secret/);
    const { spec } = written(one(env, { "apps/jobs/a.yaml": authentication("rabbit", "host") }), "mail");
    expect(spec.triggers[0]).toEqual({
      type: "rabbitmq",
      metadata: { queueName: "mail", mode: "QueueLength", value: "20" },
      authenticationRef: { name: "rabbit" },
    });
    const two = {
      "apps/jobs/a.yaml": authentication("rabbit", "host"),
      "apps/jobs/b.yaml": authentication("other", "host"),
    };
    expect(why(one(env, two), "mail")).toMatch(/not clear/);
  });

  test("a person may say which of several queues is meant", () => {
    const platform = one({ AMQP_URL: "amqp://b.mq:5672", MAIL_QUEUE: "mail", NEWS_QUEUE: "news" });
    expect(why(platform, "mail")).toMatch(/MAIL_QUEUE, NEWS_QUEUE/);
    expect(addScaledObject.candidates(platform)).toEqual([]);
    const { spec } = written(platform, "mail", { variable: "NEWS_QUEUE" });
    expect(spec.triggers[0]?.metadata["queueName"]).toBe("news");
  });
});

test("a queue the repository's own rules measure, where another ScaledObject shows which Prometheus", () => {
  const rule = file(
    "PrometheusRule",
    "queues",
    `spec: {groups: [{name: q, rules: [{alert: Mail, expr: 'sum(rabbitmq_queue_messages_ready{queue="mail"}) > 100', for: 5m}]}]}`,
    "monitoring.coreos.com/v1",
  );
  const other = file(
    "ScaledObject",
    "api",
    "spec: {scaleTargetRef: {name: api}, triggers: [{type: prometheus, metadata: {serverAddress: 'http://prometheus.monitoring:9090', query: 'sum(requests)', threshold: '9'}}]}",
    "keda.sh/v1alpha1",
  );
  const env = { BROKER_URL: secret, MAIL_QUEUE: "mail" };
  const platform = one(env, { "apps/jobs/rule.yaml": rule, "apps/jobs/so.yaml": other });
  expect(written(platform, "mail").spec.triggers).toEqual([
    {
      type: "prometheus",
      metadata: {
        serverAddress: "http://prometheus.monitoring:9090",
        query: 'sum(rabbitmq_queue_messages_ready{queue="mail"})',
        threshold: "20",
      },
    },
  ]);
  expect(why(one(env, { "apps/jobs/rule.yaml": rule }), "mail")).toMatch(/which Prometheus KEDA may ask/);
});

describe("how many", () => {
  const env = { QUEUE_NAME: "mail", REDIS_ADDRESS: "redis.cache:6379" };
  const quota = (hard: string) => ({ "apps/jobs/quota.yaml": file("ResourceQuota", "q", `spec: {hard: {${hard}}}`) });
  const budget = {
    "apps/jobs/pdb.yaml": file(
      "PodDisruptionBudget",
      "m",
      "spec: {maxUnavailable: 1, selector: {matchLabels: {app: mail}}}",
      "policy/v1",
    ),
  };

  test.each<[string, Texts, number, number, number]>([
    ["as a quota allows", quota('pods: "3"'), 1, 0, 3],
    ["no room for one more: it may still rest", quota('requests.cpu: "100m"'), 1, 0, 1],
    ["twice what it has", {}, 4, 0, 8],
    ["what a budget keeps stays", budget, 2, 2, 5],
    [
      "a Service for its metrics: somebody calls it",
      { "apps/jobs/s.yaml": service("mail", "{name: metrics, port: 9102}") },
      1,
      1,
      5,
    ],
  ])("%s", (_, more, replicas, least, most) => {
    const { spec, verdict } = written(one(env, more, { replicas }), "mail");
    expect(spec).toMatchObject({ minReplicaCount: least, maxReplicaCount: most });
    expect(verdict.decision).toBe(replicas > 1 ? "human" : verdict.decision);
    expect(verdict.decision).not.toBe("deny");
  });

  test("not beyond the partitions of its topic", () => {
    const kafka = { KAFKA_BROKERS: "kafka.data:9092", KAFKA_TOPIC: "orders", KAFKA_GROUP_ID: "mail" };
    const topic = {
      "apps/jobs/t.yaml": file("KafkaTopic", "orders", "spec: {partitions: 3}", "kafka.strimzi.io/v1beta2"),
    };
    expect(written(one(kafka, topic, { replicas: 2 }), "mail").spec.maxReplicaCount).toBe(3);
  });

  test.each([
    [5, 60, 60],
    [30, 60, 120],
    [120, 100, 390],
    [10, 600, 600],
  ])("polled every %d s, %d s of cool-down become %d", (polling, cooldown, expected) => {
    const example = file(
      "ScaledObject",
      "other",
      `spec: {scaleTargetRef: {name: other}, pollingInterval: ${polling}, cooldownPeriod: ${cooldown}, triggers: []}`,
      "keda.sh/v1alpha1",
    );
    const { spec } = written(one(env, { "apps/jobs/other.yaml": example }), "mail");
    expect(spec).toMatchObject({ pollingInterval: polling, cooldownPeriod: expected });
  });
});

describe("refused, and no candidate", () => {
  const env = { QUEUE_NAME: "mail", REDIS_ADDRESS: "redis.cache:6379" };
  const target = "scaleTargetRef: {kind: Deployment, name: mail}";
  test.each<[string, Platform, RegExp]>([
    ["no KEDA", orchard(), /there is no Deployment|no KEDA/],
    [
      "an HPA",
      one(env, { "apps/jobs/h.yaml": file("HorizontalPodAutoscaler", "h", `spec: {${target}}`, "autoscaling/v2") }),
      /already/,
    ],
    [
      "a ScaledObject",
      one(env, {
        "apps/jobs/h.yaml": file("ScaledObject", "h", "spec: {scaleTargetRef: {name: mail}}", "keda.sh/v1alpha1"),
      }),
      /already/,
    ],
    ["no variables", one({ LOG_LEVEL: "info" }), /names a queue/],
    ["a queue and no broker", one({ QUEUE_NAME: "mail" }), /names a queue/],
    ["a broker and no queue", one({ REDIS_ADDRESS: "redis.cache:6379" }), /names a queue/],
    ["two brokers", one({ ...env, AMQP_URL: "amqp://b.mq:5672" }), /several brokers/],
    [
      "a Service leads to it",
      one(env, { "apps/jobs/s.yaml": service("mail", "{name: http, port: 80}") }),
      /may be what fills/,
    ],
    ["a list of a framework", one({ ...env, BULL_PREFIX: "bull" }), /keys of its own/],
    ["Sentinel", one({ ...env, REDIS_SENTINEL_HOSTS: "a:26379" }), /Sentinel/],
    [
      "a password in the address",
      one({ QUEUE_NAME: "mail", REDIS_URL: "redis://:hunter2@redis.cache:6379" }),
      /holds a password/,
    ],
    [
      "a password that KEDA could not use",
      one({ QUEUE: "mail", AMQP_URL: "amqp://me:hunter2@broker:5672" }),
      /not copied/,
    ],
    ["the pod itself", one({ QUEUE_NAME: "mail", REDIS_HOST: "localhost" }), /the pod itself/],
    [
      "Kafka with a login",
      one({ KAFKA_BROKERS: "k.data:9092", TOPIC: "o", GROUP_ID: "g", KAFKA_SASL_USERNAME: "u" }),
      /logs in/,
    ],
    [
      "several queues in one variable",
      one({ QUEUE_NAMES: "a,b", REDIS_ADDRESS: "r.c:6379", QUEUE_NAME: "a b" }),
      /does not name one/,
    ],
    ["two that read it", one(env, { "apps/jobs/w.yaml": worker("web", env) }), /which of them reads it/],
    ["none on purpose", one(env, {}, { replicas: 0 }), /zero/],
    ["a queue out of a Secret", one({ QUEUE_NAME: secret, REDIS_ADDRESS: "r.c:6379" }), /not in the repository/],
  ])("%s", (_, platform, because) => {
    expect(why(platform, "mail")).toMatch(because);
    expect(why(platform, "mail")).not.toMatch(/hunter2/);
    expect(addScaledObject.candidates(platform)).toEqual([]);
  });

  test("a worker by name reads what another fills", () => {
    const platform = alone({ "apps/jobs/a.yaml": worker("mail-worker", env), "apps/jobs/b.yaml": worker("mail", env) });
    expect(addScaledObject.candidates(platform).map(({ target: found }) => found)).toEqual([
      "Deployment jobs/mail-worker",
    ]);
  });

  test.each([
    [{ variable: "A; B" }, /not the name of a variable/],
    [{ variable: "$(X)" }, /not the name of a variable/],
    [{ extra: true }, /nrecognized/],
    [{ workload: { kind: "StatefulSet", namespace: "jobs", name: "mail" } }, /not valid/],
    [{ workload: { kind: "Deployment", namespace: "../jobs", name: "mail" } }, /not a Kubernetes name/],
  ])("hostile: %o", (more, because) => {
    expect(why(one(env), "mail", more)).toMatch(because);
  });
});

test("the survey says what is done, what is open and why not", () => {
  const { done, open, exempt } = addScaledObject.survey(workers());
  expect(done).toEqual(["apps/jobs/resizer-scaledobject.yaml: ScaledObject resizer"]);
  expect(open.map(({ target }) => target)).toEqual(["Deployment jobs/mailer"]);
  expect(exempt).toEqual([]);
  expect(addScaledObject.survey(orchard()).open[0]?.because).toMatch(/no KEDA/);
});
