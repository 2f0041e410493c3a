import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXPERTS } from "../../../shared/domain/improvement.ts";
import { adviceIn } from "../../../shared/domain/lexicon/advice.ts";
import { technologiesNamed } from "../../../shared/domain/lexicon/presence.ts";
import { stanceOn } from "../../../shared/domain/lexicon/stance.ts";
import { matchTopics, TOPICS, topicById, topicOf, topicsIn } from "../../../shared/domain/lexicon.ts";
import { intents } from "../../../shared/intents/registry.ts";

const ids = (text: string) => topicsIn(text).map(({ id }) => id);

describe("the table of topics", () => {
  test("ids are unique, every expert has topics, every intent is carried by a topic", () => {
    expect(new Set(TOPICS.map(({ id }) => id)).size).toBe(TOPICS.length);
    for (const expert of EXPERTS) expect(TOPICS.some((topic) => topic.expert === expert)).toBe(true);
    const carried = new Set(TOPICS.flatMap(({ intent }) => intent ?? []));
    expect([...carried].sort()).toEqual([...intents.keys()].sort());
  });

  test.each(TOPICS.map((topic) => [topic.id, topic] as const))(
    "the title and the advice of %s lead back to it",
    (id, topic) => {
      expect(ids(topic.title)[0]).toBe(id);
      expect(ids(`${topic.title}. ${topic.advice}`)[0]).toBe(id);
      expect(topicOf({ title: topic.title, description: "Back up Postgres nightly and set memory limits." })?.id).toBe(
        id,
      );
      expect(topic.title.length).toBeLessThanOrEqual(120);
      expect(topicById(id)).toBe(topic);
    },
  );
});

test.each([
  ["Set memory limits on the Postgres StatefulSet", "resource-limits"],
  ["Alert when Postgres replication lag grows", "alert-rules"],
  ["Encrypt the database volumes", "encryption-at-rest"],
  ["Restrict ingress traffic to the payment namespace", "network-policy"],
  ["Schedule nightly backups of MySQL", "database-backups"],
  ["Rotate the Redis password and all API keys", "secret-rotation"],
  ["Put PgBouncer before Postgres", "connection-pooling"],
  ["Trace LLM calls with OpenTelemetry", "tracing"],
  ["Scrape the Redis exporter with a ServiceMonitor", "service-monitors"],
  ["Scale the Kafka consumers with KEDA", "event-driven-scaling"],
  ["Scale the workers to zero at night", "event-driven-scaling"],
  ["Scale the mail worker on queue length", "event-driven-scaling"],
  ["Add a ScaledObject to the resizer", "event-driven-scaling"],
  ["Scale consumers by lag, not by CPU", "event-driven-scaling"],
  ["Use an HPA for the web tier", "autoscaling"],
  ["Autoscale the API on CPU", "autoscaling"],
  ["Add a HorizontalPodAutoscaler to stateless services", "autoscaling"],
  ["Deploy a Grafana MCP server", "mcp-servers"],
  ["Encrypt traffic between services with mTLS in Linkerd", "mtls"],
  ["Version database schema migrations with Flyway", "schema-migrations"],
])("the action asked for wins over the noun: %s", (text, id) => {
  expect(ids(text)[0]).toBe(id);
});

test.each([
  ["The author authored an authority on maps", "authentication"],
  ["The map application happens to be capable", "network-segmentation"],
  ["Dragging fragments of a storage rag-tag story", "resource-quotas"],
  ["Her dexterity with indexes of books", "authentication"],
  ["The probed problem was probable", "probes"],
  ["delimits and unlimitedness in pods", "resource-limits"],
  ["Opaque shapes", "admission-policies"],
  ["Kpdbx is a word", "disruption-budgets"],
])("words inside words do not count: %s", (text, id) => {
  expect(ids(text)).not.toContain(id);
});

test("a hint counts only among words of the field", () => {
  expect(ids("You should know your limits")).toEqual([]);
  expect(ids("Always have a backup plan for your career")).toEqual([]);
  expect(ids("Every pod should have limits")).toContain("resource-limits");
  expect(matchTopics("They need limits.", "We looked at the pods.")[0]?.topic.id).toBe("resource-limits");
});

test("letters of other scripts are letters, too", () => {
  expect(ids("Über-mtls-größe")).toContain("mtls");
  expect(ids("ämtls mtlsß")).toEqual([]);
});

test("case does not matter and repetition adds nothing", () => {
  const once = matchTopics("network policy")[0];
  expect(matchTopics("NETWORK POLICY network policy Network-Policy network policy")[0]?.score).toBeLessThanOrEqual(
    (once?.score ?? 0) * 2,
  );
});

