import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDocuments } from "../../../../shared/knowledge/decisions/documents.ts";
import { judge } from "../../../../shared/knowledge/decisions/judge.ts";
import { settingsIn } from "../../../../shared/knowledge/decisions/settings.ts";

function read(text: string, path = "docs/adr/0001-x.md") {
  return readDocuments([{ path, parts: [{ text, from: 1, headings: [] }] }]);
}

function settingFactsOf(text: string, path?: string): readonly string[] {
  return read(text, path).facts.flatMap(({ subject, relation, owner = [], scope, strength, source }) =>
    relation.kind === "limits"
      ? [
          [
            `${source.from}:`,
            subject.name,
            relation.bound.op,
            relation.bound.amount,
            ...(owner.length > 0 ? [`of ${owner.join("+")}`] : []),
            ...scope.environments.map((one) => `in ${one}`),
            ...(strength === "rule" ? [] : [`(${strength})`]),
          ].join(" "),
        ]
      : [],
  );
}

function verdict(document: string, title: string, description = "", notes = ""): string {
  return judge({ title, description, implementation_notes: notes, quotes: [] }, read(document))[0]?.result ?? "nothing";
}

describe("numbers with names in a sentence", () => {
  test.each([
    ["Min Pool Size: 5 workers", "pool+size >= 5 count"],
    ["minPoolSize: 5", "pool+size >= 5 count"],
    ["MAX_CONNECTIONS=200", "connection <= 200 count"],
    ["timeout 30s", "timeout = 30 duration"],
    ["timeoutSeconds: 30", "timeout = 30 duration"],
    ["A timeout of 5m for uploads", "timeout = 300 duration of uploads"],
    ["The idle timeout of the gateway must stay below 5 minutes", "idle+timeout < 300 duration of gateway"],
    ["The gateway's timeout is raised from 30s to 60s", "gateway+timeout = 60 duration"],
    ["Gateway: request timeout 30s", "request+timeout = 30 duration of Gateway"],
    ["Connections must not exceed 200 per pod", "connection <= 200 count of pod"],
    ["The gateway has at most 200 connections", "connection <= 200 count of gateway"],
    ["The pool keeps at least three workers", "worker >= 3 count of pool"],
    ["No queue has more than 5 consumers", "consumer <= 5 count of queue"],
    ["Rate limit of the search API: 100 requests per second", "rate+limit <= 100 rate of search+API"],
    ["Rate limit: 600 requests per minute", "rate+limit <= 10 rate"],
    ["CPU request: 250m", "cpu+request = 0.25 cpu"],
    ["Heap size is 1.5Gi or less", "heap+size <= 1610612736 bytes"],
    ["Batch size: 1,000 rows", "batch+size = 1000 count"],
    ["Surge: 50%", "surge = 50 percent"],
    ["number of workers: 5", "worker = 5 count of number"],
    ["A minimum pool size of zero", "pool+size >= 0 count"],
  ])("%s: %s", (text, expected) => {
    const found = settingsIn(text).map(
      ({ name, op, amount, dimension, owner }) =>
        `${name.words.join("+")} ${op} ${amount} ${dimension}${owner.length > 0 ? ` of ${owner.join("+")}` : ""}`,
    );
    expect(found).toEqual([expected]);
  });

  test.each([
    "Pull from 10.1.2.3:5000 since 2025-11-20",
    "Version 1.2.3 of the chart",
    "It falls by 30%",
    "A cache instead of 30s",
    "One of the workers",
  ])("no setting: %s", (text) => {
    expect(settingsIn(text)).toEqual([]);
  });

  test("never throws, whatever stands there", () => {
    const words = [
      "5",
      "30s",
      "of",
      "the",
      ":",
      "=",
      "from",
      "to",
      "pool size",
      "minSize",
      "at least",
      "per second",
      "%",
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: "grapheme" }))), (parts) => {
        settingsIn(parts.join(" "));
      }),
    );
  });
});

