/** The form a model's reading has, and what is taken of it: entries that fit it, one by one. */
import * as z from "zod";
import { CATEGORIES } from "../../shared/domain/improvement.ts";

export const TYPES = ["pattern", "technique", "tool", "integration", "enhancement", "concept"] as const;
/** Of one segment; more are noise. */
const MOST_PROPOSALS = 20;
const MOST_CLAIMS = 8;

export const SCHEMA = {
  type: "object",
  properties: {
    proposals: {
      type: "array",
      maxItems: MOST_PROPOSALS,
      description: "What the speakers recommend; empty when they recommend nothing about infrastructure.",
      items: {
        type: "object",
        properties: {
          title: { type: "string", maxLength: 120, description: "What to do, as an imperative." },
          category: { type: "string", enum: [...CATEGORIES] },
          type: { type: "string", enum: [...TYPES] },
          description: { type: "string", description: "What would change and why, in one to three sentences." },
          implementation_notes: { type: "string", description: "Details the speakers give; may be empty." },
          relevance: { type: "number", minimum: 0, maximum: 1, description: "How plainly it is recommended." },
          claims: {
            type: "array",
            minItems: 1,
            maxItems: MOST_CLAIMS,
            items: {
              type: "object",
              properties: {
                claim: { type: "string", description: "What the quote shows." },
                quote: { type: "string", description: "The sentence, copied letter by letter, without its time." },
              },
              required: ["claim", "quote"],
              additionalProperties: false,
            },
          },
        },
        required: ["title", "category", "type", "description", "implementation_notes", "relevance", "claims"],
        additionalProperties: false,
      },
    },
  },
  required: ["proposals"],
  additionalProperties: false,
} as const;

const words = (max: number) => z.string().transform((text) => text.slice(0, max));
const Reading = z.object({
  title: words(400),
  category: z.enum(CATEGORIES),
  type: z.enum(TYPES),
  description: words(4_000),
  implementation_notes: words(4_000).catch(""),
  /** Ranks among equals, and nothing else. */
  relevance: z.number().min(0).max(1).catch(0),
  claims: z
    .array(z.unknown())
    .transform((claims) => claims.slice(0, MOST_CLAIMS).flatMap((claim) => Claim.safeParse(claim).data ?? [])),
});
const Claim = z.object({ claim: words(1_000).catch(""), quote: words(2_000) });
export type Reading = z.infer<typeof Reading>;

/** What the answer must be for any of it to be used; its entries are looked at one by one. */
export const Answer = z.object({ proposals: z.array(z.unknown()) });

/** `misfits`: entries that have not the form, or are too many. */
export function readingsIn({ proposals }: z.infer<typeof Answer>): { readings: readonly Reading[]; misfits: number } {
  const readings = proposals.slice(0, MOST_PROPOSALS).flatMap((entry) => Reading.safeParse(entry).data ?? []);
  return { readings, misfits: proposals.length - readings.length };
}
