/** A classifier from the bytes of a model. */
import { EXPERTS } from "../../domain/improvement.ts";
import type { Classifier } from "../../routing-ports.ts";
import { keywordVote } from "../keywords/vote.ts";
import { featuresOf, type KeywordVoter } from "./features.ts";
import { type Head, type Scorer, scoresOf, softmaxInto } from "./head.ts";
import { mlpScorer } from "./mlp.ts";
import { checksumOf, type Model, ModelDamaged, readModel } from "./model-bytes.ts";
import { linearScorer } from "./softmax.ts";

export interface LoadOptions {
  /** What the store calls it; the beginning of its checksum unless given. */
  readonly version?: string;
  /** The keyword tier it asks; the school's own unless given. */
  readonly keywords?: KeywordVoter;
}

/**
 * Ready to be asked. `checksum` is the SHA-256 (hex) the bytes were kept with. Throws ModelDamaged, with one sentence,
 * when the bytes are damaged, cut short, of another format, for other experts, or have another checksum.
 */
export function loadClassifier(bytes: Uint8Array, checksum?: string, options: LoadOptions = {}): Classifier {
  const version = options.version ?? checksumOf(bytes).slice(0, 12);
  return classifierOf(readModel(bytes, checksum), version, options.keywords ?? keywordVote);
}

function classifierOf({ head, facts }: Model, version: string, keywords: KeywordVoter): Classifier {
  const scorer = scorerOf(head);
  return {
    version,
    threshold: facts.threshold,
    predict(text) {
      const scores = scoresOf(scorer, featuresOf(text, head.bits, keywords), EXPERTS.length);
      const shares = softmaxInto(scores, facts.temperature);
      return EXPERTS.map((expert, i) => ({ expert, share: shares[i] ?? 0 })).sort((a, b) => b.share - a.share);
    },
  };
}

export function scorerOf(head: Head): Scorer {
  const [first] = head.layers;
  if (first === undefined) throw new ModelDamaged("The model has no weights.");
  return head.kind === "softmax" ? linearScorer(first) : mlpScorer(head.layers);
}
