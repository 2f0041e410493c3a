/**
 * Where an improvement may stand and how it may move. This table is the only authority: the types below refuse an
 * illegal move at compile time, and the settle script carries the same table and refuses it in Redis.
 *
 * `stage` = moves the stage that owns the status may make; `person` = moves somebody with a role may make. Any status
 * that a stage owns may also become `dead` (the last attempt failed), and `dead` returns to the status it died in.
 */

export const lifecycle = {
  raw: { stage: ["routed", "pending_review", "rejected"], person: [] },
  routed: { stage: ["categorized", "pending_review", "rejected"], person: [] },
  categorized: { stage: ["validated", "conflicts", "pending_review", "rejected"], person: [] },
  validated: { stage: ["planned", "pending_review", "rejected"], person: [] },
  conflicts: { stage: [], person: ["validated", "routed", "rejected"] },
  planned: { stage: ["approved", "pending_review", "rejected"], person: [] },
  // A person decides what a stage could not: approve the change set, refuse it, or send it on after the stage that asked.
  pending_review: { stage: [], person: ["approved", "rejected", "routed", "categorized", "validated"] },
  approved: { stage: ["implementation", "pending_review", "rejected"], person: [] },
  implementation: { stage: ["deployed", "rolling_back", "held", "rejected"], person: [] },
  deployed: { stage: ["verified", "rolling_back", "held"], person: [] },
  held: { stage: [], person: ["verified", "rolling_back", "implementation", "deployed"] },
  verified: { stage: [], person: ["rolling_back"] },
  rolling_back: { stage: ["failed", "rollback_blocked"], person: [] },
  rollback_blocked: { stage: [], person: ["rolling_back", "failed"] },
  failed: { stage: [], person: [] },
  rejected: { stage: [], person: [] },
  // Nobody wants it any more: `rejected` when nothing of it can be in Git, `failed` when something may be (closesDead).
  dead: { stage: [], person: ["rejected", "failed"] },
} as const satisfies Record<string, { readonly stage: readonly string[]; readonly person: readonly string[] }>;

export type Status = keyof typeof lifecycle;

export const STATUSES = Object.keys(lifecycle) as Status[];

/** Statuses a stage may move an improvement to from `From`. */
export type StageExit<From extends Status> = (typeof lifecycle)[From]["stage"][number];

/** Nothing follows by itself; a person may still reopen some of them. */
export const END_STATUSES = ["verified", "failed", "rejected", "conflicts"] as const satisfies readonly Status[];

/** Leaving `implement` .. end: these statuses release the lock of the Argo CD Application. Every other keeps it. */
export const RELEASES_LOCK = ["pending_review", "rejected", "verified", "failed"] as const satisfies readonly Status[];

/**
 * The change is on its way into the cluster, being watched or being taken back: nobody else may change that Application
 * meanwhile. Whoever enters one of these without holding the lock waits for it.
 */
export const NEEDS_LOCK = ["implementation", "deployed", "rolling_back"] as const satisfies readonly Status[];

/** True when a stage drives this status onward, so an improvement that stands here must have an event somewhere. */
export function isMoving(status: Status): boolean {
  return lifecycle[status].stage.length > 0;
}

/**
 * Whether `from` → `to` is legal for this actor. `dead` is the system's word for "the last attempt failed" and is
 * legal from every moving status; leaving `dead` is legal only for a person: back to `diedIn`, or to an end.
 */
export function mayMove(from: Status, to: Status, actor: "stage" | "person", diedIn?: Status): boolean {
  if (to === "dead") return actor === "stage" && isMoving(from);
  if (from === "dead" && actor === "person" && to === diedIn && isMoving(to)) return true;
  return (lifecycle[from][actor] as readonly Status[]).includes(to);
}

/**
 * The end of a dead improvement that nobody wants any more. `pushed`: `implement` had noted the branch's head, so its commit
 * may be in Git although it died before it could say so.
 */
export function closesDead(diedIn: Status, pushed: boolean): "rejected" | "failed" {
  const committed = (NEEDS_LOCK as readonly Status[]).includes(diedIn);
  return committed || pushed ? "failed" : "rejected";
}
