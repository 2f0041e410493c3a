/** What a proposal says in words of its own. */
import type { Improvement } from "../../domain/improvement.ts";
import { spokenIn } from "../../domain/lexicon.ts";

export type Proposal = Pick<Improvement, "title" | "description" | "quotes"> &
  Partial<Pick<Improvement, "implementation_notes">>;

/** A proposal says what it wants in its first thousands of characters. */
const LONGEST = 20_000;

/** Notes on what was said elsewhere only repeat it; those of somebody who writes a proposal belong to it. */
export function proposedIn(proposal: Proposal): string {
  const { quotes, implementation_notes: notes = "" } = proposal;
  const said = spokenIn(proposal);
  return (quotes.length > 0 || notes === "" ? said : `${said}\n${notes}`).slice(0, LONGEST);
}
