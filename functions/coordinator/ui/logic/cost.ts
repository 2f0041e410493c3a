/** What questions to models cost, by the stage that asked. */
import type { ModelCall } from "../../../../shared/domain/model-call.ts";

export interface StageCost {
  readonly stage: string;
  readonly questions: number;
  readonly input: number;
  readonly output: number;
  /** US dollars, of the questions whose price is known. */
  readonly cost: number;
  /** Milliseconds of waiting for answers. */
  readonly ms: number;
  /** Questions whose price is not known. */
  readonly unpriced: number;
}

/** In the order in which the stages first asked. */
export function costByStage(calls: readonly ModelCall[]): StageCost[] {
  const stages = Map.groupBy(calls, ({ purpose }) => purpose.split("/", 1)[0] ?? purpose);
  return [...stages].map(([stage, asked]) => sumOf(stage, asked));
}

export function sumOf(stage: string, asked: readonly ModelCall[]): StageCost {
  const sum = (value: (call: ModelCall) => number) => asked.reduce((total, call) => total + value(call), 0);
  return {
    stage,
    questions: asked.length,
    input: sum(({ input }) => input),
    output: sum(({ output }) => output),
    cost: sum(({ cost }) => cost),
    ms: sum(({ ms }) => ms),
    unpriced: asked.filter(({ priced }) => !priced).length,
  };
}
