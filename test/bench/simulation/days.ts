/** The days that are simulated, and the row each gives. */
import path from "node:path";
import { ROOT } from "../../../build/bundle/targets.ts";
import { readScalers } from "../../../build/local/autoscaler/scaled-object.ts";
import type { Scaler } from "../../../build/local/autoscaler/scaler.ts";
import { stages } from "../../../shared/stages.ts";
import { MEASURED } from "./measured.ts";
import { type Duration, type SimulationSettings, WALK, type Walked } from "./settings.ts";

const perPod = Object.fromEntries(WALK.map((name) => [name, stages[name].scale.perPod])) as Record<Walked, number>;

/** As the school comes: every setting its default, rules instead of models, everything decided by itself. */
export const DEFAULTS: SimulationSettings = {
  seed: 1,
  perDay: 10,
  perSource: 5,
  horizon: 86_400,
  drain: 86_400,
  work: MEASURED.work,
  push: MEASURED.push,
  perPod,
  podStart: 4,
  wakes: true,
  applications: 30,
  repositories: 1,
  commitsPerHour: 20,
  commitsPerDay: 100,
  // A webhook tells Argo CD; without one it polls every 180 s. Then pods are replaced.
  reconcile: { median: 30, p95: 90 },
  syncInterval: 10,
  watched: 300,
  verifyInterval: 10,
  bad: 0.05,
  asked: 0,
  person: { median: 3_600, p95: 28_800 },
};

const UNLIMITED = { commitsPerHour: 1e9, commitsPerDay: 1e9 };
/** One question to a model a round; a round that is answered from what is known takes less. */
const MODEL: Duration = { median: 12, p95: 40 };
const withModels = { ...MEASURED.work, evaluate: MODEL, plan: MODEL };

export const DAYS: readonly { readonly name: string; readonly settings: Partial<SimulationSettings> }[] = [
  { name: "10 a day", settings: { perDay: 10 } },
  { name: "1,000 a day, default budget", settings: { perDay: 1_000 } },
  { name: "1,000 a day, no budget", settings: { perDay: 1_000, ...UNLIMITED } },
  { name: "1,000 a day, no budget, models", settings: { perDay: 1_000, ...UNLIMITED, work: withModels } },
  { name: "100,000 a day, 30 Applications", settings: { perDay: 100_000, ...UNLIMITED, drain: 0 } },
  {
    name: "100,000 a day, 1,000 Applications",
    settings: { perDay: 100_000, ...UNLIMITED, applications: 1_000, drain: 0 },
  },
  {
    name: "100,000 a day, 1,000 Applications in 10 repositories",
    settings: { perDay: 100_000, ...UNLIMITED, applications: 1_000, repositories: 10, drain: 0 },
  },
  {
    name: "100,000 a day, the same, models",
    settings: { perDay: 100_000, ...UNLIMITED, applications: 1_000, repositories: 10, drain: 0, work: withModels },
  },
];

/** By stage. */
export async function committedScalers(): Promise<ReadonlyMap<string, Scaler>> {
  const all = await readScalers(path.join(ROOT, "keda/base"));
  return new Map(all.map((scaler) => [scaler.container, scaler]));
}
