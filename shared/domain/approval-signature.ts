/**
 * Approvals are signed, so that writing to Redis is not enough to approve. `approve` and the coordinator hold the
 * secret and sign; `implement` verifies and commits nothing unsigned.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Decision } from "./change-set.ts";

/** Approvals end after 72 hours. */
export const APPROVAL_LIFETIME_MS = 72 * 3_600_000;

export interface Approval {
  readonly improvement: string;
  /** Hash of the change set, its verdict and its Application: what exactly was approved. */
  readonly hash: string;
  readonly verdict: Decision;
  readonly application: string;
  /** `rule:<name>` for an automatic approval, `person:<name>` for a person's. */
  readonly actor: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly approvedAt: number;
  readonly expiresAt: number;
}

export type SignedApproval = Approval & { readonly signature: string };

export function signApproval(approval: Approval, secret: string): SignedApproval {
  return { ...approval, signature: signature(approval, secret) };
}

/** True when this secret signed exactly these facts. Expiry is the caller's to check: it needs a clock. */
export function isSigned(approval: SignedApproval, secret: string): boolean {
  if (!/^[0-9a-f]{64}$/u.test(String(approval.signature))) return false;
  const expected = Buffer.from(signature(approval, secret), "hex");
  const actual = Buffer.from(approval.signature, "hex");
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

function signature(approval: Approval, secret: string): string {
  const { improvement, hash, verdict, application, actor, reason, approvedAt, expiresAt } = approval;
  const facts = JSON.stringify([improvement, hash, verdict, application, actor, reason, approvedAt, expiresAt]);
  return createHmac("sha256", secret).update(facts).digest("hex");
}
