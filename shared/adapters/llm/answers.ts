/** What vendors' adapters share: what their errors say, and JSON out of text. */
import { conceal } from "../../runtime/secrets.ts";

/** A server that answers with nothing but this is not the vendor's. */
export class NotTheVendor extends Error {}

/** An answer whose body stalls must not outlive the limit either. */
export function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
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
  const text = conceal(`${message}${cause}`).replaceAll(/\s+/g, " ").trim();
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
