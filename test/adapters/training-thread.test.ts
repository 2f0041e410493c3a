/** The thread that trains: it comes to a candidate and a word on it, and can be ended at any moment. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { trainingThread } from "../../shared/adapters/training-thread.ts";
import { EXPERTS, type Expert } from "../../shared/domain/improvement.ts";
import { loadClassifier } from "../../shared/routing/classifier/model-file.ts";
import { seeded } from "../../shared/routing/classifier/random.ts";
import type { Candidate, TrainingJob } from "../../shared/routing/learning/trainer.ts";
import { rowsOf, textOf } from "../support/router-models.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "school-thread-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function program(text: string): Promise<URL> {
  const file = path.join(folder, `${text.length}-${EXPERTS.length}.mjs`);
  await writeFile(file, `import { parentPort, workerData } from "node:worker_threads";\n${text}`);
  return pathToFileURL(file);
}
const job: TrainingJob = { version: "v1", training: [], judging: [] };
const signal = new AbortController().signal;
const nothing = async () => {};
const candidate =
  "{ bytes: new Uint8Array([1]), checksum: 'c', kind: 'softmax', rows: 1, rowsHash: 'h', figures: {}, tookMs: 1 }";

test("poisoned: models of mixed-up labels lose, with the figures", async () => {
  const random = seeded(5);
  const rows = rowsOf(120).map((row, i) => ({
    ...row,
    id: `own:${i}`,
    group: `own:${i}`,
    at: "2026-05-01T10:00:00Z",
    label: EXPERTS[Math.floor(random() * 6)] as Expert,
  }));
  const found: Candidate[] = [];
  const judgement = await trainingThread().train(
    { version: "poisoned", training: rows.slice(0, 90), judging: rows.slice(90) },
    async (one) => void found.push(one),
    signal,
  );
  expect(judgement.promoted).toBe(false);
  expect(judgement.because).toMatch(/lost against seed: .*no better than chance would \(kappa/);
  expect(judgement.figures).toMatchObject({ own_rows: 30 });
  const [made] = found;
  expect(made?.rows).toBeGreaterThan(1_500);
  const classifier = loadClassifier(made?.bytes ?? new Uint8Array(), made?.checksum, { version: "poisoned" });
  expect(classifier.predict(textOf(0, 1))).toHaveLength(6);
}, 240_000);

test("a training that is stopped ends at once, with the reason", async () => {
  const stop = new AbortController();
  const training = trainingThread().train(job, nothing, stop.signal);
  stop.abort(new Error("the lease is lost"));
  await expect(training).rejects.toThrow("the lease is lost");
  await expect(trainingThread().train(job, nothing, stop.signal)).rejects.toThrow("the lease is lost");
});

test("a process that is told to stop gives the training back, free of charge", async () => {
  const others = () => {};
  process.once("SIGTERM", others);
  const endless = await program(
    `parentPort.postMessage({ kind: "candidate", candidate: ${candidate} }); setInterval(() => {}, 9_999);`,
  );
  const training = trainingThread(endless).train(job, async () => void process.emit("SIGTERM"), signal);
  await expect(training).rejects.toMatchObject({ name: "RetryLater", free: true });
  expect(process.listenerCount("SIGTERM")).toBe(0);
});

test.each<[string, string, RegExp]>([
  ["fails", `throw new RangeError("rows of one expert teach nothing");`, /the training failed: rows of one expert/],
  ["ends too early", "process.exit(3);", /ended with code 3 before it was done/],
  ["says nothing at all", "", /ended with code 0 before it was done/],
])("a training that %s is an error", async (_what, text, said) => {
  await expect(trainingThread(await program(text)).train(job, nothing, signal)).rejects.toThrow(said);
});

test("what cannot be kept is an error, and ends the thread", async () => {
  const endless = await program(
    `parentPort.postMessage({ kind: "candidate", candidate: ${candidate} });  setInterval(() => {}, 9_999);`,
  );
  const full = trainingThread(endless).train(job, async () => Promise.reject(new Error("the store is full")), signal);
  await expect(full).rejects.toThrow("the store is full");
});

test("the thread sees neither settings nor secrets", async () => {
  const nosy = await program(
    `const figures = { keys: Object.keys(process.env).length };
     parentPort.postMessage({ kind: "candidate", candidate: ${candidate} });
     parentPort.postMessage({ kind: "judged", judgement: { promoted: false, because: workerData.version, figures } });`,
  );
  expect(await trainingThread(nosy).train(job, nothing, signal)).toEqual({
    promoted: false,
    because: "v1",
    figures: { keys: 0 },
  });
});
