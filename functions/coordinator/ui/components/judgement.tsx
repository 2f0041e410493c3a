/** The expert's judgement with its evidence. */

import type { Evaluation } from "../../../../shared/domain/evaluation.ts";
import { Evaluated } from "./evaluated.tsx";
import { PartSection } from "./part.tsx";

interface JudgementProps {
  readonly evaluation: Evaluation | undefined;
}

export function Judgement({ evaluation }: JudgementProps) {
  if (evaluation === undefined) return null;
  return (
    <PartSection name="judgement" title="Expert judgement">
      <Evaluated evaluation={evaluation} />
    </PartSection>
  );
}
