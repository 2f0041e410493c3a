/** What the school knows of one setting: which values it may get, and when its own advice is to change it. */

export type Technology = "redis" | "postgres" | "mysql" | "nginx";

/** The configuration a setting stands in. */
export interface Situation {
  /** The value that is written, undefined where none is. */
  readonly now: string | undefined;
  /** Every value another setting is written with. */
  readonly others: (name: string) => readonly string[];
  /** The program keeps its data on a volume that outlives its pod. */
  readonly keepsData: boolean;
}

/** `needed`: why it should change. `blocked`: why it must not be changed by an edit of the file alone. */
export type Need = { readonly needed: string } | { readonly blocked: string } | "fine";

export interface KnownSetting {
  readonly technology: Technology;
  /** As the file names it; `section.name` in files with sections. */
  readonly name: string;
  /** The values it may be given. */
  readonly allowed: RegExp;
  readonly advice?: {
    readonly value: string;
    /** What is said by somebody who means this setting. */
    readonly about: RegExp;
    need(situation: Situation): Need;
    /** What whoever approves it has to do or know first. */
    readonly before?: string;
  };
}

/** Advice where the value that is written, or the program's own default, is one of `wrong`. */
export function unless(byDefault: string, wrong: RegExp, because: string): (situation: Situation) => Need {
  return ({ now }) => (wrong.test(now ?? byDefault) ? { needed: because } : "fine");
}
