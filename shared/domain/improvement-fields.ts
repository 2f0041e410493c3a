/** The record as Redis holds it: one field per fact, JSON where it is structured. */
import type { Improvement, Patch, Proposal } from "./improvement.ts";

const jsonFields: ReadonlySet<string> = new Set<keyof Improvement>([
  "relevance_basis",
  "extraction",
  "quotes",
  "routing",
  "routing_decision",
  "routing_feedback",
  "forecast",
  "expert_evaluation",
  "expert_answers",
  "model_calls",
  "corroborated_by",
  "validation",
  "conflicts_found",
  "planning",
  "plan_answers",
  "intent",
  "edited_intent",
  "deferred",
  "other_targets",
  "change_set",
  "verdict",
  "approval",
  "baseline",
  "check_settings",
  "request",
  "landed",
  "rollback_request",
  "verification",
  "rollback_verification",
]);

/**
 * Record fields as Redis stores them, in today's form (schema/record.ts). Throws SyntaxError when a JSON field is damaged,
 * or leaves it out (no quotes are none): a newer version may have given it a form that only it can read.
 */
export function decodeImprovement(
  hash: Readonly<Record<string, string>>,
  damaged: "throw" | "leave out" = "throw",
): Improvement {
  const decoded: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(hash)) {
    if (jsonFields.has(field)) {
      if (damaged === "throw" || isJson(value)) decoded[field] = JSON.parse(value);
    } else decoded[field] = field === "relevance" ? Number(value) : value;
  }
  if (damaged === "leave out" && !Array.isArray(decoded["quotes"])) decoded["quotes"] = [];
  return decoded as unknown as Improvement;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A patch as Redis stores it: fields to set, and fields to remove. */
export function encodePatch(patch: Patch | Proposal): { set: Record<string, string>; remove: string[] } {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const [field, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) remove.push(field);
    else set[field] = jsonFields.has(field) ? JSON.stringify(value) : String(value);
  }
  return { set, remove };
}
