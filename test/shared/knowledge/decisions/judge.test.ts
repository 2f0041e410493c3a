import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDocuments } from "../../../../shared/knowledge/decisions/documents.ts";
import { judge } from "../../../../shared/knowledge/decisions/judge.ts";

function verdict(files: Readonly<Record<string, string>>, title: string, description = ""): string {
  const read = readDocuments(
    Object.entries(files).map(([path, text]) => ({ path, parts: [{ text, from: 1, headings: [] }] })),
  );
  return judge({ title, description, implementation_notes: "", quotes: [] }, read)[0]?.result ?? "nothing";
}

const record = (decision: string, status = "Accepted"): string =>
  `# 1. X\n\n## Status\n\n${status}\n\n## Decision\n\n${decision}\n`;

describe("one decision, one improvement", () => {
  test.each([
    ["Kafka is the only message broker.", "Deploy RabbitMQ for mails", "conflict"],
    ["Kafka is the only message broker.", "Deploy Redis as a cache", "nothing"],
    ["Kafka is the only message broker.", "Add a Kafka topic for mails", "compatible"],
    ["We use Kafka as the message broker.", "Deploy RabbitMQ for mails", "unknown"],
    ["We use Valkey as the cache.", "Use NATS as the message broker", "nothing"],
    ["We decided against Istio.", "Install Istio", "conflict"],
    ["We decided against Istio.", "Remove Istio", "compatible"],
    ["We decided against Istio.", "Replace Istio with Linkerd", "compatible"],
    ["Kafka is the only message broker.", "Replace Kafka by NATS", "conflict"],
    ["CPU limits must not be set.", "Set CPU limits on the api", "conflict"],
    ["CPU limits must not be set.", "Drop the CPU limits of the api", "compatible"],
    ["CPU limits must not be set.", "Set memory limits on the api", "nothing"],
    ["Every container must set a memory limit.", "Remove the memory limits of the api", "conflict"],
    ["A container gets at most 4Gi of memory.", "Raise the memory limit of the api to 8Gi", "conflict"],
    ["A container gets at most 4Gi of memory.", "Raise the memory limit of the api from 1Gi to 4096Mi", "compatible"],
    ["A container gets at most 4Gi of memory.", "Raise the memory limit of the api", "unknown"],
    ["Production Deployments run at least 2 replicas.", "Run the api with 1 replica in staging", "nothing"],
    ["Production Deployments run at least 2 replicas.", "Run the api with 1 replica in production", "conflict"],
    ["Production Deployments run at least 2 replicas.", "Run the api with 1 replica", "unknown"],
    [
      "Pods must not use hostNetwork, except in the edge namespace.",
      "Use hostNetwork for the proxy in the edge namespace",
      "compatible",
    ],
    ["Pods must not use hostNetwork, except in the edge namespace.", "Use hostNetwork for the proxy", "conflict"],
    ["Logs are kept for at most 14 days.", "Keep metrics for 90 days", "nothing"],
    ["Logs are kept for at most 14 days.", "Keep logs for 2 weeks", "compatible"],
    ["Logs are kept for at most 14 days.", "Keep logs for three months", "conflict"],
    [
      "Databases are never exposed outside of the cluster.",
      "Expose the orders database with a LoadBalancer",
      "conflict",
    ],
    ["Databases are never exposed outside of the cluster.", "Expose the docs site publicly", "nothing"],
    ["Containers never run as root.", "Set runAsNonRoot on the api", "compatible"],
    ["Containers never run as root, unless security signs it off.", "Let the scanner run as root", "unknown"],
    ["We run PostgreSQL 16 for everything.", "Create the forum database on PostgreSQL 14", "conflict"],
    ["PostgreSQL 15 or newer must be used.", "Create the forum database on PostgreSQL 16", "compatible"],
    ["The ledger must stay in the finance namespace.", "Move the ledger to the shop namespace", "conflict"],
    ["Quillbox is the only mail relay.", "Send invoices through Postbird instead of Quillbox", "conflict"],
    ["Never drain two nodes at once.", "Drain two nodes at once", "conflict"],
    ["Pods should have a readiness probe.", "Remove the readiness probe of the api", "unknown"],
    ["In staging automated sync may be enabled.", "Enable automated sync in staging", "compatible"],
    ["Each namespace must have a default deny NetworkPolicy.", "Delete the network policies in dev", "unknown"],
    ["Maximum replicas per deployment: 5", "Scale the api to 10 replicas", "conflict"],
    ["Every Deployment must define resource requests and limits.", "Remove resource limits from the api", "conflict"],
    ["Autoscaling is done with KEDA only.", "Create a HorizontalPodAutoscaler for the api", "conflict"],
    ["Use Qdrant for vectors. Do not add another vector database.", "Deploy Weaviate", "conflict"],
    ["Langfuse was evaluated, but Phoenix was selected.", "Install Langfuse", "unknown"],
    ["TLS 1.3 is required.", "Allow TLS 1.2 on the ingress", "conflict"],
    ["mTLS between services is mandatory.", "Disable mTLS for the legacy service", "conflict"],
  ])("%s / %s: %s", (decision, title, expected) => {
    expect(verdict({ "docs/adr/0001-x.md": record(decision) }, title)).toBe(expected);
  });

  test("the words of plain prose bind nobody, but somebody should look", () => {
    expect(verdict({ "README.md": "# Hello\n\nWe standardised on Grafana.\n" }, "Deploy Kibana")).toBe("unknown");
  });
});

