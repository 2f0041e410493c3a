/** The schemas of intents as JSON Schema: what a form, or a program, needs to write one. */
import * as z from "zod";
import { intents } from "../../shared/intents/registry.ts";

export interface IntentSchema {
  readonly kind: string;
  readonly purpose: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** By name. What no schema can say (a quantity above nothing) is told when the intent is handed in. */
export function intentSchemas(): readonly IntentSchema[] {
  return [...intents.values()]
    .map(({ kind, purpose, schema }) => {
      const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
      return { kind, purpose, schema: json };
    })
    .sort((a, b) => (a.kind < b.kind ? -1 : 1));
}
