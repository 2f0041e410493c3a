/**
 * What the stand-in would not find again in Git after a `kill -9`: which faults are switched on, and up to which commit
 * each Application was well. A cluster begun anew from the head would take for old and sound what had just been applied.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { FAULT_KINDS, FAULT_TIMES } from "./fault-kinds.ts";
import type { InjectedFault } from "./faults.ts";

export interface Memory {
  /** Written before it returns. */
  rememberFaults(faults: Iterable<InjectedFault>): void;
  readonly faults: readonly InjectedFault[];
  /** The Application was Synced and Healthy with these commits of its sources. */
  rememberWell(application: string, well: Well): void;
  well(application: string): Well | undefined;
}

export interface Well {
  /** Identity of the sources: commits of others mean nothing. */
  readonly sources: string;
  /** One per source. */
  readonly commits: readonly string[];
}

const Fingerprint = z.object({ own: z.string(), revision: z.string(), surroundings: z.string() });
const Remembered = z.object({
  faults: z.array(
    z.object({
      kind: z.enum(FAULT_KINDS),
      namespace: z.string().exactOptional(),
      workload: z.string().exactOptional(),
      when: z.enum(FAULT_TIMES),
      ratio: z.number().exactOptional(),
      milliseconds: z.number().exactOptional(),
      dependency: z.string().exactOptional(),
      answer: z.enum(["refused", "503"]).exactOptional(),
      changedAt: z.number().exactOptional(),
      name: z.string(),
      injectedAt: z.number(),
      baseline: z.record(z.string(), Fingerprint),
    }),
  ),
  well: z.record(z.string(), z.object({ sources: z.string(), commits: z.array(z.string()) })),
});

const FILE = "memory.json";

/** `directory` exists. What cannot be read there is forgotten: the cluster then begins from the head of the branch. */
export function openMemory(directory: string, report: (error: unknown) => void): Memory {
  const file = join(directory, FILE);
  const known = read(file, report);
  let faults: readonly InjectedFault[] = known.faults;
  const well = new Map<string, Well>(Object.entries(known.well));

  /** Atomic: a killed process leaves the old one or the new one. */
  function save(): void {
    const draft = `${file}.new`;
    writeFileSync(draft, JSON.stringify({ faults, well: Object.fromEntries(well) }));
    renameSync(draft, file);
  }
  return {
    faults,
    rememberFaults(all) {
      faults = [...all];
      save();
    },
    rememberWell(application, now) {
      const before = well.get(application);
      if (before?.sources === now.sources && before.commits.join() === now.commits.join()) return;
      well.set(application, now);
      save();
    },
    well: (application) => well.get(application),
  };
}

function read(file: string, report: (error: unknown) => void): z.infer<typeof Remembered> {
  try {
    return Remembered.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      report(new Error(`${file} cannot be read; the faults that were switched on are over`, { cause: error }));
      rmSync(file, { force: true });
    }
    return { faults: [], well: {} };
  }
}
