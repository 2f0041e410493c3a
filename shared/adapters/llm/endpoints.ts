/** The addresses a model is asked at, from the environment: those of LLM_ENDPOINTS, or the one vendor that is configured. */
import * as z from "zod";
import { ConfigurationError, type Environment, readSettings } from "../../runtime/config.ts";
import { type ModelSettings, modelSettings, type Vendor, versioned } from "./settings.ts";

const Variables = z.object({
  /** `vendor:model@url`, comma separated; keys are the vendors' own variables. */
  LLM_ENDPOINTS: z.string().optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
  LLM_TIMEOUT: z.coerce.number().positive().max(50).default(45),
});

/**
 * As `modelSettings`, with every endpoint of the pool that serves what is chosen; without a choice all of them. A model that
 * none of them is said to serve is asked of its vendor where that is configured, else of the pool's endpoints of that vendor.
 * Throws ConfigurationError.
 */
export function endpointSettings(
  env: Environment,
  variable: string,
  chosen: string | undefined,
): readonly ModelSettings[] | undefined {
  const pool = pooled(env);
  const wanted = chosen?.trim();
  if (wanted?.toLowerCase() === "none") return undefined;
  if (pool.length === 0) return alone(env, variable, chosen);
  if (wanted === undefined) return pool;
  const serving = pool.filter(({ vendor, model = "" }) => wanted === model || wanted === `${vendor}:${model}`);
  if (serving.length > 0) return serving;
  try {
    return alone(env, variable, chosen);
  } catch (error) {
    const others = ofVendor(pool, wanted);
    if (!(error instanceof ConfigurationError) || others.length === 0) throw error;
    return others;
  }
}

function alone(env: Environment, variable: string, chosen: string | undefined): readonly ModelSettings[] | undefined {
  const settings = modelSettings(env, variable, chosen);
  return settings === undefined ? undefined : [settings];
}

/** The pool's endpoints of the vendor that a model's name points to, asked for that model. */
function ofVendor(pool: readonly ModelSettings[], chosen: string): readonly ModelSettings[] {
  const [, named, model = chosen] = /^(anthropic|openai|llmd):(.+)$/.exec(chosen) ?? [];
  const vendors: readonly string[] =
    named === undefined ? (/^claude/i.test(chosen) ? ["anthropic"] : ["llmd", "openai"]) : [named];
  return pool.filter(({ vendor }) => vendors.includes(vendor)).map((one) => ({ ...one, model }));
}

function pooled(env: Environment): readonly ModelSettings[] {
  const read = readSettings(Variables, env);
  const timeoutMs = read.LLM_TIMEOUT * 1_000;
  const problems: string[] = [];
  const found = (read.LLM_ENDPOINTS ?? "").split(",").flatMap((text): ModelSettings[] => {
    const entry = text.trim();
    if (entry === "") return [];
    const parsed = entryOf(entry);
    if (typeof parsed === "string") {
      problems.push(`LLM_ENDPOINTS: ${parsed}`);
      return [];
    }
    const { vendor } = parsed;
    // The key of one vendor is not the business of an endpoint that asks for none.
    const apiKey = { anthropic: read.ANTHROPIC_API_KEY, openai: read.OPENAI_API_KEY, llmd: undefined }[vendor];
    return [{ ...parsed, apiKey, timeoutMs, isPooled: true }];
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return found;
}

type Entry = Pick<ModelSettings, "vendor" | "model" | "baseUrl">;

/** An entry, or what is wrong with it, without repeating what may be a secret. */
function entryOf(text: string): Entry | string {
  const [, vendor, model = "", url] = /^(anthropic|openai|llmd):(.*?)(?:@(https?:\/\/.+))?$/.exec(text) ?? [];
  if (vendor === undefined) return "an entry must be vendor:model@http://… with anthropic, openai or llmd as vendor";
  if (url !== undefined && !URL.canParse(url)) return `${vendor}:${model} has no usable address`;
  if (url !== undefined && new URL(url).username + new URL(url).password !== "") {
    return `the address of ${vendor}:${model} must hold no password: keys come from the vendor's own variable`;
  }
  if (url === undefined && (vendor === "llmd" || model.includes("@"))) return `${vendor}:${model} needs an address`;
  if (model === "" && vendor === "anthropic") return "an endpoint of anthropic needs a model's name";
  const baseUrl = vendor === "anthropic" ? url : versioned(url);
  return { vendor: vendor as Vendor, model: model === "" ? undefined : model, baseUrl };
}
