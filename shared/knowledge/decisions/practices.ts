/** Rules about doing something that no vocabulary knows: compared by the words that carry them. */
import { type Clause, cuesIn } from "./clauses.ts";
import type { Fact, Source } from "./fact.ts";
import { stemOf, wordsOf } from "./words.ts";

/** Words that carry nothing of their own, and those every text about a platform uses. */
const LIGHT = new Set(
  (
    "a an the and or but of to in into on onto at by for from with without as is are be been being was were am it its they them their this that these those there here we us our you your he she i " +
    "which who whom whose what where when while if then than so such not no nor never nobody nothing none only also just very too much many more most less least any every each all both either neither one other another same own " +
    "must may can could should would shall will might do does did done have has had having use used using run running make made get gets got go goes put set keep kept give given take takes taken let lets need needs want wants " +
    "be become becomes stay stays new old after before again still already always about over under between through during because until per via up down out off own via like " +
    "cluster service pod container deployment namespace platform app application workload system team thing way time work people person somebody everybody anybody kubernetes k8s change add remove"
  )
    .split(" ")
    .map(stemOf),
);

/** Stems of the words that carry a text, each once. */
export function carriersOf(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { stem } of wordsOf(text))
    if (!LIGHT.has(stem) && stem.length > 2 && !/^\d+$/u.test(stem)) found.add(rootOf(stem));
  return found;
}

/** `draining`, `drained` and `drain` are one. */
export function rootOf(stem: string): string {
  if (stem.length > 5 && stem.endsWith("ing")) return undoubled(stem.slice(0, -3));
  if (stem.length > 4 && stem.endsWith("ed")) return undoubled(stem.slice(0, -2));
  return stem.length > 4 && stem.endsWith("e") ? stem.slice(0, -1) : stem;
}

function undoubled(stem: string): string {
  const last = stem.at(-1);
  return last !== undefined && last === stem.at(-2) && last !== "s" && last !== "l"
    ? stem.slice(0, -1)
    : stem.replace(/e$/u, "");
}

/** Words a practice needs, so that it is not everybody's. */
const FEWEST = 2;

/** "Never drain two nodes at once": what follows the denial, where nothing typed was read. */
export function practiceIn(clause: Clause, source: Source): Pick<Fact, "subject" | "relation" | "about"> | undefined {
  const [denial] = cuesIn(clause, "not").filter(({ phrase }) =>
    /^(?:must not|mustn't|may not|shall not|never|do not|don't|forbid|prohibit|ban|disallow)$/u.test(phrase),
  );
  if (denial === undefined || source.authority === "none") return undefined;
  // "Broadcasts don't cross routers" tells how things are; "Don't drain two nodes" is an order.
  if (/^do(?: not|n't)$/u.test(denial.phrase) && denial.mark.from > 0) return undefined;
  const after = clause.words.slice(denial.mark.to);
  const text = clause.text.slice(after[0]?.at ?? clause.text.length);
  const before = clause.text.slice(0, clause.words[denial.mark.from]?.at ?? 0);
  const stems = [...new Set([...carriersOf(before), ...carriersOf(text)])];
  if (stems.length < FEWEST || stems.length > 7) return undefined;
  const subject = { kind: "practice", id: stems.join(" "), name: text.slice(0, 120), stems } as const;
  return { subject, relation: { kind: "forbids" }, about: [] };
}
