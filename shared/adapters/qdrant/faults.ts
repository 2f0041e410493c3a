/** What went wrong with a request to Qdrant, and what that means for who asked. */
import { PermanentError, RetryLater } from "../../runtime/errors.ts";
import { conceal } from "../../runtime/secrets.ts";
import type { QdrantAccess } from "./settings.ts";

export interface Fault {
  /** `away`: nothing answered, in time, or it is broken. `rejected`: the request itself is wrong. */
  readonly kind: "away" | "limited" | "refused" | "missing" | "rejected";
  /** Half a sentence that begins with “Qdrant”. */
  readonly because: string;
  readonly status?: number;
  readonly isTimeout?: boolean;
  /** Milliseconds the server asks for. */
  readonly afterMs?: number;
}

const RETRY_MS = 10_000;
const SHOWN = 300;

/** Says what happened by status and error names; bodies are shown shortened, keys and credentials never. */
export function faultOf(error: unknown, { url, keyName }: Pick<QdrantAccess, "url" | "keyName">): Fault {
  const where = url === undefined ? "Qdrant" : `Qdrant at ${new URL(url).host}`;
  const limited = retryAfter(error);
  if (limited !== undefined)
    return { kind: "limited", because: `${where} is over its limits`, afterMs: limited * 1_000 };
  const status = statusOf(error);
  if (status === undefined) {
    const isTimeout = error instanceof Error && /timeout/i.test(error.name);
    const reason = isTimeout ? "does not answer in time" : `is out of reach (${networkReason(error)})`;
    return { kind: "away", because: `${where} ${reason}`, isTimeout };
  }
  const said = saidBy(error);
  if (status === 401 || status === 403)
    return { kind: "refused", status, because: `${where} refuses the key of ${keyName} (${status})` };
  if (status === 404) return { kind: "missing", status, because: `${where} does not have it: ${said}` };
  if (status === 429) return { kind: "limited", status, because: `${where} is over its limits`, afterMs: RETRY_MS };
  if (status >= 500 || status === 408)
    return { kind: "away", status, because: `${where} fails with ${status}: ${said}` };
  return { kind: "rejected", status, because: `${where} does not take the request (${status}): ${said}` };
}

/** A request of a reader that failed, and why. */
export class QdrantError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, options: { cause: unknown }) {
    super(fault.because, options);
    this.name = "QdrantError";
    this.fault = fault;
  }
}

/** Runs a read; throws QdrantError. */
export async function read<Result>(access: QdrantAccess, request: () => Promise<Result>): Promise<Result> {
  try {
    return await request();
  } catch (error) {
    throw new QdrantError(faultOf(error, access), { cause: error });
  }
}

/** Runs a write; throws RetryLater where waiting helps, PermanentError where a person must act. */
export async function written<Result>(access: QdrantAccess, request: () => Promise<Result>): Promise<Result> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof PermanentError || error instanceof RetryLater) throw error;
    const { kind, because, afterMs } = faultOf(error, access);
    if (kind === "away" || kind === "limited") throw new RetryLater(because, afterMs ?? RETRY_MS, { cause: error });
    const advice = kind === "refused" ? "; it must be a key that may write" : "";
    throw new PermanentError(`${because}${advice}`, { cause: error });
  }
}

function retryAfter(error: unknown): number | undefined {
  const seconds = field(error, "retry_after");
  return typeof seconds === "number" && seconds >= 0 ? seconds : undefined;
}

function statusOf(error: unknown): number | undefined {
  const status = field(error, "status");
  return typeof status === "number" ? status : undefined;
}

/** `{"status": {"error": "..."}}` is how Qdrant says it. */
function saidBy(error: unknown): string {
  const data = field(error, "data");
  const message = field(field(data, "status"), "error") ?? data ?? field(error, "message");
  const text = typeof message === "string" ? message : JSON.stringify(message);
  return conceal(text).replace(/\s+/g, " ").slice(0, SHOWN);
}

function networkReason(error: unknown): string {
  const cause = field(error, "cause");
  const code = field(cause, "code") ?? field(error, "code");
  if (typeof code === "string") return code;
  const message = field(cause, "message") ?? field(error, "message");
  return typeof message === "string" ? conceal(message).slice(0, SHOWN) : "no reason given";
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
