/** What `route` is told by its environment. */
import * as z from "zod";

const yes = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.enum(["true", "false", "1", "0", "yes", "no", "on", "off"], { error: "true or false" }))
  .transform((text) => ["true", "1", "yes", "on"].includes(text));

export const RouteSettings = z.object({
  /** 0..1; improvements of less relevance are rejected without a review. */
  REVIEW_THRESHOLD: z.coerce.number().min(0).max(1).default(0.6),
  /** 0..1: share of improvements the learned tiers may serve. */
  AB_TEST_PERCENTAGE: z.coerce
    .number({ error: "a share from 0 (shadow) to 1 (all)" })
    .min(0, { error: "a share from 0 (shadow) to 1 (all)" })
    .max(1, { error: "a share from 0 (shadow) to 1 (all), not per cent" })
    .default(0),
  ENABLE_RAG: yes.default(true),
  ENABLE_NEURAL: yes.default(true),
  ROUTING_RULES: z.string().trim().min(1).optional(),
  ROUTE_MODEL: z.string().optional(),
  ROUTE_MODEL_COMPLEX: z.string().optional(),
});
