/**
 * approve: asks the approval rule and signs what it approves. The signature binds the exact change set, its verdict and
 * its Application; `implement` commits nothing without one. What the past says of changes like it is put down beside it,
 * for people, and can only make one of them necessary.
 */
import { type ApprovalSettings, decideApproval } from "../../shared/domain/approval.ts";
import { APPROVAL_LIFETIME_MS, signApproval } from "../../shared/domain/approval-signature.ts";
import { ownRelevance } from "../../shared/domain/corroboration.ts";
import type { Forecast } from "../../shared/domain/forecast.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { BrakesReader } from "../../shared/ports.ts";
import { askPerson, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";

export interface ApprovePorts {
  readonly brakes: BrakesReader;
  readonly settings: ApprovalSettings;
  /** Undefined: nobody foretells anything. It never throws. */
  readonly forecasts?: { of(improvement: Improvement, now: number): Promise<Forecast> } | undefined;
  /** APPROVAL_SECRET, shared with the coordinator and `implement` only. */
  readonly secret: string;
}

export async function approve(
  { improvement }: InputOf<"approve">,
  { brakes, settings, forecasts, secret }: ApprovePorts,
  { now }: Pick<Context, "now">,
): Promise<OutcomeOf<"approve">> {
  const { id, change_set: changeSet, verdict, category, type } = improvement;
  const forecast = await forecasts?.of(improvement, now());
  const told = forecast === undefined ? {} : { forecast };
  if (changeSet === undefined || verdict === undefined)
    return askPerson("approve", "there is no change set with a policy verdict to decide on", {
      approval_rule: "incomplete",
      ...told,
    });

  const decision = decideApproval(
    {
      category,
      type,
      relevance: ownRelevance(improvement),
      verdict,
      validation: improvement.validation ?? [],
      evaluation: improvement.expert_evaluation,
      planning: improvement.planning,
      forecast,
    },
    await brakes.brakes(changeSet.application),
    settings,
  );
  const { rule, because } = decision;
  const facts = { approval_rule: `${rule}: ${because}`, ...told };
  switch (decision.kind) {
    case "pending":
      return askPerson("approve", `${rule}: ${because}`, facts);
    case "rejected":
      return moveTo("rejected", { ...facts, failure_reason: because }, `${rule}: ${because}`);
    case "approved": {
      const approvedAt = now();
      const approval = signApproval(
        {
          improvement: id,
          hash: changeSet.hash,
          verdict: verdict.decision,
          application: changeSet.application,
          actor: `rule:${rule}`,
          reason: because,
          approvedAt,
          expiresAt: approvedAt + APPROVAL_LIFETIME_MS,
        },
        secret,
      );
      const patch = { ...facts, approval, approved_at: new Date(approvedAt).toISOString() };
      return moveTo("approved", patch, `${rule}: ${because}`);
    }
  }
}
