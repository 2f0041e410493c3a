/** One row of the configuration reference: variables that belong together, most often one. */
export interface Variable {
  readonly names: readonly [string, ...string[]];
  /** Says where something is or how to get in: from the environment it counts only with --real. */
  readonly part?: true;
  /** As people read it; a dash: none. */
  readonly default: string;
  /** Stages, `coordinator`, `functions` (all of them), `all`, or a program. */
  readonly readBy: string;
  readonly what: string;
}
