/** What is counted of questions to models: names of counters in the HASH `metrics`, and how they are read again. */
import type { ModelCall } from "../domain/model-call.ts";
import { bucketOf, MODEL_BOUNDS } from "../pipeline/durations.ts";

type Counts = Readonly<Record<string, number>>;

export const TOKEN_KINDS = ["input", "output", "cache_read", "cache_write"] as const;

/** Parts of a name must not hold the separator; models' names come from settings and servers. */
function field(...parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll("|", "_").slice(0, 120)).join("|");
}

/** Tokens and cost of what was really asked; of the others the tokens that were saved. */
export function countsOf(call: ModelCall, isUsable: boolean): Counts {
  const { purpose, model, answered_by: by } = call;
  const asked = { [field("model_calls", purpose, model, by)]: 1 };
  if (by !== "vendor") return { ...asked, [field("model_tokens_saved", purpose, model)]: call.input + call.output };
  const tokens = TOKEN_KINDS.flatMap((kind) =>
    call[kind] === 0 ? [] : [[field("model_tokens", purpose, model, kind), call[kind]] as const],
  );
  return {
    ...asked,
    ...Object.fromEntries(tokens),
    [field("model_seconds", vendorOf(model), bucketOf(MODEL_BOUNDS, call.ms / 1_000))]: 1,
    [field("model_ms_sum", vendorOf(model))]: call.ms,
    ...(call.cost === 0 ? {} : { [field("model_cost", purpose, model)]: Math.ceil(call.cost * 1e6) }),
    ...(isUsable ? {} : { [field("model_unusable", purpose, model)]: 1 }),
  };
}

/** Of `vendor:model`. */
function vendorOf(model: string): string {
  return model.split(":", 1)[0] ?? model;
}

/** `asked`: whether the cheap model was, or nobody. */
export function overBudgetCount(payer: string, asked: "cheap" | "nobody"): Counts {
  return { [field("model_over_budget", payer, asked)]: 1 };
}

export function unavailableCount(purpose: string): Counts {
  return { [field("model_unavailable", purpose)]: 1 };
}

/** Rows of one of them: the parts of the name after the first, and the number. */
export function countRows(
  counters: ReadonlyMap<string, number>,
  what: string,
): (readonly [readonly string[], number])[] {
  return [...counters].flatMap(([name, value]) => {
    const [first, ...parts] = name.split("|");
    return first === what ? [[parts, value] as const] : [];
  });
}
