/** Whether rollbacks are a person's matter now: asked for by one, or left to one. */
import type { Improvement, Patch } from "../domain/improvement.ts";
import type { BrakesReader } from "../ports.ts";

/** Somebody set the manual rollback flag of this improvement (`rollback_requested` in its record), in whatever form. */
export function askedBack({
  rollback_requested: flag,
}: Improvement): { readonly patch: Patch; readonly because: string } | undefined {
  if (flag === undefined || ["", "0", "false"].includes(flag.trim().toLowerCase())) return undefined;
  const said = ["1", "true", "yes"].includes(flag.trim().toLowerCase()) ? "" : `: ${flag.trim().slice(0, 500)}`;
  const because = `a person asked to take it back${said}`;
  return { patch: { failure_reason: because, rollback_requested: null }, because };
}

/** Why what fails is held instead of taken back; undefined where rollbacks are automatic. Flags that cannot be read throw. */
export async function rollbackIsOff(
  enabled: boolean,
  brakes: Pick<BrakesReader, "brakes"> | undefined,
): Promise<string | undefined> {
  if (!enabled) return "rollback is off";
  const manual = (await brakes?.brakes())?.flags.manualRollback === true;
  return manual ? "an operator wants to decide about every rollback (manual_rollback)" : undefined;
}
