/**
 * What a person may decide about an improvement, and what that means for its record. Pure: the script that carries a
 * move out checks status and lifecycle again.
 */
import { APPROVAL_LIFETIME_MS, signApproval } from "../../shared/domain/approval-signature.ts";
import { EXPERTS, type Expert, type Improvement, type Patch } from "../../shared/domain/improvement.ts";
import { closesDead, type Status } from "../../shared/domain/lifecycle.ts";
import { isRight } from "./feedback.ts";

export const ACTIONS = [
  "approve",
  "reject",
  "never",
  "replan",
  "reroute",
  "accept",
  "extend",
  "rollback",
  "close",
  "override",
] as const;
/** `retry` is not among them: a dead letter goes back, see dead-letter.ts. */
export type Action = (typeof ACTIONS)[number];

export interface Decided {
  readonly name: string;
  readonly reason: string;
  /** Where the routing asked for a person, or was wrong: the expert that person chose. */
  readonly expert?: Expert | undefined;
  /** Of the change set the person has seen, when they told it. */
  readonly hash?: string | undefined;
  /** Who injected the improvement over HTTP; they cannot be its only approver. */
  readonly injectedBy: string | null;
  /** Who handed in the source it was proposed from; the same holds for them. */
  readonly handedInBy?: string | null;
  /** Milliseconds since the epoch by Redis's clock. */
  readonly now: number;
  readonly secret: string;
}

export interface Move {
  readonly to: Status;
  readonly patch: Patch;
}
/** A decision that cannot be taken now; the text says why and what can be done. */
export interface Refusal {
  readonly refused: string;
  readonly rules?: readonly unknown[];
}

/** From where each action is possible. The lifecycle table has the same moves; this is the words for people. */
export const FROM: Readonly<Record<Action, readonly Status[]>> = {
  approve: ["pending_review"],
  reject: ["pending_review", "conflicts"],
  never: ["pending_review", "conflicts"],
  replan: ["pending_review"],
  reroute: ["pending_review", "conflicts"],
  accept: ["held"],
  extend: ["held"],
  rollback: ["verified", "held", "rollback_blocked"],
  close: ["rollback_blocked", "dead"],
  override: ["conflicts"],
};

/** A rollback may be asked for here too: the stage at work on it takes it back at its next look. */
export const IN_FLIGHT: readonly Status[] = ["implementation", "deployed"];

/** What a plan left behind; never valid for a plan that is yet to be made. */
export const noPlan: Patch = {
  planning: null,
  plan_answers: null,
  intent: null,
  edited_intent: null,
  other_targets: null,
  change_set: null,
  verdict: null,
  approval: null,
  approval_rule: null,
};
export const noQuestion: Patch = { review_stage: null, review_reason: null };
/** What another expert's judgement, and the checks of what followed from it, left behind. */
const noJudgement: Patch = {
  expert_evaluation: null,
  expert_answers: null,
  rag_check_passed: null,
  validation: null,
  conflicts_found: null,
  validated_at: null,
  index_awaited_since: null,
  forecast: null,
};

export function decide(action: Action, improvement: Improvement, by: Decided): Move | Refusal {
  const { status } = improvement;
  const from = FROM[action];
  if (!from.includes(status)) {
    return { refused: `it is ${status}; to ${action} it must be ${from.join(" or ")}` };
  }
  const iso = new Date(by.now).toISOString();
  switch (action) {
    case "approve":
      return approve(improvement, by);
    case "reject":
      return { to: "rejected", patch: {} };
    case "never":
      // Whatever says the same is a duplicate of this one from now on.
      return { to: "rejected", patch: { failure_reason: by.reason, tombstone: `person:${by.name}: ${by.reason}` } };
    case "replan":
    case "override":
      return { to: "validated", patch: { ...noPlan, ...noQuestion } };
    case "reroute":
      return reroute(improvement, by, iso);
    case "accept":
      return { to: "verified", patch: { verified_at: iso } };
    case "extend":
      // A fresh window of measurements; what was measured stays in the trail.
      return improvement.held_from === "implementation"
        ? { to: "implementation", patch: {} }
        : { to: "deployed", patch: { verification: null } };
    case "rollback":
      return { to: "rolling_back", patch: { failure_reason: by.reason } };
    case "close":
      return close(improvement, by, iso);
  }
}

