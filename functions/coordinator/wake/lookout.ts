/**
 * Looks which stages have events waiting and nobody to take them. Many wishes become one look: a school under load makes
 * thousands of transitions a second, and each of them could have woken somebody.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { StageName } from "../../../shared/stages.ts";

/** Between two looks. The first wish after a quiet moment is looked after at once. */
const GAP_MS = 100;

export interface Lookout {
  /** Looks at these stages soon; never throws. A look that fails is passed over: the next is half a second away. */
  readonly soon: (...stages: readonly StageName[]) => void;
  /** Looks at these stages now. Throws when Redis is away. */
  readonly now: (stages: readonly StageName[]) => Promise<void>;
}

/** `found` is called for each stage `look` finds cold. `pause` resolves when the next look may be. */
export function lookout(
  look: (stages: readonly StageName[]) => Promise<readonly StageName[]>,
  found: (stage: StageName) => void,
  pause: () => Promise<unknown> = () => delay(GAP_MS, undefined, { ref: false }),
): Lookout {
  const wished = new Set<StageName>();
  let looking = false;

  async function now(stages: readonly StageName[]): Promise<void> {
    for (const stage of await look(stages)) found(stage);
  }
  async function lookUntilNoneIsWished(): Promise<void> {
    looking = true;
    while (wished.size > 0) {
      const stages = [...wished];
      wished.clear();
      await now(stages).catch(() => undefined);
      await pause();
    }
    looking = false;
  }
  return {
    now,
    soon(...stages) {
      for (const stage of stages) wished.add(stage);
      if (!looking && wished.size > 0) void lookUntilNoneIsWished();
    },
  };
}
