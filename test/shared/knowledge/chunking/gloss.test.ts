import { describe, expect, test } from "vitest";
import { chunksOfFile } from "../../../../shared/knowledge/chunking/chunk-file.ts";
import { embeddedText } from "../../../../shared/knowledge/chunking/embedded-text.ts";
import { kindGlosses } from "../../../../shared/knowledge/chunking/kind-glosses.ts";
import { settingGlosses } from "../../../../shared/knowledge/chunking/setting-glosses.ts";
import { termsOf } from "../../../../shared/knowledge/embedding/terms.ts";

const object = (kind: string, rest = "") => `kind: ${kind}\nmetadata:\n  name: quay\n  namespace: harbour\n${rest}`;
const chunkOf = (path: string, text: string, corpus: "manifests" | "documents" = "manifests") =>
  chunksOfFile({ corpus, source: "gitops", path, text })[0] ?? expect.unreachable();
/** Words of a question that what is embedded does not have. */
const lacking = (question: string, text: string) => {
  const own = new Set(termsOf(text));
  return termsOf(question).filter((term) => !own.has(term));
};

test.each([
  ["how many pods may run in harbour", "quota.yaml", object("ResourceQuota", "spec:\n  hard: {pods: 5}\n")],
  [
    "traffic that may leave harbour",
    "policy.yaml",
    object("NetworkPolicy", "spec:\n  policyTypes: [Egress]\n  egress:\n    - {}\n"),
  ],
  ["what Argo CD deploys for quay", "apps/quay.yaml", object("Application")],
  ["autoscaling of quay", "scale.yaml", object("HorizontalPodAutoscaler")],
  ["domain of the quay website", "route.yaml", object("Ingress")],
  [
    "when is the database backup taken",
    "backup.yaml",
    object("ScheduledBackup", "spec:\n  schedule: 0 0 2 * * *\n# database\n"),
  ],
  ["health check of quay", "web.yaml", object("Deployment", "spec:\n  - livenessProbe:\n")],
  ["configuration of the harbour chart", "harbour/values.yaml", "size: 3\n"],
])("%s: in the words of what is embedded", (question, path, text) => {
  const chunk = chunkOf(path, text);
  const without = `${path}\n${chunk.place}\n${chunk.text}`;
  expect(lacking(question, embeddedText(chunk))).toEqual([]);
  expect(lacking(question, without)).not.toEqual([]);
});

describe("what nobody is shown", () => {
  test("the text stays the file's", () => {
    const text = object("ResourceQuota").trimEnd();
    expect(chunkOf("quota.yaml", text).text).toBe(text);
  });

  test("prose has no gloss, whatever it quotes", () => {
    const chunk = chunkOf("quota.yaml", object("ResourceQuota"), "documents");
    expect(embeddedText(chunk)).toBe(`quota.yaml\n${chunk.place}\n${chunk.text}`);
  });

  test.each(["constructor", "Unheard"])("of the kind %s nothing is said", (kind) => {
    const chunk = { ...chunkOf("x.yaml", "a: 1\n"), kind };
    expect(embeddedText(chunk)).toBe("x.yaml\nx\na: 1");
  });

  test("a value is no setting", () => {
    const chunk = chunkOf("x.yaml", "note: see schedule below\nreason: egress\n");
    expect(embeddedText(chunk)).toBe(`x.yaml\nx\n${chunk.text}`);
  });

  test("no gloss is longer than a sentence: a text must stay its own", () => {
    const all = [...Object.values(kindGlosses), ...settingGlosses.map(([, words]) => words)];
    for (const words of all) expect(termsOf(words).length, words).toBeLessThanOrEqual(16);
  });
});
