/** Errors as people and programs read them: application/problem+json (RFC 9457), saying what is wrong and what to do. */
import type { Context } from "hono";
import type { Logger } from "pino";
import { Refused } from "../../shared/pipeline/operations.ts";
import { isPassingRefusal } from "../../shared/pipeline/refusal.ts";
import { conceal } from "../../shared/runtime/secrets.ts";
import { kindOf } from "./problem-kinds.ts";

/** An answer that is an error on purpose. `detail` is meant for the caller; `extra` are further members of the body. */
export class Problem extends Error {
  readonly status: number;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    extra: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.extra = extra;
    this.headers = headers;
  }
}

export function problemBody({ status, message: detail, extra }: Problem, instance: string): string {
  const { name, title } = kindOf(status);
  return conceal(JSON.stringify({ type: `/problems/${name}`, title, status, detail, instance, ...extra }));
}

export function problemResponse(problem: Problem, instance: string): Response {
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (problem.status === 401) headers.set("www-authenticate", "Bearer");
  if (problem.status === 503) headers.set("retry-after", "2");
  for (const [name, value] of Object.entries(problem.headers)) headers.set(name, value);
  return new Response(problemBody(problem, instance), { status: problem.status, headers });
}

/** From anything a route threw to its answer; what nobody foresaw is logged and not told to the caller. */
export function answerError(error: Error, context: Context, log: Logger): Response {
  const instance = context.req.path;
  if (error instanceof Problem) return problemResponse(error, instance);
  if (error instanceof Refused) return problemResponse(new Problem(409, error.message), instance);
  if (isOutage(error)) {
    const detail = "Redis does not answer; nothing was changed that you can rely on. Try again in a moment.";
    return problemResponse(new Problem(503, detail), instance);
  }
  if (isPassingRefusal(error)) {
    log.warn({ err: error, path: instance }, "Redis refuses a request");
    const detail = `Redis refuses for now, and nothing was changed: ${error.message.slice(0, 300)}`;
    return problemResponse(new Problem(503, detail), instance);
  }
  if (/^WRONGTYPE|^ERR .*WRONGTYPE/.test(error.message)) {
    const detail =
      "A Redis key of the school holds another type of data; `school doctor` names it. Nothing was written.";
    return problemResponse(new Problem(500, detail), instance);
  }
  log.error({ err: error, path: instance }, "A request failed; this is a fault of the coordinator, report it");
  return problemResponse(new Problem(500, "An unexpected fault; the coordinator's log has the details."), instance);
}

/** ioredis's words for "not connected" and "no answer in time". */
function isOutage({ name, message }: Error): boolean {
  return (
    name === "MaxRetriesPerRequestError" ||
    /Command timed out|Stream isn't writeable|Connection is closed|ECONNREFUSED|ECONNRESET|EPIPE/.test(message) ||
    /^(LOADING|MASTERDOWN|READONLY|TRYAGAIN|CLUSTERDOWN)\b/.test(message)
  );
}
