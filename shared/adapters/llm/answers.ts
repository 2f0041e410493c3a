/** What both vendors' adapters share: one time limit, how failures are told, and JSON out of text. */
import type { ModelAnswer } from "../../model-ports.ts";
import type { ModelSettings, Vendor } from "./settings.ts";

/** A server that answers with nothing but this is not the vendor's. */
export class NotTheVendor extends Error {}

/**
 * Runs `ask` under `signal` and the settings' time limit. The SDKs try again by themselves (429 and its retry-after, 5xx,
 * lost connections) as long as time is left; what is wrong then becomes an answer. Throws the signal's reason only.
 */
export async function withinLimit(
  { vendor, apiKey, timeoutMs }: ModelSettings,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<ModelAnswer>,
): Promise<ModelAnswer> {
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, limit]);
  try {
    return await Promise.race([ask(either), rejectedBy(either)]);
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) return unavailable(vendor, `did not answer within ${timeoutMs / 1_000} s`);
    return failure(vendor, apiKey, error);
  }
}

/** An answer whose body stalls must not outlive the limit either. */
export function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

const NAMES: Readonly<Record<Vendor, string>> = {
  anthropic: "Anthropic's API",
  openai: "the OpenAI-compatible API",
  llmd: "the endpoint LLMD_ENDPOINT",
};
const KEYS: Readonly<Record<Vendor, string>> = {
  anthropic: "ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL",
  openai: "OPENAI_API_KEY and OPENAI_BASE_URL",
  llmd: "LLMD_ENDPOINT; where a key is needed, use OPENAI_BASE_URL and OPENAI_API_KEY instead",
};

function unavailable(vendor: Vendor, what: string): ModelAnswer {
  return { kind: "unavailable", because: `${NAMES[vendor]} ${what}` };
}

function failure(vendor: Vendor, apiKey: string | undefined, error: unknown): ModelAnswer {
  const status = statusOf(error);
  const said = told(error, apiKey);
  if (error instanceof NotTheVendor) {
    return unavailable(vendor, `does not answer as one: ${said}; check ${KEYS[vendor]}`);
  }
  if (status === undefined) return unavailable(vendor, `is out of reach: ${said}`);
  if (status === 429) return unavailable(vendor, "limits how much may be asked (429)");
  if (status >= 500 || status === 408 || status === 409) return unavailable(vendor, `is out of order (${status})`);
  // Vendors repeat parts of a key they do not like.
  if (status === 401 || status === 403) {
    return unavailable(vendor, `does not accept the key (${status}): check ${KEYS[vendor]}`);
  }
  if (status === 404) return unavailable(vendor, `knows no such model (404): ${said}; check the model's name`);
  return unavailable(vendor, `does not take the question (${status}): ${said}`);
}

/** Of an SDK's error, by its shape: both have it, and none came from HTTP without it. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { readonly status?: unknown } | null)?.status;
  return typeof status === "number" ? status : undefined;
}

/** What the server said, on one line, without the key. */
export function told(error: unknown, apiKey: string | undefined): string {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
  const text = `${message}${cause}`.replaceAll(/\s+/g, " ").trim();
  return (apiKey === undefined || apiKey === "" ? text : text.replaceAll(apiKey, "[key]")).slice(0, 300);
}

/** A body that ended early, or is none. */
export function isCutShort(error: unknown): boolean {
  return error instanceof SyntaxError || (error instanceof Error && error.cause instanceof SyntaxError);
}

/** The object a text holds, alone, in a code fence or after some thinking; undefined when there is none. */
export function objectIn(text: string): unknown {
  const said = text.replaceAll(/<think>[\s\S]*?<\/think>/g, "");
  const [from, to] = [said.indexOf("{"), said.lastIndexOf("}")];
  if (from < 0 || to < from) return undefined;
  try {
    return JSON.parse(said.slice(from, to + 1));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