/** What is left in the cluster is for whoever closes it to mend; its lock is free again either way. */
function close({ died_in: diedIn, git_head_before: head }: Improvement, by: Decided, iso: string): Move {
  if (diedIn === undefined) return { to: "failed", patch: { failed_at: iso } };
  const to = closesDead(diedIn, head !== undefined);
  return { to, patch: to === "failed" ? { failed_at: iso, failure_reason: by.reason } : {} };
}

function approve(improvement: Improvement, by: Decided): Move | Refusal {
  if (by.injectedBy === by.name) {
    return { refused: `${by.name} proposed this improvement; somebody else has to approve it` };
  }
  if (by.handedInBy === by.name) {
    return { refused: `${by.name} handed in the source of this improvement; somebody else has to approve it` };
  }
  const { change_set: changeSet, verdict, review_stage: stage, edited_intent: edited } = improvement;
  if (edited?.by === `person:${by.name}`) {
    return { refused: `${by.name} wrote its intent; somebody else has to approve it` };
  }
  if (by.hash !== undefined && by.hash !== changeSet?.hash) {
    return { refused: "its change set is another one than you looked at; read the new diff and decide again" };
  }
  if (changeSet === undefined) return resume(improvement, by);
  if (verdict === undefined) {
    return { refused: "its change set was never judged by policy; plan it again (replan) or reject it" };
  }
  if (verdict.decision === "deny") {
    const rules = verdict.rules.filter(({ decision }) => decision === "deny");
    const named = rules.map(({ rule, message }) => `${rule}: ${message}`).join("; ");
    return { refused: `policy denies its change set, which no person can approve (${named}); reject it`, rules };
  }
  const approval = signApproval(
    {
      improvement: improvement.id,
      hash: changeSet.hash,
      verdict: verdict.decision,
      application: changeSet.application,
      actor: `person:${by.name}`,
      reason: by.reason,
      approvedAt: by.now,
      expiresAt: by.now + APPROVAL_LIFETIME_MS,
    },
    by.secret,
  );
  const approved = { approval, approval_rule: "person", approved_at: new Date(by.now).toISOString() };
  return { to: "approved", patch: { ...approved, ...(stage === undefined ? {} : noQuestion) } };
}

function reroute(improvement: Improvement, by: Decided, iso: string): Move | Refusal {
  const { expert } = by;
  if (expert === undefined) return { refused: `name the right expert: \`expert\` is one of ${EXPERTS.join(", ")}` };
  if (expert === improvement.expert) return { refused: `the ${expert} expert has judged it; name another one` };
  const patch = { ...noPlan, ...noQuestion, ...noJudgement, ...chosen(improvement, expert, by, iso) };
  return { to: "routed", patch };
}

/** The expert a person chose, and what that says of the router's choice. */
function chosen(improvement: Improvement, expert: Expert, { name, reason }: Decided, at: string): Patch {
  const right = isRight(improvement, expert);
  return { expert, routing_feedback: { right, expert, by: `person:${name}`, because: reason, at } };
}

/** Nothing is planned yet: the person answers the stage that asked, and the flow goes on after it. */
function resume(improvement: Improvement, by: Decided): Move | Refusal {
  const { expert } = by;
  const { review_stage: stage } = improvement;
  switch (stage) {
    case "route":
      if (expert === undefined) {
        return { refused: `the routing found no expert; name one: \`expert\` is one of ${EXPERTS.join(", ")}` };
      }
      return {
        to: "routed",
        patch: { ...noPlan, ...noQuestion, ...chosen(improvement, expert, by, new Date(by.now).toISOString()) },
      };
    case "evaluate":
      return { to: "categorized", patch: { ...noPlan, ...noQuestion } };
    case "validate":
    case "plan":
      return { to: "validated", patch: { ...noPlan, ...noQuestion } };
    default:
      return { refused: "there is no change set to approve; plan it again (replan) or reject it" };
  }
}
