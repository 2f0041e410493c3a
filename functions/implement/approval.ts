/** Is this the change somebody approved, and may it still be committed? */
import { APPROVAL_LIFETIME_MS, isSigned, type SignedApproval } from "../../shared/domain/approval-signature.ts";
import type { ChangeSet, Verdict } from "../../shared/domain/change-set.ts";
import type { Improvement, StoredIntent } from "../../shared/domain/improvement.ts";

export interface Approved {
  readonly approval: SignedApproval;
  readonly intent: StoredIntent;
  readonly changeSet: ChangeSet;
  readonly verdict: Verdict;
}

/** What was approved; a text says why nothing was. Expiry is asked separately: a commit may have landed before it. */
export function approvedChange(improvement: Improvement, secret: string): Approved | string {
  const { id, approval, intent, change_set: changeSet, verdict } = improvement;
  if (intent === undefined || changeSet === undefined || verdict === undefined) return "there is no planned change";
  if (approval === undefined) return "nobody has approved it";
  if (!isSigned(approval, secret)) return "the approval is not signed by this school";
  if (approval.improvement !== id) return `the approval belongs to improvement ${approval.improvement}`;
  if (approval.hash !== changeSet.hash) return "the approval belongs to another change set";
  if (approval.application !== changeSet.application) {
    return `the approval is for the Application ${approval.application}, the change set for ${changeSet.application}`;
  }
  if (approval.verdict !== verdict.decision) {
    return `the approval was given for the verdict ${approval.verdict}, the record says ${verdict.decision}`;
  }
  if (approval.verdict === "deny") return "policy denies it, and nobody can approve that";
  return { approval, intent, changeSet, verdict };
}

export function isExpired({ approvedAt, expiresAt }: SignedApproval, now: number): boolean {
  return now >= Math.min(expiresAt, approvedAt + APPROVAL_LIFETIME_MS);
}

export function isAutomatic({ actor }: SignedApproval): boolean {
  return actor.startsWith("rule:");
}
