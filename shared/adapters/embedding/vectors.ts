/** Reads what an embedding API answers; a proxy in between may send anything. */
import * as z from "zod";
import { unit } from "../../knowledge/embedding/unit.ts";
import { NotTheVendor } from "../llm/answers.ts";

const Answer = z.object({
  // Thousands of numbers each: looked at once, below.
  data: z.array(z.object({ index: z.number().int().min(0), embedding: z.unknown() })),
  usage: z.object({ prompt_tokens: z.number().min(0) }).nullish(),
});

/**
 * As many vectors of length 1 as were asked for, in the order of the texts, and the tokens they cost. Throws NotTheVendor when
 * some are missing or none.
 */
export function vectorsIn(answer: unknown, asked: number): { vectors: Float32Array[]; tokens: number } {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) throw new NotTheVendor("this is no list of embeddings");
  const vectors: Float32Array[] = [];
  for (const { index, embedding } of parsed.data.data) vectors[index] = vectorIn(embedding);
  const there = Object.keys(vectors).length;
  if (there !== asked || vectors.length !== asked || parsed.data.data.length !== asked) {
    throw new NotTheVendor(`${there} vectors came for ${asked} texts`);
  }
  return { vectors, tokens: parsed.data.usage?.prompt_tokens ?? 0 };
}

function vectorIn(embedding: unknown): Float32Array {
  const isList = embedding instanceof Float32Array || Array.isArray(embedding);
  const vector = isList ? unit(Float64Array.from(embedding as ArrayLike<number>)) : undefined;
  if (vector === undefined) throw new NotTheVendor("one of its vectors is none");
  return vector;
}