test("strongest first, whatever the text", () => {
  const words = fc.constantFrom(
    "set",
    "memory",
    "limits",
    "the",
    "postgres",
    "backup",
    "every",
    "night",
    "rbac",
    "alerts",
    "network",
    "policy",
    ",",
    ".",
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), (list) => {
      const scores = matchTopics(list.join(" ")).map(({ score }) => score);
      expect([...scores].sort((a, b) => b - a)).toEqual(scores);
    }),
    { numRuns: 40 },
  );
});

describe("stance", () => {
  const stance = (sentence: string, id: string) => {
    const match = matchTopics(sentence).find(({ topic }) => topic.id === id);
    if (match === undefined) throw new Error(`${id} is not in: ${sentence}`);
    return stanceOn(sentence, match);
  };

  test.each([
    ["Always set memory limits.", "resource-limits"],
    ["Never run a pod without limits.", "resource-limits"],
    ["Don't forget to set memory limits.", "resource-limits"],
    ["You shouldn't ship anything without readiness probes.", "probes"],
    ["There is no excuse for skipping readiness probes.", "probes"],
    ["Memory limits should never be optional.", "resource-limits"],
    ["Pods without memory limits should not be admitted.", "resource-limits"],
    ["I can't recommend readiness probes enough.", "probes"],
    ["Nothing goes to production without a network policy.", "network-policy"],
    ["Never run containers as root.", "pod-security"],
    ["Instead of plain passwords in Git, use sealed secrets.", "secrets"],
    ["To avoid noisy neighbours, set memory limits.", "resource-limits"],
    ["If you don't set memory limits, one pod kills the node.", "resource-limits"],
    ["We got rid of cluster admin everywhere.", "rbac"],
    ["Use a network policy, not a firewall.", "network-policy"],
    ["Don’t wait: schedule nightly backups of the database.", "database-backups"],
  ])("for: %s", (sentence, id) => {
    expect(stance(sentence, id)).toEqual({ for: true, against: false });
  });

  test.each([
    ["Don't set CPU limits.", "resource-limits"],
    ["Do not set CPU limits because they throttle your service.", "resource-limits"],
    ["You should avoid CPU limits.", "resource-limits"],
    ["We removed the CPU limits and latency got better.", "resource-limits"],
    ["CPU limits were a mistake for us.", "resource-limits"],
    ["You don't need a service mesh.", "service-mesh"],
    ["We ripped out the service mesh.", "service-mesh"],
    ["Never put Kafka between two services.", "message-queues"],
    ["Network policies do not work on that plugin.", "network-policy"],
    ["You must give everybody cluster admin.", "rbac"],
    ["dont set cpu limits", "resource-limits"],
    ["Stop adding sidecar proxies.", "service-mesh"],
  ])("against: %s", (sentence, id) => {
    expect(stance(sentence, id)).toEqual({ for: false, against: true });
  });

  test("both, when one sentence does both", () => {
    expect(stance("Set memory limits, but don't set CPU limits.", "resource-limits")).toEqual({
      for: true,
      against: true,
    });
  });
});

describe("advice", () => {
  test.each([
    ["Always set memory limits on every container.", "rule"],
    ["Make sure that backups run.", "rule"],
    ["What saved us was a memory limit.", "fix"],
    ["The fix was boring: a limit.", "fix"],
    ["So, first of all, pin your images.", "imperative"],
    ["When in doubt, use a readiness probe.", "imperative"],
    ["You should rotate your secrets.", "advice"],
    ["We started to put quotas on every namespace.", "practice"],
    ["You could look at KEDA.", "suggestion"],
    ["Without limits one leak takes down the whole node.", "consequence"],
  ])("%s is a %s", (sentence, form) => {
    expect(adviceIn(sentence)?.form).toBe(form);
  });

  test.each([
    "Should you set memory limits?",
    "Some people say you should always set CPU limits.",
    "I used to think you must run everything on bare metal.",
    "Today I'm going to talk about why you should set limits.",
    "How many of you always set limits",
    "The cluster has forty nodes.",
    "It was raining and the train was late.",
  ])("no advice: %s", (sentence) => {
    expect(adviceIn(sentence)).toBeUndefined();
  });

  test("a hedge makes a rule a suggestion", () => {
    expect(adviceIn("Maybe you should always set limits.")?.explicitness).toBeLessThan(0.6);
  });
});

test("technologies are found in paths and contents, as words or beginnings of long words", () => {
  const topic = topicById("postgres-operations");
  const queues = topicById("message-queues");
  if (topic === undefined || queues === undefined) throw new Error("topics are missing");
  const files = (content: string | null) => new Map([["apps/shop/db.yaml", { content }]]);
  expect(technologiesNamed(topic, files("image: docker.io/bitnami/postgresql:16"))).toEqual(["postgres"]);
  expect(technologiesNamed(topic, files("image: mypostgres"))).toEqual([]);
  expect(technologiesNamed(topic, files(null))).toEqual([]);
  expect(technologiesNamed(queues, new Map([["apps/kafka/x.yaml", { content: "a: unnatsural" }]]))).toEqual(["kafka"]);
});
