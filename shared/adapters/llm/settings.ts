/** Which model is asked, and how it is reached, from the environment. */
import * as z from "zod";
import { ConfigurationError, type Environment, readSettings } from "../../runtime/config.ts";

export type Vendor = "anthropic" | "openai" | "llmd";

export interface ModelSettings {
  readonly vendor: Vendor;
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  /** Undefined: whatever the endpoint serves first. */
  readonly model: string | undefined;
  /** Milliseconds for one answer, with all that is tried for it. */
  readonly timeoutMs: number;
  /** It is one of LLM_ENDPOINTS. */
  readonly isPooled?: boolean;
}

/** What the endpoint is called where something is wrong with it. */
export function nameOf({ vendor, model, baseUrl, isPooled }: ModelSettings): string {
  if (isPooled !== true) return NAMES[vendor];
  return `${vendor}:${model ?? ""}${baseUrl === undefined ? "" : `@${baseUrl}`}`;
}
const NAMES: Readonly<Record<Vendor, string>> = {
  anthropic: "Anthropic's API",
  openai: "the OpenAI-compatible API",
  llmd: "the endpoint LLMD_ENDPOINT",
};

/** Settings to look at when the endpoint does not do what it should. */
export function keysOf({ vendor, isPooled }: ModelSettings): string {
  if (isPooled !== true) return KEYS[vendor];
  return vendor === "llmd" ? "LLM_ENDPOINTS" : `${vendor.toUpperCase()}_API_KEY and LLM_ENDPOINTS`;
}
const KEYS: Readonly<Record<Vendor, string>> = {
  anthropic: "ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL",
  openai: "OPENAI_API_KEY and OPENAI_BASE_URL",
  llmd: "LLMD_ENDPOINT; where a key is needed, use OPENAI_BASE_URL and OPENAI_API_KEY instead",
};

/** What is asked where only a key is configured: the balanced models of their vendors. */
const STANDARD: Readonly<Record<Vendor, string | undefined>> = {
  anthropic: "claude-sonnet-5-5",
  openai: "gpt-5.6-terra",
  llmd: undefined,
};

const address = z.url({ protocol: /^https?$/, error: "must be http://… or https://…" });
const Variables = z.object({
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_BASE_URL: z.optional(address),
  OPENAI_API_KEY: z.string().optional(),
  /** Of any server that speaks OpenAI's chat completions. */
  OPENAI_BASE_URL: z.optional(address),
  /** The same for one that asks for no key. */
  LLMD_ENDPOINT: z.optional(address),
  /** Seconds; a stage gives up what takes longer than its drain. */
  LLM_TIMEOUT: z.coerce.number().positive().max(50).default(45),
});

/**
 * `chosen`: the value of the stage's own variable `name`: a model, `vendor:model`, or `none`. Undefined when no model is
 * configured or `none` is. Throws ConfigurationError when it names a model that cannot be reached with what is set.
 */
export function modelSettings(env: Environment, name: string, chosen: string | undefined): ModelSettings | undefined {
  const read = readSettings(Variables, env);
  if (chosen?.trim().toLowerCase() === "none") return undefined;
  const configured: readonly Vendor[] = [
    ...(read.LLMD_ENDPOINT === undefined ? [] : (["llmd"] as const)),
    ...(read.ANTHROPIC_API_KEY === undefined ? [] : (["anthropic"] as const)),
    ...(read.OPENAI_API_KEY === undefined && read.OPENAI_BASE_URL === undefined ? [] : (["openai"] as const)),
  ];
  const asked = chosen === undefined ? undefined : named(chosen.trim(), configured);
  const vendor = asked?.vendor ?? configured[0];
  if (vendor === undefined && chosen === undefined) return undefined;
  if (vendor === undefined || !configured.includes(vendor)) {
    throw new ConfigurationError([
      `${name}: ${chosen} needs ${vendor === undefined ? Object.values(NEEDED).join(", or ") : NEEDED[vendor]}`,
    ]);
  }
  const model = asked?.model ?? STANDARD[vendor];
  const timeoutMs = read.LLM_TIMEOUT * 1_000;
  switch (vendor) {
    case "anthropic":
      return { vendor, apiKey: read.ANTHROPIC_API_KEY, baseUrl: read.ANTHROPIC_BASE_URL, model, timeoutMs };
    case "openai":
      return { vendor, apiKey: read.OPENAI_API_KEY, baseUrl: versioned(read.OPENAI_BASE_URL), model, timeoutMs };
    case "llmd":
      // The key of another vendor is not this endpoint's business.
      return { vendor, apiKey: undefined, baseUrl: versioned(read.LLMD_ENDPOINT), model, timeoutMs };
  }
}

const NEEDED: Readonly<Record<Vendor, string>> = {
  anthropic: "ANTHROPIC_API_KEY",
  openai: "OPENAI_API_KEY or OPENAI_BASE_URL",
  llmd: "LLMD_ENDPOINT",
};

function named(chosen: string, configured: readonly Vendor[]): { vendor: Vendor | undefined; model: string } {
  const [, vendor, model] = /^(anthropic|openai|llmd):(.+)$/.exec(chosen) ?? [];
  if (vendor !== undefined && model !== undefined) return { vendor: vendor as Vendor, model };
  const likely: readonly Vendor[] = /^claude/i.test(chosen)
    ? ["anthropic", "llmd", "openai"]
    : ["llmd", "openai", "anthropic"];
  const isClaude = likely[0] === "anthropic";
  return {
    vendor: likely.find((one) => configured.includes(one)) ?? (isClaude ? "anthropic" : undefined),
    model: chosen,
  };
}

/** Servers are often named without the path their API is under. */
export function versioned(url: string | undefined): string | undefined {
  return url === undefined || new URL(url).pathname !== "/" ? url : new URL("/v1", url).href;
}
