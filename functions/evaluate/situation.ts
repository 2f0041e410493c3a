/** What an expert with a model is given, and what it may do. */
import type { Expert, Improvement } from "../../shared/domain/improvement.ts";
import type { Topic } from "../../shared/domain/lexicon.ts";
import type { Knowledge } from "../../shared/knowledge-ports.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import type { Memory } from "./memory.ts";
import type { PassedOn } from "./pass-on.ts";
import type { Facts, Judged } from "./rubric.ts";

export interface Situation {
  readonly improvement: Improvement;
  readonly expert: Expert;
  readonly topic: Topic | undefined;
  readonly platform: Platform;
  readonly facts: Facts | undefined;
  readonly rulesOf: (expert: Expert) => Judged;
  readonly memory: Memory;
  readonly knowledge: Knowledge | undefined;
  /** It has been passed on, and is not passed on again. */
  readonly passed: PassedOn | undefined;
}

export type Told = Pick<Context, "signal" | "save" | "now">;
