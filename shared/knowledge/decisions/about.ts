/** What a clause is about besides its subject: things kept or opened, and the uses its words name. */
import { OBJECT_OF_CLASS } from "./aspects.ts";
import { type Clause, termsIn } from "./clauses.ts";

/** Things and technologies named; a technology stands for its data too. */
export function thingsIn(clause: Pick<Clause, "marks">): readonly string[] {
  const objects = termsIn(clause, "object").map(({ term }) => term.id);
  const technologies = termsIn(clause, "technology").flatMap(({ term }) => [
    term.technology.id,
    ...term.technology.classes.flatMap((one) => OBJECT_OF_CLASS[one] ?? []),
  ]);
  return [...new Set([...objects, ...technologies])];
}

/** Classes named by their noun: "as the cache", "the only message broker". */
export function purposesIn(clause: Pick<Clause, "marks">): readonly string[] {
  return [...new Set(termsIn(clause, "class").map(({ term }) => term.id))];
}
