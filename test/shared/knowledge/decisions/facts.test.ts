import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDocuments } from "../../../../shared/knowledge/decisions/documents.ts";
import type { Fact } from "../../../../shared/knowledge/decisions/fact.ts";
import { isDecisionChunk } from "../../../../shared/knowledge/decisions/looks.ts";
import { cpuTimeOf } from "../../../support/cpu-time.ts";

function factsOf(text: string, path = "docs/adr/0001-x.md"): readonly Fact[] {
  return readDocuments([{ path, parts: [{ text, from: 1, headings: [] }] }]).facts;
}

function said({ subject, relation, about, scope, exceptions, strength }: Fact): string {
  const bound = relation.kind === "limits" ? ` ${relation.bound.op} ${relation.bound.amount}` : "";
  const where = [...scope.environments, ...scope.namespaces];
  return [
    subject.name,
    relation.kind === "uses" && relation.only ? "only" : relation.kind,
    bound.trim(),
    about.length > 0 ? `of ${about.join("+")}` : "",
    where.length > 0 ? `in ${where.join("+")}` : "",
    exceptions.length > 0
      ? `but ${exceptions.flatMap(({ namespaces, environments }) => [...namespaces, ...environments]).join("+")}`
      : "",
    strength === "rule" ? "" : `(${strength})`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

describe("what a decision says", () => {
  test.each([
    ["We will use Valkey as the cache.", ["Valkey uses"]],
    ["Kafka is the only message broker.", ["Kafka only"]],
    ["We standardise on Grafana.", ["Grafana only"]],
    ["Redis is not allowed.", ["Redis forbids"]],
    ["We decided against Istio.", ["Istio forbids"]],
    ["We use OctoDNS instead of ExternalDNS.", ["OctoDNS uses", "ExternalDNS forbids"]],
    ["We chose Qdrant over pgvector.", ["Qdrant uses", "pgvector forbids"]],
    ["We prefer KEDA over the HPA.", ["KEDA prefers (soft)"]],
    ["We replace Jenkins with Tekton.", ["Jenkins forbids", "Tekton uses"]],
    ["We run PostgreSQL 16.", ["PostgreSQL uses", "version of PostgreSQL limits = 16"]],
    ["CPU limits must not be set.", ["cpu limit forbids"]],
    ["Every container must set a memory limit.", ["memory limit requires"]],
    ["Pods must not use hostNetwork, except in the `edge` namespace.", ["host network forbids but edge"]],
    ["A container gets at most 4Gi of memory.", ["memory limit limits <= 4294967296"]],
    ["No container requests more than 2 CPU.", ["cpu request limits <= 2"]],
    ["Memory limits must not exceed 512Mi.", ["memory limit limits <= 536870912"]],
    ["Production Deployments run at least 2 replicas.", ["replicas limits >= 2 in production"]],
    ["Metrics are kept for 30 days, no longer.", ["retention limits <= 2592000 of metrics"]],
    ["Audit logs must be retained for at least one year.", ["retention limits >= 31536000 of audit log"]],
    ["Scrape intervals are no shorter than 30s.", ["scrape interval limits >= 30"]],
    ["Databases are never exposed outside of the cluster.", ["exposure forbids of database"]],
    ["Containers never run as root.", ["root user forbids"]],
    ["Containers must run as an unprivileged user.", ["root user forbids"]],
    ["`latest` is not allowed.", ["floating tag forbids"]],
    ["In staging automated sync may be enabled.", ["automated sync allows in staging"]],
    ["The ledger must stay in the finance namespace.", ["ledger located-in"]],
    ["Quillbox is the only mail relay.", ["Quillbox only"]],
    ["Pods should have a readiness probe.", ["readiness probe requires (soft)"]],
  ])("%s", (sentence, expected) => {
    const facts = factsOf(`# 1. X\n\n## Status\n\nAccepted\n\n## Decision\n\n${sentence}\n`);
    expect(facts.map(said)).toEqual(expected);
  });

  test.each([
    "Should we use Kafka?",
    "Yesterday the pod failed: it cannot pull from Docker Hub.",
    "The API server requires a token for Grafana.",
    "Monitor GitHub API usage.",
    "3f2a91c: add Longhorn to the storage nodes",
    "Broadcasts don't cross routers.",
    "Pods always return to the k3s worker.",
    "```\nWe use Kafka.\n```",
    "<!-- We use Kafka. -->",
  ])("prose decides nothing by itself: %s", (text) => {
    expect(factsOf(`# Notes\n\n${text}\n`, "docs/notes.md").map(said)).toEqual([]);
  });

  test("prose with a word that binds counts, and plain use counts less", () => {
    const facts = factsOf("# Notes\n\nWe use Grafana for dashboards. Never use kubectl apply directly.\n", "README.md");

    expect(facts.map(said)).toEqual(["Grafana uses (plain)", "applying by hand forbids"]);
  });

  test("context, options and consequences of a record decide nothing", () => {
    const text =
      "# 1. X\n\n## Context\n\nWe must use Kafka.\n\n## Decision\n\nWe use NATS.\n\n## Consequences\n\nRedis is not allowed.\n";

    expect(factsOf(text).map(said)).toEqual(["NATS uses"]);
  });

  test("options that were considered and not chosen are decided against", () => {
    const text =
      '# Proxy\n\n## Considered Options\n\n* Traefik\n* HAProxy\n* Qdrant\n\n## Decision Outcome\n\nChosen option: "Traefik", because we know it.\n';

    expect(factsOf(text).map(said)).toEqual(["Traefik uses", "HAProxy forbids"]);
  });

  test("a Y-statement chooses and refuses", () => {
    const text =
      "# Mesh\n\nIn the context of services, facing plain traffic, we decided for Linkerd and against Istio, to achieve mTLS, accepting more pods.\n";

    expect(factsOf(text, "docs/mesh.md").map(said)).toEqual(["Linkerd uses", "Istio forbids"]);
  });

  test("rows of a table of decisions, each with its own status and line", () => {
    const text =
      "# Log\n\n| # | Area | Decision | Status |\n|---|---|---|---|\n| 1 | Ingress | Traefik | superseded by 2 |\n| 2 | Ingress | Contour; no other ingress controller | accepted |\n| 3 | CI | Tekton | proposed |\n";
    const facts = factsOf(text, "docs/log.md");

    expect(facts.map((fact) => `${fact.source.from} ${fact.source.standing} ${said(fact)}`)).toEqual([
      "5 replaced Traefik uses",
      "6 in-force Contour only",
      "7 proposed Tekton uses",
    ]);
  });

  test("a sentence that allows no other closes the class", () => {
    expect(
      factsOf("# X\n\n## Decision\n\nWe run PostgreSQL. No other relational database is operated.\n").map(said),
    ).toContain("PostgreSQL only");
  });

  test("what is said of “they” is said of what the sentence before named", () => {
    const facts = factsOf(
      "# Rules\n\nBackups are kept for at least 30 days. They must be encrypted.\n",
      "docs/rules.md",
    );

    expect(facts.map(said)).toEqual(["retention limits >= 2592000 of backup", "encryption requires of backup"]);
  });
});

test("a chunk is a decision by its words or its heading", () => {
  const chunk = { path: "docs/a.md", place: "A", from: 1, text: "" };

  expect(isDecisionChunk({ ...chunk, text: "CPU limits must not be set." })).toBe(true);
  expect(isDecisionChunk({ ...chunk, place: "A > Decision", text: "Mattermore stays." })).toBe(true);
  expect(isDecisionChunk({ ...chunk, text: "Lunch is at noon." })).toBe(false);
});

describe("any text", () => {
  const words = [
    "must",
    "never",
    "not",
    "only",
    "Kafka",
    "|",
    "---",
    "# ",
    "- ",
    "`",
    "30 days",
    "at least",
    "except",
    "namespace",
    "\n",
    ": ",
    "; ",
    "Status: ",
    "superseded by ",
    "**",
    "supersedes ADR 1",
  ];

  test("never throws", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: "grapheme" })), { maxLength: 60 }),
        (parts) => {
          const text = parts.join(" ");
          factsOf(text);
          isDecisionChunk({ path: "docs/decisions/x.md", place: text.slice(0, 50), from: 1, text });
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each(["must not ", "a-", "[x](", "in the context of "])(
    "a megabyte of %j takes its time in proportion",
    (part) => {
      const timeOf = (size: number): number => {
        const text = part.repeat(Math.ceil(size / part.length));
        return cpuTimeOf(() => factsOf(`# X\n\n## Decision\n\n${text}`));
      };
      timeOf(20_000);
      const [small, large] = [timeOf(62_500), timeOf(1_000_000)];

      // Sixteen times the text: quadratic would be 256 times the time.
      expect(large / Math.max(small, 5)).toBeLessThan(100);
    },
  );
});
