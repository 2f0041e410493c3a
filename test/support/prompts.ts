/** Fills any prompt by its declaration. */
import type { Text, Variable, Variables } from "../../shared/prompts/source.ts";

/** `text` is asked once for every place; each list gets `entries` entries. */
export function valuesFor(
  variables: Variables,
  text: (declared: Text) => string,
  entries = 2,
): Readonly<Record<string, unknown>> {
  const value = (declared: Variable): unknown => {
    if (declared.type !== "list") return text(declared);
    const make = () => ("item" in declared ? text(declared.item) : valuesFor(declared.fields, text, entries));
    return Array.from({ length: Math.min(entries, declared.max) }, make);
  };
  return Object.fromEntries(Object.entries(variables).map(([name, declared]) => [name, value(declared)]));
}