describe("settings that were decided", () => {
  test("a list under the title of a record", () => {
    const text =
      "# ADR 3: Worker pool management\n\n**Status**: Accepted\n\n## Decision\n\nImplement a worker pool with:\n\n- **Min Pool Size**: 5 workers\n- **Max Pool Size**: 20 workers\n- **Scale Down**: When idle > 5 minutes\n";

    expect(settingFactsOf(text)).toEqual(["9: pool size >= 5 of worker", "10: pool size <= 20 of worker"]);
  });

  test("a table of settings, with the subject of each row", () => {
    const text =
      "# Limits everybody keeps to\n\n## Rules\n\n| Service | Setting | Minimum | Maximum |\n|---|---|---|---|\n| gateway | request timeout | 5s | 30s |\n| mailer | batch size |  | 500 |\n";

    expect(settingFactsOf(text, "docs/limits.md")).toEqual([
      "7: request timeout >= 5 of gateway",
      "7: request timeout <= 30 of gateway",
      "8: batch size <= 500 of mailer",
    ]);
  });

  test("a table whose heads are the settings", () => {
    const text =
      "# Policy\n\n| Service | Request timeout | Pool size |\n|---|---|---|\n| gateway | 30s | at most 40 |\n";

    expect(settingFactsOf(text, "docs/policy.md")).toEqual([
      "5: request timeout = 30 of gateway",
      "5: pool size <= 40 of gateway",
    ]);
  });

  test("items belong to the item they stand under", () => {
    const text = "# Rules\n\n- Gateway:\n  - idle timeout: 90s\n- Mailer:\n  - idle timeout: 5s\n";

    expect(settingFactsOf(text, "docs/rules.md")).toEqual([
      "4: idle timeout = 90 of gateway",
      "6: idle timeout = 5 of mailer",
    ]);
  });

  test("what a type was read from already is not read twice", () => {
    expect(settingFactsOf("# X\n\n## Decision\n\n- Retention: 30 days\n- Replicas: at least 3\n")).toEqual([
      "5: retention = 2592000",
      "6: replica >= 3",
    ]);
  });

  test.each([
    ["prose that binds nobody", "# Notes\n\nThe request timeout is 30s.\n", "docs/notes.md"],
    ["what was measured", "# X\n\n## Decision\n\nWe use NATS.\n\n## Consequences\n\nLatency: 5ms\n", undefined],
    ["what is counted", "# X\n\n## Decision\n\nWe run 5 nodes in 2 zones.\n", undefined],
  ])("no rule: %s", (_, text, path) => {
    expect(settingFactsOf(text, path)).toEqual([]);
  });
});

const pool =
  "# 3. Worker pool management\n\nStatus: accepted\n\n## Decision\n\n- Min Pool Size: 5 workers\n- Max Pool Size: 20 workers\n";
const rule = (text: string): string => `# 1. X\n\n## Decision\n\n${text}\n`;
const gateway = "# Gateway\n\n## Decision\n\n- Request timeout: 30s\n- Buffer size: at most 64Mi\n";

