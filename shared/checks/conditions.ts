/** A condition of an object's status, as Kubernetes' API conventions write it. */
import { at, itemsAt, textAt } from "../repository/values.ts";

export interface StatusCondition {
  readonly isTrue: boolean;
  /** Reason and message in one line, at most 300 characters; "" when nothing is said. */
  readonly because: string;
}

/** Undefined when the status has none of this type, or speaks of an older version of the object. */
export function conditionOf(object: unknown, type: string): StatusCondition | undefined {
  const condition = itemsAt(object, "status", "conditions").find((one) => one["type"] === type);
  const generation = Number(at(object, "metadata", "generation") ?? 0);
  const observed = Number(
    condition?.["observedGeneration"] ?? at(object, "status", "observedGeneration") ?? generation,
  );
  if (condition === undefined || observed < generation) return undefined;
  const because = `${textAt(condition, "reason") ?? ""} ${textAt(condition, "message") ?? ""}`.trim();
  return { isTrue: condition["status"] === "True", because: because.replace(/\s+/g, " ").slice(0, 300) };
}
