/** A typed intent: what to change, never how the YAML looks. One file per kind beside this one. */
import type * as z from "zod";
import type { FileChange, ObjectRef } from "../domain/change-set.ts";
import type { StoredIntent } from "../domain/improvement.ts";
import type { Platform } from "../repository/platform.ts";

/** One place in the repository where an intent applies, with the intent filled in for it. */
export interface Candidate<I extends StoredIntent = StoredIntent> {
  readonly intent: I;
  /** `<kind> <namespace>/<name>`, for people. */
  readonly target: string;
  readonly namespace: string;
  /** Why here, and where the values come from (LimitRange, neighbours): never from the source's text. */
  readonly because: string;
  readonly application: string;
  /** Higher is better; ties are broken by name, so the choice is the same every time. */
  readonly rank: number;
}

/** Order of candidates: the same repository gives the same choice every time. */
export function bestFirst(a: Candidate, b: Candidate): number {
  if (a.rank !== b.rank) return b.rank - a.rank;
  const [one, other] = [nameOf(a), nameOf(b)];
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Several containers of one workload are told apart. */
function nameOf({ target, intent }: Candidate): string {
  const container: unknown = intent["container"];
  return typeof container === "string" ? target + container : target;
}

export type Rendered =
  | {
      readonly kind: "rendered";
      readonly files: readonly FileChange[];
      readonly objects: readonly ObjectRef[];
      readonly application: string;
      /** Lines for the commit message: "Added NetworkPolicy default-deny-ingress", … */
      readonly changes: readonly string[];
    }
  | { readonly kind: "refused"; readonly because: string };

/** Where the intent's aim is met, and where it is not, whether or not the school could do something about it. */
export interface Survey {
  /** `<path>: <object>` */
  readonly done: readonly string[];
  readonly open: readonly OpenPlace[];
  /** Places that look as if they lacked it, where it would do no good. */
  readonly exempt?: readonly OpenPlace[];
}

export interface OpenPlace {
  readonly target: string;
  /** Undefined when it is about the repository as a whole. */
  readonly namespace?: string | undefined;
  readonly because: string;
}

export interface IntentDefinition<I extends StoredIntent = StoredIntent> {
  readonly kind: I["kind"];
  /** What the change is, in one sentence: what people and models are told. */
  readonly purpose: string;
  readonly schema: z.ZodType<I>;
  /** It adds or changes containers or volume claims, so a LimitRange has a say in it. */
  readonly sizesPods: boolean;
  /** The forms of the change a text asks for, the first one meant most; absent where there is only one. */
  forms?(about: string): readonly string[];
  /**
   * Best first, each with everything the repository can tell. Empty: nothing to improve in this repository. `about` is what was said: where an intent has several
   * forms it decides which of them is meant, never where or how much.
   */
  candidates(platform: Platform, about?: string): readonly Candidate<I>[];
  survey(platform: Platform, about?: string): Survey;
  /** Deterministic: the same intent on the same repository gives the same bytes. */
  render(intent: I, platform: Platform): Rendered;
}
