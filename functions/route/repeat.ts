/** The first tier: the very same text was routed before. */
import { createHash } from "node:crypto";
import type { Improvement, RoutingVote } from "../../shared/domain/improvement.ts";
import type { Precedent } from "../../shared/routing-ports.ts";

/** Hash of the words alone: case, spacing, punctuation and the quoted time do not matter. */
export function wordsHash({ title, description }: Pick<Improvement, "title" | "description">): string {
  const words = `${title}\n${description}`
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  return createHash("sha256").update(words).digest("hex");
}

/** Votes like the improvement that had the same words; what somebody said of its expert since counts more. */
export function repeatVote(same: Precedent | undefined): RoutingVote {
  if (same === undefined) return abstention("these words were not routed before");
  const { improvement, expert, feedback: said } = same;
  const repeated = `same words as improvement ${improvement}`;
  if (said?.right !== false) return { tier: "exact-repeat", expert, confidence: 1, because: repeated };
  if (said.expert === undefined) return abstention(`${repeated}, for which ${expert} was wrong`);
  const because = `${repeated}, for which ${said.expert} would have been right`;
  return { tier: "exact-repeat", expert: said.expert, confidence: 1, because };
}

function abstention(because: string): RoutingVote {
  return { tier: "exact-repeat", expert: null, confidence: 0, because };
}
