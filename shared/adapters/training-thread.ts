/** Trains in a thread of its own: the stage goes on with its outcomes meanwhile, and whoever stops it loses nothing. */
import { Worker } from "node:worker_threads";
import type { Judgement } from "../routing/learning/gate.ts";
import type { Candidate, Trainer } from "../routing/learning/trainer.ts";

export type Said =
  | { readonly kind: "candidate"; readonly candidate: Candidate }
  | { readonly kind: "judged"; readonly judgement: Judgement };

/** Beside the bundle's program, as build/bundle/targets.ts names it. */
export const TRAINING_FILE = "train.js";

export function trainingThread(program: URL = programBeside(import.meta.url)): Trainer {
  return {
    async train(job, found, signal) {
      signal.throwIfAborted();
      // The environment holds secrets that are no matter of a training.
      const worker = new Worker(program, { workerData: job, env: {}, execArgv: [], name: "train" });
      const stop = () => void worker.terminate();
      signal.addEventListener("abort", stop, { once: true });
      try {
        return await ended(worker, found, signal);
      } finally {
        signal.removeEventListener("abort", stop);
        await worker.terminate();
      }
    },
  };
}

async function ended(
  worker: Worker,
  found: (candidate: Candidate) => Promise<void>,
  signal: AbortSignal,
): Promise<Judgement> {
  let finding: Promise<void> = Promise.resolve();
  const judged = new Promise<Judgement>((resolve, reject) => {
    worker.on("message", (said: Said) => {
      if (said.kind === "judged") return resolve(said.judgement);
      finding = found(said.candidate);
      // Waited for below; until then a failure must not count as unhandled.
      finding.catch(reject);
    });
    worker.on("error", (error) => reject(new Error(`the training failed: ${error.message}`, { cause: error })));
    worker.on("exit", (code) => {
      reject(signal.aborted ? signal.reason : new Error(`the training ended with code ${code} before it was done`));
    });
  });
  const judgement = await judged;
  await finding;
  return judgement;
}

/** From the sources, or out of a bundle whose shared code lies in chunks/. */
function programBeside(here: string): URL {
  if (here.endsWith(".ts")) return new URL("./training-program.ts", here);
  return new URL(/\/chunks\/[^/]+$/.test(here) ? `../${TRAINING_FILE}` : `./${TRAINING_FILE}`, here);
}
