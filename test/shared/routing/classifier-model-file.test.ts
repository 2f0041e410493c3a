import { createHash } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { EXPERTS } from "../../../shared/domain/improvement.ts";
import { featureCount } from "../../../shared/routing/classifier/features.ts";
import type { Head } from "../../../shared/routing/classifier/head.ts";
import {
  checksumOf,
  type Model,
  ModelDamaged,
  readModel,
  writeModel,
} from "../../../shared/routing/classifier/model-bytes.ts";
import { loadClassifier } from "../../../shared/routing/classifier/model-file.ts";
import { seeded } from "../../../shared/routing/classifier/random.ts";

const facts: Model["facts"] = {
  temperature: 0.8,
  threshold: 0.6,
  keywords: "rules-7",
  seed: 1,
  rows: 12,
  rowsHash: "ab".repeat(32),
  figures: { accuracy: 0.9, ece: 0.03 },
};

function drawn(rows: number, columns: number) {
  const random = seeded(3);
  return { rows, columns, values: Float32Array.from({ length: rows * columns }, () => random() - 0.5) };
}

const softmax: Head = { kind: "softmax", bits: 6, layers: [drawn(featureCount(6), EXPERTS.length)] };
const mlp: Head = { kind: "mlp", bits: 5, layers: [drawn(featureCount(5), 4), drawn(5, EXPERTS.length)] };
const text = { title: "rotate the keys", description: "", implementation_notes: "", type: "enhancement" };

/** The bytes with other content and a checksum that fits it, as another version would have written them. */
function resealed(bytes: Uint8Array, change: (content: Buffer) => Buffer): Uint8Array {
  const content = change(Buffer.from(bytes.subarray(0, bytes.length - 32)));
  return new Uint8Array(Buffer.concat([content, createHash("sha256").update(content).digest()]));
}

function withHeader(bytes: Uint8Array, change: (header: Record<string, unknown>) => unknown): Uint8Array {
  return resealed(bytes, (content) => {
    const to = 10 + content.readUInt32LE(6);
    const header = JSON.parse(content.toString("utf8", 10, to)) as Record<string, unknown>;
    const other = Buffer.from(JSON.stringify(change(header)));
    const prefix = Buffer.from(content.subarray(0, 10));
    prefix.writeUInt32LE(other.length, 6);
    return Buffer.concat([prefix, other, content.subarray(to)]);
  });
}

describe("a model as bytes", () => {
  let bytes: Uint8Array;
  beforeAll(() => {
    bytes = writeModel({ head: softmax, facts });
  });

  test.each([softmax, mlp])("comes back as it was, up to a step of its bytes ($kind)", (head) => {
    const read = readModel(writeModel({ head, facts }));
    expect(read.facts).toEqual(facts);
    expect(read.head.kind).toBe(head.kind);
    head.layers.forEach(({ values }, layer) => {
      const far = values.filter((value, i) => Math.abs(value - (read.head.layers[layer]?.values[i] ?? 9)) > 0.5 / 127);
      expect(far).toHaveLength(0);
    });
  });

  test.each([softmax, mlp])("answers with shares of all six experts, best first ($kind)", (head) => {
    const written = writeModel({ head, facts });
    const classifier = loadClassifier(written, checksumOf(written), { version: "v3" });
    const ranked = classifier.predict(text);
    expect(classifier).toMatchObject({ version: "v3", threshold: 0.6 });
    expect(ranked.map(({ expert }) => expert).sort()).toEqual([...EXPERTS].sort());
    expect(ranked.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(ranked.map(({ share }) => share)).toEqual(ranked.map(({ share }) => share).sort((a, b) => b - a));
    expect(classifier.predict(text)).toEqual(ranked);
  });

  test("is read from a part of a larger buffer, too", () => {
    const larger = new Uint8Array(bytes.length + 9);
    larger.set(bytes, 4);
    expect(readModel(larger.subarray(4, 4 + bytes.length)).facts).toEqual(facts);
  });

  test("no change of its bytes is ever loaded", () => {
    const change = fc.record({ at: fc.nat({ max: bytes.length - 1 }), by: fc.integer({ min: 1, max: 255 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const other = bytes.slice();
        for (const { at, by } of changes) other[at] = ((other[at] ?? 0) + by) % 256;
        fc.pre(!Buffer.from(other).equals(Buffer.from(bytes)));
        expect(() => loadClassifier(other)).toThrow(ModelDamaged);
        expect(() => loadClassifier(other, checksumOf(bytes))).toThrow(/checksum/);
      }),
    );
  });

  test("no part of it is ever loaded, nor it with something behind", () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), (length) => {
        expect(() => loadClassifier(bytes.subarray(0, length))).toThrow(ModelDamaged);
      }),
    );
    expect(() => loadClassifier(Buffer.concat([bytes, Buffer.from([0])]))).toThrow(ModelDamaged);
  });

  test("nothing at all but a model is loaded", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (other) => {
        expect(() => loadClassifier(other)).toThrow(ModelDamaged);
      }),
    );
  });

  test.each([
    [
      "another model under this checksum",
      (of: Uint8Array) => of,
      "f".repeat(64),
      "has not the checksum it was kept with",
    ],
    [
      "an older format",
      (of: Uint8Array) => resealed(of, (to) => (to.writeUInt16LE(0, 4), to)),
      undefined,
      "an older format",
    ],
    [
      "a newer format",
      (of: Uint8Array) => resealed(of, (to) => (to.writeUInt16LE(9, 4), to)),
      undefined,
      "a newer format",
    ],
    [
      "something else",
      (of: Uint8Array) => resealed(of, (to) => (to.write("LSA1"), to)),
      undefined,
      "no model of the router",
    ],
    ["a part", (of: Uint8Array) => of.subarray(0, 20), undefined, "cut short"],
    [
      "a model for other experts",
      (of: Uint8Array) => withHeader(of, (header) => ({ ...header, experts: ["a", "b"] })),
      undefined,
      "chooses among a, b",
    ],
    [
      "a header without a temperature",
      (of: Uint8Array) => withHeader(of, ({ temperature: _, ...rest }) => rest),
      undefined,
      "header",
    ],
    ["a header that is no JSON object", (of: Uint8Array) => withHeader(of, () => "x"), undefined, "header"],
    [
      "layers of another size",
      (of: Uint8Array) => withHeader(of, (header) => ({ ...header, bits: 7 })),
      undefined,
      "do not fit",
    ],
    [
      "weights that are cut",
      (of: Uint8Array) => resealed(of, (to) => to.subarray(0, to.length - 40)),
      undefined,
      "weights of the model file can not be read",
    ],
  ])("%s is refused in one sentence", (_, change, checksum, sentence) => {
    const load = () => loadClassifier(change(bytes), checksum);
    expect(load).toThrow(ModelDamaged);
    expect(load).toThrow(sentence);
    expect(load).toThrow(/^[A-Z][^\n]*\.$/);
  });

  test("more than the store takes is not written", () => {
    const huge = { ...mlp, bits: 18, layers: [drawn(featureCount(18), 33), drawn(34, EXPERTS.length)] };
    expect(() => writeModel({ head: huge, facts })).toThrow(RangeError);
  });
});
