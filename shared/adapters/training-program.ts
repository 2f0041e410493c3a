/** What runs in the thread that trains: one job, its candidate, the word on it. It has no connection to anything. */
import { parentPort, workerData } from "node:worker_threads";
import { judge, makeCandidate, type TrainingJob } from "../routing/learning/trainer.ts";
import type { Said } from "./training-thread.ts";

const job = workerData as TrainingJob;
const say = (said: Said) => parentPort?.postMessage(said);

const candidate = await makeCandidate(job);
say({ kind: "candidate", candidate });
say({ kind: "judged", judgement: await judge(job, candidate) });
