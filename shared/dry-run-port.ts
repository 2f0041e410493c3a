/** What a cluster says to a change that is not made yet; see ports.ts. */

/** Asks a cluster what it would say to objects, without storing any (server-side dry run, fields checked strictly). */
export interface DryRun {
  /** What it means for a change that the cluster could not be asked: `auto` says so and goes on, `human` asks a person. */
  readonly unanswered: "auto" | "human";
  /** One finding per objection, [] when the cluster would take them all. Never throws for what a cluster answers. */
  check(objects: readonly DryRunObject[], signal?: AbortSignal): Promise<readonly DryRunFinding[]>;
}
export interface DryRunObject {
  /** With the namespace it would go to in its metadata. */
  readonly object: Readonly<Record<string, unknown>>;
  readonly effect: "create" | "change";
}
export interface DryRunFinding {
  /** Position of the object in what was asked. */
  readonly index: number;
  /**
   * `refused`: the API or its admission would not take it. `missing`: its kind or namespace is not there. `forbidden`: we
   * may not ask. `unreachable`: no answer. `warning`: it would be taken, with this remark.
   */
  readonly kind: "refused" | "missing" | "forbidden" | "unreachable" | "warning";
  /** In the cluster's words, one line, at most 500 characters. */
  readonly message: string;
}
