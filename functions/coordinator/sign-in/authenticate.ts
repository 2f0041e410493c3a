/** Who calls: by bearer token, by the word of a proxy that is believed, or by the cookie of a session; in this order. */
import type { Context, MiddlewareHandler } from "hono";
import { type Person, personWith } from "../../../shared/runtime/tokens.ts";
import { Problem } from "../problem.ts";
import { digestOf, type Env, tokenOf } from "../request.ts";
import type { School } from "../school.ts";
import { cookieOf } from "./cookie.ts";
import { addressOf, personByProxy, strip } from "./proxy.ts";
import { changesSomething, requireOwnPage } from "./same-origin.ts";
import type { Sessions } from "./sessions.ts";

export interface Caller {
  readonly person: Person;
  /** Stands for them where requests are counted or remembered. */
  readonly key: string;
  /** The session's, when they came by one. */
  readonly session?: string;
}

/**
 * Sets `caller` when somebody is known, or `refusal` when a proxy names somebody who may nothing; what that means each route
 * decides. A bearer token that nobody has makes the caller nobody, whatever else came along. Throws Problem 403 for a
 * change that another site may have caused.
 */
export function authenticate(school: School, sessions: Sessions): MiddlewareHandler<Env> {
  const { settings, proxy } = school;
  return async function whoCalls(context, next) {
    const caller = await callerOf(context, school, sessions);
    const isOutsideBearer = caller !== undefined && caller.person.by !== "token";
    if (isOutsideBearer && changesSomething(context)) requireOwnPage(context, settings);
    if (caller !== undefined) context.set("caller", caller);
    const cookie = cookieOf(context, settings);
    if (cookie !== undefined) context.set("cookie", cookie);
    context.set("address", addressOf(context, proxy));
    strip(context, proxy);
    await next();
  };
}

async function callerOf(context: Context<Env>, school: School, sessions: Sessions): Promise<Caller | undefined> {
  const token = tokenOf(context);
  if (token !== undefined) {
    const person = personWith(school.tokens, token);
    return person === undefined ? undefined : { person, key: digestOf(token) };
  }
  const cookie = cookieOf(context, school.settings);
  try {
    const named = personByProxy(context, school.proxy);
    if (named !== undefined) return callerFor(named);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Who has no role by their groups may still sign in with a token.
    context.set("refusal", error);
    if (error.status !== 403) return undefined;
  }
  const session = cookie === undefined ? undefined : await sessions.find(cookie);
  return session === undefined ? undefined : { ...callerFor(session.person), session: session.id };
}

function callerFor(person: Person): Caller {
  return { person, key: `${person.by}:${person.name}` };
}