describe("standing", () => {
  const kafka = "Kafka is the only message broker.";
  test.each([
    ["Accepted", "conflict"],
    ["Accepted, amended 2025-01-01", "conflict"],
    ["Superseded by [ADR-7](0007-nats.md)", "nothing"],
    ["Deprecated", "nothing"],
    ["Proposed", "unknown"],
    ["Draft", "unknown"],
  ])("%s: %s", (status, expected) => {
    expect(verdict({ "docs/adr/0001-x.md": record(kafka, status) }, "Deploy RabbitMQ for mails")).toBe(expected);
  });

  test("what was refused before is not brought in without a person", () => {
    expect(verdict({ "docs/adr/0001-x.md": record("We will adopt Knative.", "Rejected") }, "Adopt Knative")).toBe(
      "unknown",
    );
  });

  test.each(["Supersedes: ADR-0001", "Accepted. Supersedes [1. X](0001-x.md)", "Supersedes ADR 1"])(
    "a later decision that says “%s” replaces the first",
    (words) => {
      const files = {
        "docs/adr/0001-x.md": record(kafka),
        "docs/adr/0009-y.md": `# 9. Y\n\nStatus: accepted\n\n${words}\n\n## Decision\n\nRabbitMQ is the only message broker.\n`,
      };

      expect(verdict(files, "Deploy RabbitMQ for mails")).toBe("compatible");
      expect(verdict(files, "Add a Kafka topic")).toBe("conflict");
    },
  );

  test("one that is only proposed replaces nothing yet", () => {
    const files = {
      "docs/adr/0001-x.md": record(kafka),
      "docs/adr/0009-y.md":
        "# 9. Y\n\nStatus: proposed\n\nSupersedes ADR 1\n\n## Decision\n\nRabbitMQ is the only message broker.\n",
    };

    expect(verdict(files, "Deploy RabbitMQ for mails")).toBe("conflict");
  });
});

test("a decision nobody could read is shown to a person", () => {
  const text = record("Who answers the pager at night is settled by the rota of the shop.");

  expect(verdict({ "docs/adr/0001-x.md": text }, "Give the pager of the night rota to a robot")).toBe("unknown");
  expect(verdict({ "docs/adr/0001-x.md": text }, "Add a readiness probe to the shop")).toBe("nothing");
});

test("never throws, whatever an improvement says", () => {
  const files = { "docs/adr/0001-x.md": record("Kafka is the only message broker. At most 4Gi of memory.") };
  const words = fc.constantFrom(
    "replace",
    "Kafka",
    "with",
    "to",
    "from",
    "8Gi",
    "memory limit",
    "not",
    "instead of",
    "namespace",
    "`",
    "becomes",
    ";",
  );

  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string({ unit: "grapheme" })), { maxLength: 40 }), (parts) => {
      verdict(files, parts.slice(0, 5).join(" "), parts.join(" "));
    }),
    { numRuns: 200 },
  );
});
