/** What a configured source says beside its address; each reader knows its own keys. */
import type * as z from "zod";
import type { UnreadableSource } from "../../../shared/source-ports.ts";

/** The options by a strict schema, or why the source cannot be read with them: unknown keys are a person's mistake. */
export function optionsOf<Schema extends z.ZodType>(
  kind: string,
  schema: Schema,
  options: Readonly<Record<string, unknown>>,
): { readonly options: z.infer<Schema> } | UnreadableSource {
  const read = schema.safeParse(options);
  if (read.success) return { options: read.data };
  const problems = read.error.issues.map(({ path, message }) => [...path.map(String), message].join(": "));
  return unreadable(`the options of a source of kind ${kind} are not right: ${problems.join("; ")}`);
}

export function unreadable(because: string): UnreadableSource {
  return { kind: "unreadable", because };
}
