/** What a handler answers: data, never an effect. The runtime turns it into one settle. */
import type { SubmittedSource } from "../domain/events.ts";
import type { Corroboration, Patch, Proposal, RelevanceBasis } from "../domain/improvement.ts";
import type { Validators } from "../source-ports.ts";
import type { KeeperName, Leaves, ObserverName, OwnerName, StageName } from "../stages.ts";

/** Move the improvement. `because` goes into the trail; `evidence` is kept beside it as JSON. */
export interface MoveTo<To extends string = string> {
  readonly kind: "move";
  readonly to: To;
  readonly patch: Patch;
  readonly because: string;
  readonly evidence?: unknown;
}

/** Look again later; the status stays. Up to two minutes it waits near the stage, longer with the coordinator. */
export interface Again {
  readonly kind: "again";
  readonly afterMs: number;
  readonly patch: Patch;
  readonly because: string;
}

/** Another improvement holds the lock of this Application: come back when it lets go. */
export interface BehindLock {
  readonly kind: "behind-lock";
  readonly lock: string;
  readonly because: string;
}

/** `ingest` has read its source. No proposals: `nothing_found`, and `because` says why. */
export interface SourceRead {
  readonly kind: "source-read";
  readonly source: {
    readonly id: string;
    readonly title: string;
    readonly address?: string;
    readonly contentHash: string;
    /** Its name, when the school looks at it by itself. */
    readonly watch?: string;
  };
  readonly proposals: readonly (Proposal & { readonly id: string })[];
  /** What it says that improvements of other sources said before: it is added to theirs. */
  readonly corroborates?: readonly Corroborated[];
  readonly because: string;
}

export interface Corroborated {
  readonly improvement: string;
  readonly by: Corroboration;
  /** 0..1; the other's becomes this where it was less. */
  readonly relevance?: number;
  readonly relevance_basis?: RelevanceBasis;
}

/** `ingest` has looked at a feed, a channel or a folder: what is new there becomes sources of its own. */
export interface SourceListed {
  readonly kind: "source-listed";
  /** The listing's own id, and its name when it is a watched one. */
  readonly source: {
    readonly id: string;
    readonly title: string;
    readonly address: string;
    readonly watch?: string;
  };
  /** Newest first, each with the id `ingest` would give it; those known to the school are passed over in the settle. */
  readonly entries: readonly (SubmittedSource & { readonly id: string })[];
  readonly validators: Validators;
  /** New sources today at most, of this listing or the watched one. */
  readonly dailyLimit: number;
  readonly because: string;
}

/** The source was read before and has not changed: what is known of it stays as it is. */
export interface SourceKnown {
  readonly kind: "source-known";
  /** Its name, when the school looks at it by itself. */
  readonly watch?: string;
  readonly because: string;
}

/** The source cannot be read, ever (a passing fault is an error instead). */
export interface SourceFailed {
  readonly kind: "source-failed";
  readonly source: {
    readonly id: string;
    readonly title: string;
    readonly address?: string;
    readonly contentHash?: string;
    readonly watch?: string;
  };
  readonly because: string;
}

/** An observer is done with this event. */
export interface Observed {
  readonly kind: "observed";
  readonly because: string;
}

/** What is done so far is put down, and the same event goes on later; with no delay the others waiting come after it. */
export interface GoOn {
  readonly kind: "go-on";
  readonly afterMs: number;
  readonly because: string;
}

export type OutcomeOf<S extends StageName> = S extends OwnerName
  ? MoveTo<Leaves<S>> | Again | (S extends "implement" | "sync" ? BehindLock : never)
  : S extends ObserverName
    ? Observed | (S extends "notify" ? GoOn : never)
    : S extends KeeperName
      ? Observed | GoOn
      : SourceRead | SourceListed | SourceKnown | SourceFailed;

export type AnyOutcome =
  | MoveTo
  | Again
  | BehindLock
  | SourceRead
  | SourceListed
  | SourceKnown
  | SourceFailed
  | Observed
  | GoOn;

export function moveTo<To extends string>(to: To, patch: Patch, because: string, evidence?: unknown): MoveTo<To> {
  return { kind: "move", to, patch, because, ...(evidence === undefined ? {} : { evidence }) };
}

/** Leave it to a person: who asked, why, and what is missing. */
export function askPerson(stage: StageName, reason: string, patch: Patch = {}): MoveTo<"pending_review"> {
  return moveTo("pending_review", { ...patch, review_stage: stage, review_reason: reason }, reason);
}

export function again(afterMs: number, patch: Patch, because: string): Again {
  return { kind: "again", afterMs, patch, because };
}

export function observed(because: string): Observed {
  return { kind: "observed", because };
}

export function goOn(because: string, afterMs = 0): GoOn {
  return { kind: "go-on", afterMs, because };
}
