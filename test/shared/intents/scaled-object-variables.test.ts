import { describe, expect, test } from "vitest";
import { addScaledObject } from "../../../shared/intents/workloads/add-scaled-object.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { orchard } from "./orchard.ts";
import { authentication, file, one, secret, service, why, written } from "./scaled.ts";
import { alone, worker } from "./workers.ts";

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
