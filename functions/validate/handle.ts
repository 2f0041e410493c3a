/**
 * validate: checks an improvement against what was proposed before and against the repository. Every check answers
 * pass, conflict or unknown; what could not be looked at is unknown, and unknown goes to a person.
 */
import type { ValidationFinding } from "../../shared/domain/improvement.ts";
import type { GitReader, History } from "../../shared/ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import type { PlatformOptions } from "../../shared/repository/platform.ts";
import { askPerson, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";
import { findCapacity } from "./capacity.ts";
import { findMissing } from "./dependencies.ts";
import { findDuplicate } from "./duplicates.ts";
import { findInPlace } from "./in-place.ts";

export interface ValidatePorts {
  readonly git: GitReader;
  readonly history: Pick<History, "recent">;
  readonly settings: { readonly platform: PlatformOptions };
}

const REMEMBERED = 1_000;
/** A source that is away for a moment gets this many tries before its checks are given up as unknown. */
const PATIENCE = 3;

export async function validate(
  { improvement }: InputOf<"validate">,
  { git, history, settings }: ValidatePorts,
  { signal, attempt, now }: Pick<Context, "signal" | "attempt" | "now">,
): Promise<OutcomeOf<"validate">> {
  const past = await orUnknown("duplicate", attempt, signal, async () =>
    findDuplicate(improvement, await history.recent(REMEMBERED)),
  );
  const present = await orUnknown("repository", attempt, signal, async () => {
    const platform = await loadPlatform(git, await git.head(signal), settings.platform);
    return [
      findInPlace(improvement, platform),
      findMissing(improvement, platform),
      findCapacity(improvement, platform),
    ];
  });
  const findings = [past, present].flat().filter((finding) => finding !== undefined);
  const conflicts = findings.filter(({ result }) => result === "conflict");
  const unknown = findings.filter(({ result }) => result === "unknown");
  const validation = { validation: findings, validated_at: new Date(now()).toISOString() };
  if (conflicts.length > 0) {
    const patch = { ...validation, rag_check_passed: "false", conflicts_found: conflicts } as const;
    return moveTo("conflicts", patch, sentence(conflicts), findings);
  }
  const patch = { ...validation, conflicts_found: null };
  if (unknown.length > 0) return askPerson("validate", sentence(unknown), { ...patch, rag_check_passed: "unknown" });
  return moveTo(
    "validated",
    { ...patch, rag_check_passed: "true" },
    `${findings.length} checks found no conflict`,
    findings,
  );
}

/** Tries again while there is hope, then says `unknown`; never swallows a lost lease or a shutdown. */
async function orUnknown<Found>(
  check: string,
  attempt: number,
  signal: AbortSignal,
  look: () => Promise<Found>,
): Promise<Found | ValidationFinding> {
  try {
    return await look();
  } catch (error) {
    if (attempt < PATIENCE || signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return { check, result: "unknown", because: `could not be checked: ${reason.slice(0, 300)}`, evidence: [] };
  }
}

function sentence(findings: readonly ValidationFinding[]): string {
  return findings.map(({ check, because }) => `${check}: ${because}`).join("; ");
}
