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

/** Votes like the newest earlier improvement with the same words that an expert really judged; else abstains. */
export function repeatVote(improvement: Texts, earlier: readonly Improvement[]): RoutingVote {
  const wanted = wordsHash(improvement);
  const same = earlier.find(
    (other) =>
      other.id !== improvement.id &&
      other.expert !== undefined &&
      other.expert_evaluation?.expert === other.expert &&
      wordsHash(other) === wanted,
  );
  if (same?.expert === undefined)
    return { tier: "exact-repeat", expert: null, confidence: 0, because: "these words were not routed before" };
  return { tier: "exact-repeat", expert: same.expert, confidence: 1, because: `same words as improvement ${same.id}` };
}
