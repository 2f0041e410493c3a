/** verify: measure the deployment for a while; verified, rolled back, or a person's to decide. One round per call. */
import type { World } from "../../shared/checks/check.ts";
import { checksFor, settingsRemark } from "../../shared/checks/configured.ts";
import type { Readers } from "../../shared/checks/remember.ts";
import { runRound, startVerification } from "../../shared/checks/round.ts";
import type { Schedule } from "../../shared/checks/schedule.ts";
import { workloadsHurt } from "../../shared/domain/blast-radius.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { BrakesReader } from "../../shared/ports.ts";
import { askedBack, rollbackIsOff } from "../../shared/revert/manual.ts";
import { PermanentError } from "../../shared/runtime/errors.ts";
import { again, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";

export interface VerifyPorts extends Pick<World, "cluster" | "metrics" | "argoCd" | "metricNames"> {
  readonly schedule: Schedule;
  /** The same readers for a verification that began `ageMs` ago, sharing what others have just read. */
  readonly shared?: (ageMs: number) => Readers;
  /** False: what fails is left to a person. */
  readonly rollbackEnabled: boolean;
  /** Absent: there are no flags. */
  readonly brakes?: BrakesReader;
}

export async function verify(
  { improvement }: { readonly improvement: Improvement },
  ports: VerifyPorts,
  context: Context,
): Promise<OutcomeOf<"verify">> {
  const { change_set: changeSet, baseline, check_settings: settings, verification: stored } = improvement;
  if (changeSet === undefined) throw new PermanentError("the record names no change set to verify");
  const { schedule, rollbackEnabled, brakes, shared, ...readers } = ports;
  const asked = askedBack(improvement);
  if (asked !== undefined) return moveTo("rolling_back", asked.patch, asked.because);
  const now = context.now();
  // One that ended belongs to an earlier deployment, or a person asked for another after it.
  const before = stored === undefined || stored.outcome !== undefined ? startVerification(now, schedule) : stored;

  const { application, objects } = changeSet;
  const fresh = shared?.(Math.max(0, now - before.startedAt)) ?? {};
  const dependents = workloadsHurt(improvement.planning?.blast_radius);
  const seen = { application, objects, dependents, baseline, settings };
  const world = { ...readers, ...fresh, ...seen, now, signal: context.signal };
  const { verification, decision } = await runRound(before, checksFor(settings), schedule, world);
  const because = `${decision.because}${settingsRemark(settings)}`;

  switch (decision.kind) {
    case "continue":
      // The round itself took a while, and the next one is not later for that.
      return again(Math.max(0, decision.nextAt - context.now()), { verification }, because);
    case "passed": {
      const verifiedAt = new Date(now).toISOString();
      const passed: Patch = {
        verification,
        health_checks_passed: "true",
        verified_at: verifiedAt,
        failure_reason: null,
      };
      return moveTo("verified", passed, because);
    }
    case "failed": {
      const failed: Patch = { verification, health_checks_passed: "false", failure_reason: because };
      const off = await rollbackIsOff(rollbackEnabled, brakes);
      if (off === undefined) return moveTo("rolling_back", failed, because);
      return moveTo("held", { ...failed, held_from: "deployed" }, `${off}: ${because}`);
    }
    case "undecided": {
      const undecided: Patch = { verification, failure_reason: because, held_from: "deployed" };
      return moveTo("held", undecided, `the measurements do not decide: ${because}`);
    }
  }
}
