import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, test } from "vitest";
import { EXPERTS } from "../../../shared/domain/improvement.ts";
import { foldsOf } from "../../../shared/routing/classifier/dataset.ts";
import { evaluateOn } from "../../../shared/routing/classifier/evaluate.ts";
import { KINDS } from "../../../shared/routing/classifier/head.ts";
import { checksumOf, readModel } from "../../../shared/routing/classifier/model-bytes.ts";
import { loadClassifier } from "../../../shared/routing/classifier/model-file.ts";
import { rowsHashOf } from "../../../shared/routing/classifier/rows-hash.ts";
import { type TrainedRouter, trainRouter } from "../../../shared/routing/classifier/train.ts";
import type { LabelledRow } from "../../../shared/routing-ports.ts";
import { madeUpRows, noKeywords, withWrongLabels } from "./classifier-rows.ts";

const keywords = noKeywords;
const rows = madeUpRows(24);

function loaded({ bytes, checksum }: TrainedRouter) {
  return loadClassifier(bytes, checksum, { keywords: keywords.vote });
}

function ofSchool(title: string, i: number): LabelledRow {
  const text = { title, description: "", implementation_notes: "", type: "enhancement" };
  return { id: `own-${i}`, group: `own-${i}`, label: "database", text, at: "2026-01-01T00:00:00Z" };
}

