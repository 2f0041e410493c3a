/** Trains in a thread of its own: the stage goes on with its outcomes meanwhile, and whoever stops it loses nothing. */
import { Worker } from "node:worker_threads";
import type { Judgement } from "../routing/learning/gate.ts";
import type { Candidate, Trainer } from "../routing/learning/trainer.ts";
import { RetryLater } from "../runtime/errors.ts";

export type Said =
  | { readonly kind: "candidate"; readonly candidate: Candidate }
  | { readonly kind: "judged"; readonly judgement: Judgement };

/** Beside the bundle's program, as build/bundle/targets.ts names it. */
export const TRAINING_FILE = "train.js";

const AGAIN_MS = 1_000;

export function trainingThread(program: URL = programBeside(import.meta.url)): Trainer {
  return {
    async train(job, found, signal) {
      signal.throwIfAborted();
      // The environment holds secrets that are no matter of a training.
      const worker = new Worker(program, { workerData: job, env: {}, execArgv: [], name: "train" });
      const stop = () => void worker.terminate();
      const leaving = onLeaving();
      const either = AbortSignal.any([signal, leaving.signal]);
      either.addEventListener("abort", stop, { once: true });
      try {
        return await ended(worker, found, either);
      } finally {
        leaving.forget();
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

/** A process that is told to stop does not wait for a training: another one, or the next, begins it again. */
function onLeaving(): { readonly signal: AbortSignal; forget(): void } {
  const leaving = new AbortController();
  const leave = () => leaving.abort(new RetryLater("the process that trained is stopping", AGAIN_MS, { free: true }));
  // Where nobody else listens the signal ends the process, and must go on doing so.
  const heard = (["SIGTERM", "SIGINT"] as const).filter((name) => process.listenerCount(name) > 0);
  for (const name of heard) process.once(name, leave);
  return {
    signal: leaving.signal,
    forget() {
      for (const name of heard) process.off(name, leave);
    },
  };
}

/** From the sources, or out of a bundle whose shared code lies in chunks/. */
function programBeside(here: string): URL {
  if (here.endsWith(".ts")) return new URL("./training-program.ts", here);
  return new URL(/\/chunks\/[^/]+$/.test(here) ? `../${TRAINING_FILE}` : `./${TRAINING_FILE}`, here);
}
