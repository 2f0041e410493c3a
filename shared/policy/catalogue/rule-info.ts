/** What is known of a rule beside its code: for reports, for the reference, and for what a repository may configure. */

/**
 * `error`: a cluster refuses it, or it can never do what it says. `warning`: a cluster takes it, and it will hurt.
 * `info`: worth knowing.
 */
export type Severity = "error" | "warning" | "info";

/** What it means for a change the school would make: never, only with a person's word, or told and nothing more. */
export type RuleDecision = "deny" | "human" | "note";

export type Category = "shape" | "security" | "reliability" | "repository" | "change" | "review" | "configuration";

export interface RuleInfo {
  readonly category: Category;
  readonly severity: Severity;
  readonly decision: RuleDecision;
  readonly description: string;
  readonly remedy: string;
  /** The same idea elsewhere: Kyverno, Gatekeeper, kube-linter. */
  readonly knownAs?: string;
  /** An exemption silences it in reports, never for a change of the school. */
  readonly floor?: true;
}

export type Rules = Readonly<Record<string, RuleInfo>>;