describe("a router from rows", () => {
  let trained: TrainedRouter;
  beforeAll(async () => {
    trained = await trainRouter(rows, { keywords });
  });

  test("knows what the rows taught it", () => {
    const { accuracy, confusion, n } = evaluateOn(loaded(trained), rows);
    expect(accuracy).toBeGreaterThan(0.95);
    expect(n).toBe(rows.length);
    expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(rows.length);
    expect(confusion.map((row) => row.length)).toEqual(EXPERTS.map(() => EXPERTS.length));
  });

  test("says what it is worth, of both kinds, on rows not seen", () => {
    const { figures, kind } = trained;
    expect(figures["accuracy"]).toBeGreaterThan(0.85);
    for (const each of KINDS) expect(figures[`${each}.accuracy`]).toBeGreaterThan(0.5);
    expect(figures["accuracy"]).toBe(figures[`${kind}.accuracy`]);
    expect(figures["accuracy"]).toBe(Math.max(...KINDS.map((each) => figures[`${each}.accuracy`] ?? 0)));
    for (const name of ["ece", "brier", "coverageAt90", "terse.accuracy"])
      expect(figures[name]).toBeGreaterThanOrEqual(0);
  });

  test("is the same for the same rows in any order, and another one for another seed", async () => {
    const again = await trainRouter([...rows].reverse(), { keywords });
    expect(again.checksum).toBe(trained.checksum);
    expect(Buffer.from(again.bytes).equals(Buffer.from(trained.bytes))).toBe(true);
    const other = await trainRouter(rows, { keywords, seed: 2, kinds: ["softmax"] });
    expect(other.checksum).not.toBe(trained.checksum);
  });

  test("carries its rows' hash, its rules' version and its own checksum", () => {
    const { facts } = readModel(trained.bytes, trained.checksum);
    expect(facts).toMatchObject({ keywords: "none", rows: rows.length, rowsHash: rowsHashOf(rows), seed: 1 });
    expect(facts.figures).toEqual(trained.figures);
    expect(facts.threshold).toBe(trained.threshold);
    expect(trained.checksum).toBe(checksumOf(trained.bytes));
  });

  test("is never as good as certain on so few rows", () => {
    const shares = rows.map(({ text }) => loaded(trained).predict(text)[0]?.share ?? 1);
    expect(Math.max(...shares)).toBeLessThan(0.99999);
  });

  test.each(KINDS)("of one kind only, where one is asked for: %s", async (kind) => {
    const one = await trainRouter(rows, { keywords, kinds: [kind] });
    expect(one.kind).toBe(kind);
    expect(evaluateOn(loaded(one), rows).accuracy).toBeGreaterThan(0.9);
  });

  test("shuffled labels give figures that say so, and a classifier that serves nothing", async () => {
    const poisoned = await trainRouter(withWrongLabels(rows), { keywords });
    expect(poisoned.figures["accuracy"]).toBeLessThan(0.35);
    expect(poisoned.threshold).toBe(1);
    const [best] = loaded(poisoned).predict(rows[0]?.text ?? ofSchool("", 0).text);
    expect(best?.share).toBeLessThan(0.6);
  });

  test("a school's own rows teach it the school's own words, and how well is a figure of its own", async () => {
    const own = Array.from({ length: 12 }, (_, i) => ofSchool(`flumbert zorblax ${i}`, i));
    const school = await trainRouter([...rows, ...own], { keywords });
    const before = loaded(trained).predict(ofSchool("flumbert zorblax 99", 99).text);
    const after = loaded(school).predict(ofSchool("flumbert zorblax 99", 99).text);
    expect(before[0]?.expert).toBe("architecture");
    expect(after[0]?.expert).toBe("database");
    expect(school.figures["own.accuracy"]).toBeGreaterThan(0.8);
    expect(trained.figures["own.accuracy"]).toBeUndefined();
  });

  test("where its own rows suffice, they alone say how far it can be believed", async () => {
    const own = madeUpRows(20).map((row, i) => ({
      ...row,
      id: `own-${i}`,
      group: `own-${i}`,
      at: "2026-01-01T00:00:00Z",
    }));
    const right = await trainRouter([...rows, ...own], { keywords, kinds: ["softmax"] });
    const confused = own.map((row, i) => ({ ...row, label: EXPERTS[i % 2 === 0 ? 0 : 5] ?? row.label, weight: 0.1 }));
    const wrong = await trainRouter([...rows, ...confused], { keywords, kinds: ["softmax"] });
    expect(right.threshold).toBeLessThan(1);
    expect(wrong.figures["accuracy"]).toBeGreaterThan(0.7);
    expect(wrong.figures["own.accuracy"]).toBeLessThan(0.6);
    expect(wrong.threshold).toBe(1);
  });

  test("what counts little is outvoted by what counts", async () => {
    const [said] = rows.filter(({ label }) => label === "monitoring");
    const title = said?.text.title ?? "";
    const wrong = Array.from({ length: 12 }, (_, i) => ({ ...ofSchool(title, i), weight: 0.01 }));
    const little = await trainRouter([...rows, ...wrong], { keywords, kinds: ["softmax"] });
    expect(loaded(little).predict(ofSchool(title, 50).text)[0]?.expert).toBe("monitoring");
    const much = await trainRouter([...rows, ...wrong.map((row) => ({ ...row, weight: 1 }))], {
      keywords,
      kinds: ["softmax"],
    });
    expect(loaded(much).predict(ofSchool(title, 50).text)[0]?.expert).toBe("database");
  });

  test("goes on saying how far it is, and stops when it is told to", async () => {
    const seen: number[] = [];
    await trainRouter(rows, { keywords, kinds: ["softmax"], onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    const stop = new AbortController();
    const stopped = trainRouter(rows, {
      keywords,
      signal: stop.signal,
      onProgress: (_, what) => what === "trying mlp" && stop.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
  });

  test.each([
    ["too few rows", rows.slice(0, 20), /20 rows are too few/],
    ["one expert", madeUpRows(40).slice(0, 40), /one expert/],
    ["one group", rows.map((row) => ({ ...row, group: "talk" })), /1 groups are too few/],
    [
      "a label nobody knows",
      [...rows, { ...ofSchool("x", 1), label: "capability" as "database" }],
      /capability is no expert/,
    ],
    ["rows that weigh nothing", rows.map((row) => ({ ...row, weight: 0 })), /weigh nothing/],
  ])("%s: refused", async (_, some, sentence) => {
    await expect(trainRouter(some, { keywords })).rejects.toThrow(sentence);
  });

  test("is made in a thread of its own, too", async () => {
    const program = `
      import { parentPort, workerData } from "node:worker_threads";
      import { trainRouter } from ${JSON.stringify(new URL("../../../shared/routing/classifier/train.ts", import.meta.url).href)};
      const trained = await trainRouter(workerData, {
        kinds: ["softmax"],
        keywords: { version: "none", vote: () => ({ ranked: [], sure: false }) },
      });
      parentPort.postMessage(trained.checksum);`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { workerData: rows });
    const checksum = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    await worker.terminate();
    const here = await trainRouter(rows, { keywords, kinds: ["softmax"] });
    expect(checksum).toBe(here.checksum);
  });
});

describe("folds", () => {
  test("keep groups together and are about as large as each other", () => {
    const grouped = madeUpRows(30).map((row, i) => ({ ...row, group: `g${i % 47}` }));
    const folds = foldsOf(grouped, 5, 1);
    const foldOf = new Map<string, Set<number>>();
    const sizes = [0, 0, 0, 0, 0];
    grouped.forEach(({ group }, i) => {
      const fold = folds[i] ?? -1;
      foldOf.set(group, (foldOf.get(group) ?? new Set()).add(fold));
      sizes[fold] = (sizes[fold] ?? 0) + 1;
    });
    expect([...foldOf.values()].every((of) => of.size === 1)).toBe(true);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(4);
  });
});

test("judging by no rows is refused", () => {
  expect(() => evaluateOn({ version: "v", threshold: 0.5, predict: () => [] }, [])).toThrow(RangeError);
});
