/** The question to the second judge: what prompts/contradiction.v*.md is rendered with. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { StoredChunk } from "../../shared/knowledge-ports.ts";
import type { ModelQuestion } from "../../shared/model-ports.ts";
import { contradictionPrompt } from "./prompts/generated.ts";

export type Asked = Pick<Improvement, "title" | "description" | "implementation_notes">;

const SCHEMA = {
  type: "object",
  properties: {
    verdict: { type: "string", enum: ["none", "contradicts", "unsure"] },
    document: { type: "integer", minimum: 1, description: "Number of the document that governs it." },
    quote: { type: "string", description: "The sentence it rests on, letter by letter." },
    because: { type: "string", description: "Why, in one sentence for the person who decides." },
  },
  required: ["verdict"],
  additionalProperties: false,
} as const;

export function questionOf(
  { title, description, implementation_notes: notes }: Asked,
  documents: readonly StoredChunk[],
): ModelQuestion {
  const shown = documents.map(({ path, place, text }) => ({ path, place, text }));
  return { ...contradictionPrompt.render({ title, description, notes, documents: shown }), schema: SCHEMA };
}
