/**
 * Everything an improvement is held against: what was proposed before, what the repository has, what the documents say.
 * Every check answers pass, conflict or unknown. One that could not look is unknown, and stops no other.
 */
import type { Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import type { ModelCall } from "../../shared/domain/model-call.ts";
import type { Knowledge } from "../../shared/knowledge-ports.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import type { GitReader, History, Metrics } from "../../shared/ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import type { PlatformOptions } from "../../shared/repository/platform.ts";
import { findRoom } from "./capacity.ts";
import { findContradictions } from "./contradictions.ts";
import { findMissing } from "./dependencies.ts";
import { findDuplicate } from "./duplicates.ts";
import { findInPlace } from "./in-place.ts";

export interface CheckPorts {
  readonly git: GitReader;
  readonly history: Pick<History, "recent">;
  readonly knowledge: Knowledge;
  /** Says how full the nodes are; undefined where there is no Prometheus. */
  readonly metrics?: Pick<Metrics, "query"> | undefined;
  /** Judges contradictions beside the rules, and may only add; undefined where none is configured. */
  readonly model?: LanguageModel | undefined;
  /** Hears of every question to it. */
  readonly onCall?: ((call: ModelCall) => void) | undefined;
  readonly settings: { readonly platform: PlatformOptions };
}

/** What to do when a look throws: throw on, or answer `unknown`. */
export type OnFailure = (check: string, error: unknown) => ValidationFinding;

type Findings = ValidationFinding | undefined | readonly (ValidationFinding | undefined)[];

const REMEMBERED = 1_000;

/** Throws what `onFailure` throws. */
export async function runChecks(
  improvement: Improvement,
  { git, history, knowledge, model, onCall, metrics, settings }: CheckPorts,
  onFailure: OnFailure,
  signal: AbortSignal,
): Promise<readonly ValidationFinding[]> {
  async function look(check: string, find: () => Promise<Findings>): Promise<Findings> {
    try {
      return await find();
    } catch (error) {
      return onFailure(check, error);
    }
  }
  const past = await look("duplicate", async () =>
    findDuplicate(improvement, await history.recent(REMEMBERED), knowledge, signal),
  );
  const written = await look("contradiction", () =>
    findContradictions(improvement, { knowledge, model, onCall }, signal),
  );
  const present = await look("repository", async () => {
    const platform = await loadPlatform(git, await git.head(signal), settings.platform);
    return [
      findInPlace(improvement, platform),
      findMissing(improvement, platform),
      await findRoom(improvement, { platform, metrics }, signal),
    ];
  });
  return [past, present, written].flat().filter((finding) => finding !== undefined);
}

/** The finding of a check that could not look. */
export function notLooked(check: string, error: unknown): ValidationFinding {
  const reason = error instanceof Error ? error.message : String(error);
  return { check, result: "unknown", because: `could not be checked: ${reason.slice(0, 300)}`, evidence: [] };
}
