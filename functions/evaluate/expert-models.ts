/** Which model each expert is asked of, from EXPERT_MODELS. */
import * as z from "zod";
import { EXPERTS, type Expert } from "../../shared/domain/improvement.ts";
import { ConfigurationError, type Environment } from "../../shared/runtime/config.ts";

/** The platform's listing by what each expert is for, in today's names: the strong, the balanced and the fast one. */
const LISTED: Readonly<Record<Expert, string>> = {
  architecture: "anthropic:claude-opus-5-5",
  integration: "anthropic:claude-sonnet-5-5",
  security: "anthropic:claude-opus-5-5",
  database: "anthropic:claude-sonnet-5-5",
  networking: "anthropic:claude-sonnet-5-5",
  monitoring: "anthropic:claude-haiku-5-5",
};

export type Chosen = Readonly<Record<Expert, string | undefined>>;

/**
 * EXPERT_MODELS is one model for all (`none`: rules only), `security=claude-…,database=…`, or the same as a JSON object or as
 * lines of YAML; experts it leaves out have the platform's listing where only Anthropic's key is set, else whatever is configured. Throws
 * ConfigurationError.
 */
export function chosenModels(env: Environment): Chosen {
  const given = parsed(env["EXPERT_MODELS"]?.trim() ?? "");
  const isListed =
    env["ANTHROPIC_API_KEY"] !== undefined && env["LLM_ENDPOINTS"] === undefined && env["LLMD_ENDPOINT"] === undefined;
  const entries = EXPERTS.map((expert) => [expert, given(expert) ?? (isListed ? LISTED[expert] : undefined)] as const);
  return Object.fromEntries(entries) as Chosen;
}

/** `security=<model>`, or a line of YAML, as the founding platform writes it; a model's own colon has no space behind it. */
const PAIR = /\s*(?:=|:\s)\s*/;
const Models = z.partialRecord(z.enum(EXPERTS), z.string().trim().min(1));

function parsed(text: string): (expert: Expert) => string | undefined {
  if (text === "") return () => undefined;
  if (!text.startsWith("{") && !PAIR.test(text)) return () => text;
  const models = Models.safeParse(text.startsWith("{") ? jsonOf(text) : pairsOf(text));
  if (models.success) return (expert) => models.data[expert];
  throw new ConfigurationError([
    `EXPERT_MODELS must be a model, or security=<model>,… or a JSON object, with ${EXPERTS.join(", ")} as names`,
  ]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pairsOf(text: string): unknown {
  const pairs = text.split(/[,\n]/).filter((pair) => pair.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", model = ""] = pair.trim().split(PAIR, 2);
      return [name, model];
    }),
  );
}
