/** What experts say "not my field" of, and the words they say it in. */
import type { Improvement, RoutingFeedback } from "../../shared/domain/improvement.ts";
import { judgement, limits } from "./experts.ts";

/** Clearly one field's by its words; who has it is the test's. */
export const backups: Improvement = {
  ...limits,
  title: "Back up every database with pg_dump",
  description: "Dump Postgres every night and test restores.",
  category: "database",
};
export const plain: Improvement = { ...limits, title: "Be nicer", description: "Smile.", quotes: [] };
export const foreign = (better: string, cites = ["F1"]) =>
  judgement({ out_of_scope: { better, because: "routes are asked for", cites } });
export const AT = new Date(1_700_000_000_000).toISOString();

export function word(by: string, expert: RoutingFeedback["expert"]): RoutingFeedback {
  return { right: true, expert, by, because: "I know", at: AT };
}
