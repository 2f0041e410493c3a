import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Expert } from "../../../shared/domain/improvement.ts";
import { evaluateOn } from "../../../shared/routing/classifier/evaluate.ts";
import { featureCount, featuresOf } from "../../../shared/routing/classifier/features.ts";
import { readModel } from "../../../shared/routing/classifier/model-bytes.ts";
import { rowsHashOf } from "../../../shared/routing/classifier/rows-hash.ts";
import { seedClassifier, seedModel } from "../../../shared/routing/classifier/seed.ts";
import { labelledRows, seedRows } from "../../../shared/routing/classifier/seed-rows.ts";
import type { Classifier, RoutableText } from "../../../shared/routing-ports.ts";
import { noKeywords } from "./classifier-rows.ts";

const retrain = "make it anew with `npm run eval -- --train routing`";

function titled(title: string, more: Partial<RoutableText> = {}): RoutableText {
  return { title, description: "", implementation_notes: "", type: "enhancement", ...more };
}

describe("the model the project ships", () => {
  let classifier: Classifier;
  beforeAll(async () => {
    classifier = await seedClassifier();
  });

  test("belongs to the rows the project ships, whole", async () => {
    const { bytes, checksum } = await seedModel();
    const { facts } = readModel(bytes, checksum);
    expect(facts.rowsHash, retrain).toBe(rowsHashOf(await seedRows()));
    expect(classifier.version).toBe("seed");
  });

  test("is small enough to be shipped with every function that routes", () => {
    const file = new URL("../../../shared/routing/classifier/seed-model.json", import.meta.url);
    expect(readFileSync(file).length).toBeLessThan(600 * 1024);
  });

  test("says what it was worth on rows it had not seen", async () => {
    const { bytes } = await seedModel();
    const { figures, threshold } = readModel(bytes).facts;
    expect(figures["accuracy"]).toBeGreaterThan(0.75);
    expect(figures["ece"]).toBeLessThan(0.05);
    expect(figures["coverageAt90"]).toBeGreaterThan(0.7);
    expect(threshold).toBeLessThan(0.9);
  });

  const plain: readonly (readonly [string, Expert])[] = [
    ["Raise the memory limit of the ingester to 2Gi", "architecture"],
    ["Post finished builds to a Slack channel by webhook", "integration"],
    ["Rotate the signing keys and forbid anonymous access", "security"],
    ["Take a nightly pg_dump of the orders database", "database"],
    ["Expose the shop under its own hostname with an ingress", "networking"],
    ["Alert when the error rate stays above two percent", "monitoring"],
  ];
  test.each(plain)("%s: %s, sure enough to serve", (title, expert) => {
    const [best] = classifier.predict(titled(title));
    expect(best?.expert).toBe(expert);
    expect(best?.share).toBeGreaterThan(classifier.threshold);
  });

  test("a claimed category does not turn what is plainly said", () => {
    const [best] = classifier.predict(
      titled("Alert when the error rate stays above two percent", { category: "database" }),
    );
    expect(best?.expert).toBe("monitoring");
  });

  test("without any keyword rule it still routes by its words", async () => {
    const wordsAlone = await seedClassifier({ keywords: noKeywords.vote });
    expect(evaluateOn(wordsAlone, await seedRows()).accuracy).toBeGreaterThan(0.75);
  });

  test.each(["", "   ", "🦭", "x".repeat(50_000), "\u0000\ud800"])(
    "of a text that says nothing it is not sure (%#)",
    (title) => {
      const ranked = classifier.predict(titled(title));
      expect(ranked).toHaveLength(6);
      expect(ranked.every(({ share }) => share >= 0 && share < 0.9)).toBe(true);
    },
  );
});

describe("features", () => {
  const text = titled("Add a ServiceMonitor", { description: "Scrape the exporter.", category: "monitoring" });

  test("are the same each time, each once, and within their space", () => {
    const first = featuresOf(text, 12, noKeywords.vote);
    expect(featuresOf({ ...text }, 12, noKeywords.vote)).toEqual(first);
    expect(new Set(first.indices).size).toBe(first.indices.length);
    expect(first.indices.every((index) => index >= 0 && index < featureCount(12))).toBe(true);
    expect(first.values.every((value) => Number.isFinite(value) && value > 0)).toBe(true);
  });

  test("the text's own weigh the same, however long it is", () => {
    const lengthOf = (of: RoutableText) => {
      const { indices, values } = featuresOf(of, 20, noKeywords.vote);
      return Math.hypot(...values.filter((_, i) => (indices[i] ?? 0) < 2 ** 20));
    };
    const long = titled("Add a ServiceMonitor", { description: "scrape targets of many exporters ".repeat(20) });
    expect(lengthOf(text) / lengthOf(long)).toBeCloseTo(1, 1);
  });

  test("what stands in the title counts more than what stands below", () => {
    const weightOf = (of: RoutableText) => {
      const alone = featuresOf(titled("zorblax"), 16, noKeywords.vote).indices[0] ?? -1;
      const { indices, values } = featuresOf(of, 16, noKeywords.vote);
      return values[indices.indexOf(alone)] ?? 0;
    };
    const above = weightOf(titled("zorblax", { description: "another matter" }));
    const below = weightOf(titled("another matter", { description: "zorblax" }));
    expect(above).toBeGreaterThan(below);
    expect(below).toBeGreaterThan(0);
  });
});

test("a row of another form is refused", () => {
  expect(() => labelledRows([{ id: "s1", group: "g1", label: "capability" }])).toThrow();
});
