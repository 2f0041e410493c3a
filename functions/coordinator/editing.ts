/** A reviewer writes the intent anew: checked by its kind's schema here, rendered and judged by `plan` as any other. */
import type { Improvement, StoredIntent } from "../../shared/domain/improvement.ts";
import { type Move, noPlan, noQuestion, type Refusal } from "./decisions.ts";

export interface Edit {
  readonly intent: StoredIntent;
  readonly reason: string;
  readonly hash?: string | undefined;
  readonly name: string;
  /** Milliseconds since the epoch by Redis's clock. */
  readonly now: number;
}

/** One line per field: `limits.memory: is no quantity`. */
export interface Invalid {
  readonly problems: readonly string[];
}

export async function editMove(improvement: Improvement, edit: Edit): Promise<Move | Refusal | Invalid> {
  const { status, intent: present, review_stage: stage, change_set: changeSet } = improvement;
  if (status !== "pending_review") return { refused: `it is ${status}; to edit it must be pending_review` };
  if (present === undefined && stage !== "plan") {
    return { refused: "nothing is planned for it yet; answer the stage that asks first (approve)" };
  }
  if (edit.hash !== undefined && edit.hash !== changeSet?.hash) {
    return { refused: "its change set is another one than you looked at; read the new diff and decide again" };
  }
  const { kind } = edit.intent;
  if (present !== undefined && present.kind !== kind) {
    return { problems: [`intent.kind: must stay ${present.kind}; another kind of change is another improvement`] };
  }
  // Loaded when somebody edits: the coordinator starts without knowing any intent.
  const { intents } = await import("../../shared/intents/registry.ts");
  const definition = intents.get(kind);
  if (definition === undefined) return { problems: [`intent.kind: one of ${[...intents.keys()].join(", ")}`] };
  const parsed = definition.schema.safeParse(edit.intent);
  if (!parsed.success) {
    return { problems: parsed.error.issues.map(({ path, message }) => `${["intent", ...path].join(".")}: ${message}`) };
  }
  const at = new Date(edit.now).toISOString();
  const edited = { intent: parsed.data, by: `person:${edit.name}`, because: edit.reason, at };
  return { to: "validated", patch: { ...noPlan, ...noQuestion, edited_intent: edited } };
}
