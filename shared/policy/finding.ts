/** One thing `school policy` tells about a repository or a difference. */
import type { Category, RuleDecision, Severity } from "./catalogue/rule-info.ts";
import type { Place } from "./place.ts";

/** What a rule found, before the catalogue and the policy file say what it counts for. */
export interface Found extends Partial<Place> {
  readonly rule: string;
  readonly message: string;
  /** `Kind namespace/name` */
  readonly object?: string;
  /** Less than the rule's own, where the repository cannot show enough to be sure. */
  readonly severity?: Severity;
}

export interface Finding extends Found {
  readonly category: Category;
  readonly severity: Severity;
  readonly decision: RuleDecision;
  readonly exempted?: { readonly reason: string; readonly expires: string };
}

/** A file (or what is said of one) that was not judged, and why. */
export interface Skipped {
  readonly path: string;
  readonly because: string;
}

export interface Report {
  /** Sorted by path, line and rule. */
  readonly findings: readonly Finding[];
  readonly skipped: readonly Skipped[];
  readonly files: number;
  readonly objects: number;
  readonly applications: number;
}
