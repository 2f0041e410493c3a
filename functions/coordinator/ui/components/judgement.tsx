/** The expert's judgement with its evidence, and what was asked of models for it. */

import type { Evaluation } from "../../../../shared/domain/evaluation.ts";
import type { ModelCall } from "../../../../shared/domain/model-call.ts";
import { Evaluated } from "./evaluated.tsx";
import { ModelCalls } from "./model-calls.tsx";

interface JudgementProps {
  readonly evaluation: Evaluation | undefined;
  readonly calls: readonly ModelCall[] | undefined;
}

export function Judgement({ evaluation, calls = [] }: JudgementProps) {
  if (evaluation === undefined && calls.length === 0) return null;
  return (
    <section>
      <h2>Expert judgement</h2>
      {evaluation !== undefined && <Evaluated evaluation={evaluation} />}
      {calls.length > 0 && <ModelCalls calls={calls} />}
    </section>
  );
}
