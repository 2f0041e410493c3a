/**
 * validate: checks an improvement against what was proposed before, against the repository and against what its people
 * have written down. What could not be looked at is unknown, and unknown goes to a person.
 */
import type { Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import type { ModelCall } from "../../shared/domain/model-call.ts";
import { withCalls } from "../../shared/models/calls.ts";
import { again, askPerson, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";
import { askedOnce } from "./asked-once.ts";
import { type CheckPorts, notLooked, runChecks } from "./checks.ts";

export type ValidatePorts = CheckPorts;

/** A source that is away for a moment gets this many tries before its checks are given up as unknown. */
const PATIENCE = 3;
/** The first index of a large platform takes minutes; one that takes longer than this may never come. */
const INDEX_AWAITED_MS = 600_000;
const INDEX_LOOK_MS = 5_000;

export async function validate(
  { improvement }: InputOf<"validate">,
  ports: ValidatePorts,
  { signal, attempt, now }: Pick<Context, "signal" | "attempt" | "now">,
): Promise<OutcomeOf<"validate">> {
  const knowledge = askedOnce(ports.knowledge);
  const calls: ModelCall[] = [];
  const findings = await runChecks(
    improvement,
    { ...ports, knowledge, onCall: (call) => void calls.push(call) },
    (check, error) => {
      // Tries again while there is hope; never swallows a lost lease or a shutdown.
      if (attempt < PATIENCE || signal.aborted) throw error;
      return notLooked(check, error);
    },
    signal,
  );
  const conflicts = findings.filter(({ result }) => result === "conflict");
  const unknown = findings.filter(({ result }) => result === "unknown");
  const validation = {
    validation: findings,
    validated_at: new Date(now()).toISOString(),
    index_awaited_since: null,
    ...withCalls(improvement, ...calls),
  };
  const evidence = calls.length === 0 ? findings : { findings, model_calls: calls };
  if (conflicts.length > 0) {
    const patch = { ...validation, rag_check_passed: "false", conflicts_found: conflicts } as const;
    return moveTo("conflicts", patch, sentence(conflicts), evidence);
  }
  if (unknown.length > 0 && knowledge.isSoon()) {
    const since = awaitedSince(improvement, now());
    if (now() - since < INDEX_AWAITED_MS) {
      const patch = { index_awaited_since: new Date(since).toISOString(), ...withCalls(improvement, ...calls) };
      return again(INDEX_LOOK_MS, patch, `the first index is being built: ${sentence(unknown)}`);
    }
  }
  const patch = { ...validation, conflicts_found: null };
  if (unknown.length > 0) {
    const asked = askPerson("validate", sentence(unknown), { ...patch, rag_check_passed: "unknown" });
    return calls.length === 0 ? asked : { ...asked, evidence };
  }
  return moveTo(
    "validated",
    { ...patch, rag_check_passed: "true" },
    `${findings.length} checks found no conflict`,
    evidence,
  );
}

function awaitedSince({ index_awaited_since: since }: Improvement, now: number): number {
  const before = since === undefined ? Number.NaN : Date.parse(since);
  return Number.isNaN(before) ? now : before;
}

function sentence(findings: readonly ValidationFinding[]): string {
  return findings.map(({ check, because }) => `${check}: ${because}`).join("; ");
}
