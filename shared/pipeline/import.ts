/** Taking in records of the founding platform: each at most once, none of its keys written. */

import type { Redis } from "ioredis";
import type { Patch, Proposal } from "../domain/improvement.ts";
import { encodePatch } from "../domain/improvement-fields.ts";
import type { Keys } from "./keys.ts";
import { type Defined, definePipelineScripts } from "./scripts/define.ts";
import { importElementScript, importHistoryScript } from "./scripts/import.ts";

/** HASH platform's id -> `ingest`, or the id of our record. */
export function importedKey({ prefix }: Keys): string {
  return `${prefix}school:imported`;
}

export type Imported =
  | { readonly kind: "imported" | "known"; readonly as: string }
  /** Our key of that name holds something else, which was left alone. */
  | { readonly kind: "taken"; readonly type: string };

/** An improvement that ended before this school saw it. */
export interface PastImprovement {
  readonly id: string;
  readonly status: "verified" | "failed";
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly because: string;
  readonly proposal: Proposal;
  readonly facts: Patch;
}

export type ImportScripts = Defined<"schoolImportElement" | "schoolImportHistory">;

export function loadImportScripts(redis: Redis, { prefix }: Keys): ImportScripts {
  const scripts = { schoolImportElement: importElementScript, schoolImportHistory: importHistoryScript };
  return definePipelineScripts(redis, prefix, scripts);
}

/** `element` goes onto the ingest list, unless `platformId` was imported before. */
export async function importElement(scripts: ImportScripts, platformId: string, element: string): Promise<Imported> {
  return answer(await scripts.schoolImportElement(platformId, element));
}

/** Writes `past` as a record that nothing follows from, unless `platformId` was imported before. */
export async function importHistory(
  scripts: ImportScripts,
  platformId: string,
  past: PastImprovement,
): Promise<Imported> {
  const { id, status, at, because, proposal, facts } = past;
  const set = { ...encodePatch(proposal).set, ...encodePatch(facts).set };
  const flat = Object.entries(set).flat();
  const video = proposal.video_id ?? "";
  const args = [platformId, status, at, because, id, video, proposal.category, flat.length, ...flat];
  return answer(await scripts.schoolImportHistory(...args));
}

function answer(reply: unknown): Imported {
  const [kind, value] = reply as ["imported" | "known" | "taken", string];
  return kind === "taken" ? { kind, type: value } : { kind, as: value };
}
