/** What a proposal says in words of its own. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import { spokenIn } from "../../shared/domain/lexicon.ts";

export type Proposal = Pick<Improvement, "title" | "description" | "quotes"> &
  Partial<Pick<Improvement, "implementation_notes">>;

/** Notes on what was said elsewhere only repeat it; those of somebody who writes a proposal belong to it. */
export function proposedIn(proposal: Proposal): string {
  const { quotes, implementation_notes: notes = "" } = proposal;
  return quotes.length > 0 || notes === "" ? spokenIn(proposal) : `${spokenIn(proposal)}\n${notes}`;
}
