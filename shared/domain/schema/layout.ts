/** The version of the keys themselves: which there are, of which type, under which name. Steps lead there: shared/pipeline/layout. */

/** What this program knows. It works on older keys too, until the coordinator has brought them forward. */
export const LAYOUT = 2;

/** The keys in Redis are laid out by a newer version of the school; whoever meets that stops before it writes anything. */
export class NewerLayout extends Error {
  readonly layout: number;

  constructor(layout: number, build: string) {
    super(
      `The school's keys in Redis have layout ${layout}; this program (${build}) knows layouts up to ${LAYOUT}. It changed nothing ` +
        "and ends. Run the version that was there before, or a newer one; to go back to this one, restore the backup of " +
        "Redis from before the upgrade (build/docs/operations.md, Upgrade).",
    );
    this.name = "NewerLayout";
    this.layout = layout;
  }
}

/** Exit code of a program that is too old for what Redis holds: EX_CONFIG of sysexits.h. Starting it again cannot help. */
export const NEWER_LAYOUT_EXIT = 78;
