/** Which models this school asks for what, as whoever starts it says: the coordinator holds no key, and cannot know by itself. */
import * as z from "zod";

const Asked = z.array(
  z.object({
    /** Who asks: `ingest`, `evaluate/security`, `plan`, … */
    purpose: z.string().min(1),
    /** `vendor:model`, each that may answer; none, and no reason: it goes by rules. */
    models: z.array(z.string()),
    /** Why none can be asked although one is named. */
    because: z.string().optional(),
  }),
);
export type ModelsAsked = z.infer<typeof Asked>;

/** SCHOOL_MODELS, JSON. */
export function modelsAsked(text: string, context: z.RefinementCtx): ModelsAsked {
  const parsed = Asked.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  context.addIssue({
    code: "custom",
    message: 'must be JSON like [{"purpose": "plan", "models": ["openai:gpt-6-sol"]}]',
  });
  return z.NEVER;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
