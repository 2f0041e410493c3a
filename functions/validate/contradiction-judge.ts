/**
 * A model as second judge of contradictions. It may only add: a doubt with words that really stand in a document sends the
 * improvement to a person; nothing it says makes anything pass, and what it cannot prove by a quote is not heard.
 */
import * as z from "zod";
import type { Citation, ValidationFinding } from "../../shared/domain/improvement.ts";
import type { ModelCall } from "../../shared/domain/model-call.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import type { StoredChunk } from "../../shared/knowledge-ports.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import { type Asked, questionOf } from "./contradiction-question.ts";

const Answer = z.object({
  verdict: z.enum(["none", "contradicts", "unsure"]),
  document: z.preprocess((value) => value ?? undefined, z.coerce.number().int().optional()),
  quote: z.preprocess((value) => value ?? undefined, z.string().optional()),
  because: z.preprocess((value) => value ?? undefined, z.string().optional()),
});
/** A quote this short stands in every document. */
const SHORTEST = 12;
const SAID = 300;
const MOST = 8;

/** `finding` is a pass of the rules. Throws only the signal's reason. */
export async function secondOpinion(
  finding: ValidationFinding,
  improvement: Asked,
  chunks: readonly StoredChunk[],
  hits: readonly StoredChunk[],
  model: LanguageModel,
  signal: AbortSignal,
  onCall: (call: ModelCall) => void,
): Promise<ValidationFinding> {
  const shown = [
    ...hits,
    ...chunks.filter(({ id, decision }) => decision === true && !hits.some((hit) => hit.id === id)),
  ].slice(0, MOST);
  const accepts = (value: unknown) => Answer.safeParse(value).success;
  const answer = await model.answer({ ...questionOf(improvement, shown), payer: "validate", accepts }, signal);
  if (answer.kind !== "unavailable" && answer.call !== undefined) onCall(answer.call);
  if (answer.kind !== "answered") return finding;
  const parsed = Answer.safeParse(answer.value);
  if (!parsed.success || parsed.data.verdict === "none") return finding;
  const { document, quote = "", because = "", verdict } = parsed.data;
  const chunk = shown[(document ?? 0) - 1];
  const words = cleanLine(quote.slice(0, 1_000));
  // Words that nobody wrote are no evidence, whoever reports them.
  if (chunk === undefined || words.length < SHORTEST || !cleanLine(chunk.text).includes(words)) return finding;
  const { path, place, from, to } = chunk;
  const citation: Citation = { corpus: "documents", path, place, from, to, quote: words.slice(0, 400) };
  const sees = verdict === "contradicts" ? "sees a contradiction" : "is not sure";
  const reason = cleanLine(because.slice(0, 2 * SAID)).slice(0, SAID);
  return {
    check: finding.check,
    result: "unknown",
    because: `the model ${answer.model} ${sees} with “${citation.quote}” (${path}:${from}): ${reason || "it gives no reason"}`,
    evidence: [`${path}:${from}`],
    citations: [citation, ...(finding.citations ?? [])],
  };
}
