import { describe, expect, test } from "vitest";
import { addScaledObject } from "../../../shared/intents/workloads/add-scaled-object.ts";
import { orchard } from "./orchard.ts";
import { authentication, file, one, secret, service, why, written } from "./scaled.ts";
import { alone, type Texts, worker, workers } from "./workers.ts";

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

test("the survey says what is done, what is open and why not", () => {
  const { done, open, exempt } = addScaledObject.survey(workers());
  expect(done).toEqual(["apps/jobs/resizer-scaledobject.yaml: ScaledObject resizer"]);
  expect(open.map(({ target }) => target)).toEqual(["Deployment jobs/mailer"]);
  expect(exempt).toEqual([]);
  expect(addScaledObject.survey(orchard()).open[0]?.because).toMatch(/no KEDA/);
});
