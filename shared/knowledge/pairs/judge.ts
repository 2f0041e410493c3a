/** Do two proposals say the same? Rules have the first word, the trained model decides what they leave open. */
import { featuresOf, isThin } from "./features.ts";
import { guardOf } from "./guards.ts";
import trained from "./model.json" with { type: "json" };
import { readStatement, type Statement } from "./statement.ts";
import { answered, type PairModel, type PairVerdict } from "./train.ts";

/** What `npm run eval -- --train duplicates` wrote. */
export const pairModel: PairModel = { ...trained, version: 1 };

export interface Judgement {
  readonly verdict: PairVerdict;
  /** 0..1 that they say the same, calibrated on pairs the model had not seen. */
  readonly probability: number;
  /** They may well say the same, but nobody should act on it unasked. */
  readonly unsure: boolean;
  /** One sentence without a full stop. */
  readonly because: string;
}

/** A text read once, to be compared with many. */
export interface Readable {
  readonly normal: string;
  readonly statement: Statement;
}

/** From here on two texts are about one matter at all. */
const RELATED = 0.5;

export function readable(text: string): Readable {
  return { normal: normalised(text), statement: readStatement(text) };
}

/** Symmetric: the order of the two never matters. Never throws. */
export function judgePair(a: string | Readable, b: string | Readable): Judgement {
  const [one, other] = [a, b].map((text) => (typeof text === "string" ? readable(text) : text)).sort(inOrder);
  if (one === undefined || other === undefined) throw new TypeError("two texts are compared");
  if (one.normal === other.normal && one.normal !== "") {
    return { verdict: "duplicate", probability: 1, unsure: false, because: "they say the same word by word" };
  }
  return judge(one.statement, other.statement);
}

function judge(a: Statement, b: Statement): Judgement {
  const shared = [...a.concepts].filter((concept) => b.concepts.has(concept));
  if (shared.length === 0) {
    return { verdict: "distinct", probability: 0, unsure: false, because: "they have no word of the field in common" };
  }
  const features = featuresOf(a, b, pairModel.frequencies);
  const [same, about] = [answered(pairModel.same, features), answered(pairModel.about, features)];
  const otherwise = about >= RELATED ? "related" : "distinct";
  const guard = guardOf(a, b);
  if (guard !== undefined) {
    const probability = Math.min(same, pairModel.doubt / 2);
    return { verdict: otherwise, probability, unsure: false, because: guard.because };
  }
  const common = shared
    .map((concept) => concept.replace(/^=/, ""))
    .sort()
    .slice(0, 5)
    .join(", ");
  const percent = `${Math.round(same * 100)} %`;
  if (same >= pairModel.block) {
    if (!isThin(a, b)) {
      const because = `they say the same about ${common}, with a probability of ${percent}`;
      return { verdict: "duplicate", probability: same, unsure: false, because };
    }
    const because = `they may say the same about ${common}, but one of them says too little to tell`;
    return { verdict: "related", probability: pairModel.doubt, unsure: true, because };
  }
  if (same >= pairModel.doubt) {
    const because = `they may say the same about ${common}, with a probability of ${percent}`;
    return { verdict: "related", probability: same, unsure: true, because };
  }
  const because =
    otherwise === "related"
      ? `both are about ${common}, but ask for different things`
      : "they are about different things";
  return { verdict: otherwise, probability: same, unsure: false, because };
}

function inOrder(a: Readable, b: Readable): number {
  return a.normal === b.normal ? 0 : a.normal < b.normal ? -1 : 1;
}

/** Without case, punctuation and white space: what is left is what was said. */
function normalised(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
