/** What became of a message, by how the connection or the answer ended. No address and no secret gets into the words. */
import { cleanLine } from "../../domain/text.ts";
import type { Receipt } from "../../notify-ports.ts";
import type { AnswerHeaders } from "../web/headers.ts";
import { statedPause } from "../web/retry-after.ts";

export const TIMEOUT_MS = 15_000;
const MOST_SAID = 200;

/** Before anything was sent: no name, no connection, no trust. */
const NEVER_LEFT =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH)/;

/** What the other side says, as one short line without `secrets`. */
export function said(text: string, secrets: readonly string[]): string {
  const open = secrets.filter((secret) => secret !== "").reduce((all, secret) => all.replaceAll(secret, "…"), text);
  return cleanLine(open.slice(0, 4_000)).slice(0, MOST_SAID);
}

/** Of a request that got no answer. */
export function withoutAnswer(error: unknown): Receipt {
  const code = codeOf(error);
  if (code !== undefined && NEVER_LEFT.test(code))
    return { kind: "not-sent", because: `it cannot be reached (${code})` };
  const isSilent = isTimeout(error);
  return {
    kind: "unclear",
    because: isSilent ? "it did not answer in time" : `the connection ended (${code ?? "closed"})`,
  };
}

/** Of an answer by its status. A gateway's answer says nothing about who stands behind it. */
export function answered(status: number, headers: AnswerHeaders, text: string): Receipt {
  if (status >= 200 && status < 300) return { kind: "sent" };
  const because = `it answered ${status}${text === "" ? "" : `: ${text}`}`;
  if (status === 502 || status === 504) return { kind: "unclear", because };
  if (status === 429 || status === 408 || status === 425 || status >= 500) {
    const afterMs = statedPause(headers, Date.now());
    return { kind: "not-sent", because, ...(afterMs === undefined ? {} : { afterMs }) };
  }
  return { kind: "refused", because: status < 400 ? `${because}: it leads elsewhere, which is not followed` : because };
}

/** The code of an error of Node's network, or of what caused it. */
export function codeOf(error: unknown): string | undefined {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1) {
    const { code } = each as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
    if (each instanceof AggregateError && each.errors.length > 0) return codeOf(each.errors[0]);
  }
  return undefined;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === "TimeoutError" || /TIMEOUT|ETIMEDOUT/.test(codeOf(error) ?? ""));
}

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Never in the words of the receipt. */
  readonly secrets: readonly string[];
  readonly timeoutMs?: number | undefined;
}

/** One POST, no redirects, no retries. Never throws. */
export async function post({ url, headers, body, secrets, timeoutMs = TIMEOUT_MS }: Post, signal: AbortSignal) {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let answer: Response;
  try {
    answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: limit });
  } catch (error) {
    return withoutAnswer(error);
  }
  const head = Object.fromEntries(answer.headers);
  // The status says what became of it; how the words after it end says nothing.
  const text = answer.ok ? "" : await firstWords(answer);
  if (answer.ok) void answer.body?.cancel().catch(() => undefined);
  return answered(answer.status, head, said(text, secrets));
}

async function firstWords(answer: Response): Promise<string> {
  let text = "";
  try {
    const decoder = new TextDecoder();
    for await (const part of answer.body ?? []) {
      text += decoder.decode(part, { stream: true });
      if (text.length > 2_000) break;
    }
  } catch {
    // What came before the connection ended is as good as all of it.
  }
  return text;
}
