/**
 * What each program's container asks for. Measured: the most memory a process of it ever had resident (VmHWM in
 * /proc/<pid>/status, looked at each second) while the demonstration ran: seven talks against the sample platform harbor. The
 * request is that, rounded up to 32 MiB. The limit leaves room for a larger repository and for git beside it.
 */
import type { Program } from "./environment.ts";

export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

/** MiB at the most. */
const PEAKS: Readonly<Record<Program, number>> = {
  coordinator: 118,
  ingest: 131,
  route: 130,
  evaluate: 168,
  validate: 170,
  plan: 169,
  approve: 75,
  implement: 132,
  sync: 122,
  verify: 158,
  rollback: 140,
  learn: 125,
  index: 132,
  notify: 83,
};

/** MiB. Where nothing is named, 384. */
const LIMITS: Partial<Record<Program, number>> = {
  coordinator: 512,
  ingest: 512,
  evaluate: 512,
  validate: 512,
  plan: 512,
  implement: 512,
  sync: 512,
  rollback: 512,
  // A training on 10,000 rows took 440 MB; between trainings it needs no more than others.
  learn: 1_024,
  // A fit on 2,800 chunks took 430 MB.
  index: 1_024,
};

/** Starting takes a whole processor for a moment; what waits for others takes next to none. */
const CPU: Partial<Record<Program, string>> = { coordinator: "100m", index: "100m" };

export function resourcesOf(program: Program): Resources {
  const asked = Math.ceil(PEAKS[program] / 32) * 32;
  return {
    requests: { cpu: CPU[program] ?? "50m", memory: `${program === "index" ? 256 : asked}Mi` },
    limits: { cpu: "1", memory: `${LIMITS[program] ?? 384}Mi` },
  };
}
