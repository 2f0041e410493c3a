/** The first tier: the very same text was routed before. */
import { createHash } from "node:crypto";
import type { Improvement, RoutingVote } from "../../shared/domain/improvement.ts";

type Texts = Pick<Improvement, "id" | "title" | "description">;

/** Hash of the words alone: case, spacing, punctuation and the quoted time do not matter. */
export function wordsHash({ title, description }: Pick<Improvement, "title" | "description">): string {
  const words = `${title}\n${description}`
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  return createHash("sha256").update(words).digest("hex");
}

/**
 * Votes like the newest earlier improvement with the same words that an expert really judged; what somebody said of that
 * expert since counts more. Else it abstains.
 */
export function repeatVote(improvement: Texts, earlier: readonly Improvement[]): RoutingVote {
  const wanted = wordsHash(improvement);
  const same = earlier.find(
    (other) =>
      other.id !== improvement.id &&
      other.expert !== undefined &&
      other.expert_evaluation?.expert === other.expert &&
      wordsHash(other) === wanted,
  );
  if (same?.expert === undefined) return abstention("these words were not routed before");
  const { id, expert, routing_feedback: said } = same;
  if (said?.right !== false)
    return { tier: "exact-repeat", expert, confidence: 1, because: `same words as improvement ${id}` };
  if (said.expert === undefined)
    return abstention(`${expert} was wrong for improvement ${id}, which has the same words`);
  const because = `same words as improvement ${id}, for which ${said.expert} would have been right`;
  return { tier: "exact-repeat", expert: said.expert, confidence: 1, because };
}

function abstention(because: string): RoutingVote {
  return { tier: "exact-repeat", expert: null, confidence: 0, because };
}
