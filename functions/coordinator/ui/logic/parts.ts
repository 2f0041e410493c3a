/** The parts of an improvement's page that can be linked to (`?part=…`), in their order, and which of them there are. */
import type { Improvement } from "../../../../shared/domain/improvement.ts";

const titles = {
  timeline: "Timeline",
  proposal: "Proposal",
  routing: "Routing",
  judgement: "Judgement",
  validation: "Validation",
  change: "Change",
  delivery: "Delivery",
  verification: "Verification",
  rollback: "Rollback",
  cost: "Cost",
  facts: "Facts",
  trail: "Trail",
  record: "Record",
} as const;

export type PartName = keyof typeof titles;

export function partNamed(name: string | undefined): PartName | undefined {
  return name !== undefined && Object.hasOwn(titles, name) ? (name as PartName) : undefined;
}

/** Name and title of every part this improvement has something for. */
export function partsOf(improvement: Improvement): (readonly [PartName, string])[] {
  const {
    routing = [],
    routing_decision,
    routing_feedback,
    expert_evaluation,
    validation,
    conflicts_found,
  } = improvement;
  const { change_set, approval, git_commit, lock, request, verification } = improvement;
  const missing: Partial<Record<PartName, boolean>> = {
    routing: routing.length === 0 && routing_decision === undefined && routing_feedback === undefined,
    judgement: expert_evaluation === undefined,
    validation: ((validation ?? conflicts_found)?.length ?? 0) === 0,
    change: change_set === undefined,
    delivery: [approval, git_commit, lock, request].every((fact) => fact === undefined),
    verification: verification === undefined,
    rollback: !wasTakenBack(improvement),
  };
  return (Object.entries(titles) as [PartName, string][]).filter(([name]) => missing[name] !== true);
}

/** Whether anything was done to take it back. */
export function wasTakenBack(improvement: Improvement): boolean {
  const { rollback_started_at, rollback_commit, rollback_request, rollback_verification, rollback_requested } =
    improvement;
  return [rollback_started_at, rollback_commit, rollback_request, rollback_verification, rollback_requested].some(
    (fact) => fact !== undefined,
  );
}
