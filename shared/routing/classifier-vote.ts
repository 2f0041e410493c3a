/** What the trained classifier says, as a vote: it abstains under the probability it was right often enough from. */
import type { RoutingVote } from "../domain/improvement.ts";
import type { Classifier, RoutableText } from "../routing-ports.ts";
import { percent, thousandths } from "./rounding.ts";

/** The classifier that serves, and what is wrong with a better one. */
export interface Serving {
  readonly classifier?: Classifier | undefined;
  readonly note?: string | undefined;
}

const SHOWN = 3;

export function classifierVote({ classifier, note }: Serving, text: RoutableText): RoutingVote {
  if (classifier === undefined) {
    return { tier: "classifier", expert: null, confidence: 0, because: note ?? "there is no model", unknown: true };
  }
  const { version, threshold } = classifier;
  const ranked = classifier.predict(text);
  const [best] = ranked;
  const share = best?.share ?? 0;
  const said = `${best?.expert ?? "nobody"} with ${percent(share)}, ${percent(threshold)} is needed`;
  return {
    tier: "classifier",
    expert: best !== undefined && share >= threshold ? best.expert : null,
    confidence: thousandths(share),
    because: note === undefined ? said : `${said}; ${note}`,
    by: version,
    ranked: ranked.slice(0, SHOWN).map((one) => ({ ...one, share: thousandths(one.share) })),
  };
}
