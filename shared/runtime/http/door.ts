/** What is answered before an event is even read: probes, and requests that cannot become one. */
import type { IncomingMessage } from "node:http";
import { LIVENESS, READINESS } from "../probes.ts";
import { covers, type Person, personWith } from "../tokens.ts";
import { stopping } from "./answers.ts";
import { json, problem, type Reply } from "./reply.ts";
import type { Callers } from "./settings.ts";

/** Bytes; a source of 5 MB fits with room for JSON's escapes. The coordinator takes as much. */
export const LARGEST_BODY = 6 * 1024 * 1024;

export interface Door {
  /** The answer to a request that needs no body for it; undefined lets it in. */
  answer(request: IncomingMessage): Reply | undefined;
  /** Who posts, when the request says so. */
  caller(request: IncomingMessage): Person | undefined;
}

export interface DoorOptions {
  readonly callers: Callers;
  readonly isReady: () => boolean;
  readonly isDraining: () => boolean;
}

export function door({ callers, isReady, isDraining }: DoorOptions): Door {
  function caller(request: IncomingMessage): Person | undefined {
    const token = bearer(request);
    return token === undefined ? undefined : personWith(callers.tokens, token);
  }

  function refusal(request: IncomingMessage): Reply | undefined {
    if (callers.open) return undefined;
    const challenge = { headers: { "www-authenticate": "Bearer" } };
    if (bearer(request) === undefined)
      return problem(401, "Send the header `Authorization: Bearer <token>` with a token of this school.", challenge);
    const person = caller(request);
    if (person === undefined) return problem(401, "This token is not known here; see SCHOOL_TOKENS.", challenge);
    if (covers(person.role, "operator")) return undefined;
    return problem(403, `${person.name} is a ${person.role}; posting an event needs the role operator.`);
  }

  return {
    caller,
    answer(request) {
      const { method = "GET", headers } = request;
      if (method === "GET" || method === "HEAD") {
        const health = probe(request, isReady() && !isDraining());
        if (health !== undefined) return health;
      }
      if (method !== "POST") {
        return problem(405, "POST one CloudEvent; GET answers /health and /ready only.", {
          headers: { allow: "POST" },
        });
      }
      if (isDraining()) return stopping(false);
      const refused = refusal(request);
      if (refused !== undefined) return refused;
      if (Number(headers["content-length"] ?? 0) > LARGEST_BODY) return tooLarge();
      const coding = headers["content-encoding"] ?? "identity";
      return coding.toLowerCase() === "identity"
        ? undefined
        : problem(415, `Content-Encoding ${coding}: send it plain.`);
    },
  };
}

export function tooLarge(): Reply {
  return problem(413, `The body is larger than ${LARGEST_BODY / 1024 / 1024} MB.`);
}

function probe({ url = "/" }: IncomingMessage, ready: boolean): Reply | undefined {
  const path = url.split("?", 1)[0] as string;
  if (LIVENESS.includes(path)) return json(200, { status: "ok" });
  if (!READINESS.includes(path)) return undefined;
  return ready ? json(200, { status: "ok" }) : json(503, { status: "unavailable" });
}

function bearer({ headers }: IncomingMessage): string | undefined {
  return /^bearer\s+(.+)$/i.exec(headers.authorization ?? "")?.[1]?.trim();
}