describe("a number that is wanted against a number that was decided", () => {
  test.each([
    [pool, "Set the minimum worker pool size to 0", "conflict"],
    [pool, "Set the minimum worker pool size to 5", "compatible"],
    [pool, "Set the minimum worker pool size to 8", "compatible"],
    [pool, "Raise the maximum size of the worker pool from 20 to 50", "conflict"],
    [pool, "Lower the maximum size of the worker pool to 3", "conflict"],
    [pool, "Let the worker pool have a size of 12", "compatible"],
    [pool, "Set the minimum pool size of the database connections to 2", "nothing"],
    [pool, "Set the minimum batch size of the workers to 1", "nothing"],
    [pool, "Raise the maximum pool size to 40 workers", "conflict"],
    [pool, "Raise the maximum pool size to 40 connections", "nothing"],
    [gateway, "Raise the request timeout of the gateway to 60s", "conflict"],
    [gateway, "The gateway gets a request timeout of 0.5 min", "compatible"],
    [gateway, "Raise the request timeout of the mailer to 60s", "nothing"],
    [gateway, "Raise the idle timeout of the gateway to 60s", "nothing"],
    [gateway, "Give the gateway a buffer size of 0.25Gi", "conflict"],
    [gateway, "Give the gateway a buffer size of 32768Ki", "compatible"],
    [gateway, "Set a request timeout of 45 on the gateway", "unknown"],
    [rule("Request timeouts must be at most 30s."), "Raise the request timeout of the mailer to 60s", "conflict"],
    [rule("Request timeouts must be at most 30s."), "Lower the request timeout of the mailer to 500ms", "compatible"],
    [rule("In production the request timeout is 30s."), "Raise the request timeout in staging to 2 min", "nothing"],
    [rule("In production the request timeout is 30s."), "Raise the request timeout in production to 2 min", "conflict"],
    [rule("Kafka runs with at least 3 replicas."), "Run Kafka with 1 replica", "conflict"],
    [rule("Kafka runs with at least 3 replicas."), "Run the mailer with 1 replica", "nothing"],
    [rule("The checkout must have at least 2 replicas."), "Scale the mailer to 1 replica", "nothing"],
    [rule("The checkout must have at least 2 replicas."), "Scale the checkout to 1 replica", "conflict"],
    [rule("Retention: 30 days"), "Set the retention to 90 days", "conflict"],
    [rule("Retention: 30 days"), "Set the retention to 720h", "compatible"],
    [rule("Rate limit: 600 requests per minute"), "Raise the rate limit to 50 requests per second", "conflict"],
    [rule("Rate limit: 600 requests per minute"), "Set the rate limit to 8 rps", "compatible"],
    [rule("CPU throttling threshold: 80%"), "Set the CPU throttling threshold to 0.8", "compatible"],
    [
      rule("Eviction threshold: 80%, except for the cruncher"),
      "Set the eviction threshold of the cruncher to 95%",
      "compatible",
    ],
    [rule("The session lifetime is at most 12 hours."), "The session lifetime is prolonged to 7 days", "conflict"],
    [rule("Default request timeout: 30s"), "Set the request timeout of the mailer to 45s", "nothing"],
  ])("%#: %s / %s: %s", (document, title, expected) => {
    expect(verdict(document, title)).toBe(expected);
  });

  test("the notes set what the title only speaks of", () => {
    expect(
      verdict(
        pool,
        "Drop the pre-warmed worker pool",
        "Workers are spawned on demand; a minimum pool size of 0 saves memory.",
        "minSize: 0 in the worker pool",
      ),
    ).toBe("conflict");
  });

  test("how things are today is no wish", () => {
    expect(
      verdict(gateway, "Set the request timeout of the gateway to 30s", "Currently the request timeout is 90s."),
    ).toBe("compatible");
  });

  test("the citation is the line that sets it", () => {
    const [first] = judge(
      { title: "Set the minimum worker pool size to 0", description: "", implementation_notes: "", quotes: [] },
      read(pool),
    );

    expect(first).toMatchObject({
      because: "pool size (worker) is at least 5, and 0 is asked for",
      source: { from: 7, quote: "Min Pool Size: 5 workers" },
    });
  });
});

const longhorn = rule("Use Longhorn for all PVCs.");
const kafka = rule("Kafka is the only message broker.");

describe("who keeps to a decision is not told to break it", () => {
  test.each([
    [longhorn, "Move search to Longhorn", "storageClassName: longhorn, 3 replicas, drop hostPath", "compatible"],
    [longhorn, "Move search from hostPath to Longhorn", "It loses its hostPath with the node.", "compatible"],
    [longhorn, "Put search on Longhorn", "Its hostPath volume goes away.", "compatible"],
    [longhorn, "Put search on Longhorn", "Today local-path ties it to a node.", "compatible"],
    [longhorn, "Put search on local-path", "Longhorn is too slow.", "conflict"],
    [longhorn, "Give search a Longhorn volume", "Its cache is put on hostPath.", "conflict"],
    [kafka, "Finish the move to Kafka", "Shut down RabbitMQ.", "compatible"],
    [kafka, "Get off RabbitMQ", "Mails are sent through Kafka.", "compatible"],
    [kafka, "Send mails through RabbitMQ", "Kafka is used for orders.", "conflict"],
  ])("%#: %s / %s, %s: %s", (document, title, description, expected) => {
    expect(verdict(document, title, description)).toBe(expected);
  });

  const journey =
    "# The journey of our search\n\nAfter an hour we made a hard decision:\n\n**For Elasticsearch (and the like):** Use **hostPath** volumes instead of distributed storage.\n";

  test.each([
    ["Move Elasticsearch to Longhorn", "unknown"],
    ["Keep Elasticsearch on hostPath", "compatible"],
    ["Move Postgres to Longhorn", "nothing"],
    ["Drop the hostPath volume of Postgres", "nothing"],
  ])("what a report announces as decided for one thing is said of that alone: %s: %s", (title, expected) => {
    expect(verdict(journey, title)).toBe(expected);
  });

  test("prose that names what is brought in leaves nothing to a person", () => {
    const text = "# Storage\n\n## Rules\n\nLonghorn distributed storage for all stateful workloads\n";

    expect(verdict(text, "Move search to distributed storage", "", "storageClassName: longhorn")).not.toBe("unknown");
  });
});
