/** What a model is asked for, as JSON Schema, and how its answer is read. */
import * as z from "zod";
import type { StoredIntent } from "../../shared/domain/improvement.ts";
import type { PlanChoice } from "../../shared/domain/plan-answer.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import type { Candidate } from "../../shared/intents/intent.ts";
import { intents } from "../../shared/intents/registry.ts";

/** Characters kept of what a model says to people, and of a whole answer. */
const SAID = 400;
const WHOLE = 16_000;

/** Vendors that keep to a schema strictly send null for what is absent. */
function optional<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => value ?? undefined, schema.optional());
}
const Answer = z.object({
  because: optional(z.string()),
  choice: z.enum(["candidate", "intent", "none"], { error: "choice must be candidate, intent or none" }),
  candidate: optional(z.coerce.number().int()),
  intent: optional(z.looseObject({ kind: z.string({ error: "must be the kind of an intent" }) })),
  missing: optional(z.string()),
});

let schema: Readonly<Record<string, unknown>> | undefined;

/** One object; `intent` is the closed union of every kind the school can carry out. */
export function answerSchema(): Readonly<Record<string, unknown>> {
  schema ??= {
    type: "object",
    properties: {
      because: { type: "string", description: "Why this change and this place, in one or two sentences." },
      choice: { type: "string", enum: ["candidate", "intent", "none"] },
      candidate: { type: "integer", minimum: 1, description: "With choice candidate: its number." },
      intent: { description: "With choice intent: the intent, filled in.", anyOf: [...intents.values()].map(schemaOf) },
      missing: { type: "string", description: "With choice none: what is missing, for the person who goes on." },
    },
    required: ["because", "choice"],
    additionalProperties: false,
  };
  return schema;
}

function schemaOf({ purpose, schema: given }: { readonly purpose: string; readonly schema: z.ZodType }): object {
  const { $schema: _, ...json } = z.toJSONSchema(given, { io: "input", unrepresentable: "any" });
  return { ...json, description: purpose };
}

/** The choice, its candidate looked up among those that were offered; a text says what is wrong with the answer. */
export function readAnswer(value: unknown, offered: readonly Candidate[]): PlanChoice | string {
  if (JSON.stringify(value)?.length > WHOLE) return `the answer is longer than ${WHOLE} characters`;
  const parsed = Answer.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the answer"}: ${message}`);
    return problems.slice(0, 5).join("; ");
  }
  const { choice, candidate, intent, missing } = parsed.data;
  const because = saidBy(parsed.data.because) || "it gives no reason";
  switch (choice) {
    case "none":
      return { kind: "none", missing: saidBy(missing) || because, because };
    case "candidate": {
      const found = offered[(candidate ?? 0) - 1];
      if (found !== undefined) return { kind: "intent", intent: found.intent, because };
      return offered.length === 0
        ? "no candidates were offered: choose intent or none"
        : `candidate: must be a number from 1 to ${offered.length}`;
    }
    case "intent":
      return intent === undefined
        ? "intent: is missing"
        : { kind: "intent", intent: withoutNull(intent) as StoredIntent, because };
  }
}

function saidBy(text: string | undefined): string {
  return cleanLine((text ?? "").slice(0, 2 * SAID)).slice(0, SAID);
}

function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) => (entry === null ? [] : [[key, withoutNull(entry)]])),
  );
}
