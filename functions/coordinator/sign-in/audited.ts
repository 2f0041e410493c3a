/**
 * Every change somebody made through the API is in the audit, except moves of improvements, which the stream of transitions
 * tells of. A route says no more than what the person gave as the reason; so none can forget it.
 */
import type { MiddlewareHandler } from "hono";
import { audit } from "../../../shared/pipeline/audit.ts";
import { ACTIONS as DECISIONS } from "../decisions.ts";
import type { Env } from "../request.ts";
import type { School } from "../school.ts";
import { changesSomething } from "./same-origin.ts";

const MOVES = [...DECISIONS, "retry", "edit"].join("|");

/** Address -> what was done there, by method; the part in brackets is the subject. */
const ACTIONS: readonly (readonly [pattern: RegExp, actions: Readonly<Record<string, string>>])[] = [
  [/^\/api\/flags\/([^/]+)$/, { PUT: "flag.set", DELETE: "flag.clear" }],
  [/^\/api\/breaker\/close()$/, { POST: "breaker.close" }],
  [/^\/api\/locks\/([^/]+)\/unlock$/, { POST: "lock.open" }],
  [/^\/api\/dead-letters\/([^/]+)\/redrive$/, { POST: "dead_letters.redrive" }],
  [/^\/api\/dead-letters\/([^/]+)\/discard$/, { POST: "dead_letters.discard" }],
  [/^\/api\/router\/rollout()$/, { POST: "router.rollout" }],
  [/^\/api\/router\/promote()$/, { POST: "router.promote" }],
  [/^\/api\/router\/step-back()$/, { POST: "router.step_back" }],
  [/^\/api\/router\/retrain()$/, { POST: "router.retrain" }],
  [/^\/api\/knowledge\/index()$/, { POST: "knowledge.index" }],
  [/^\/api\/watches\/([^/]+)\/look$/, { POST: "watch.look" }],
  [/^\/api\/sources()$/, { POST: "source.submit" }],
  [/^\/api\/sources\/([^/]+)\/again$/, { POST: "source.again" }],
  [/^\/api\/notifications\/test()$/, { POST: "notification.test" }],
  [/^\/api\/review\/decide()$/, { POST: "review.decide" }],
  [/^\/api\/doctor\/repair()$/, { POST: "doctor.repair" }],
  [/^\/api\/improvements\/([^/]+)\/feedback$/, { POST: "improvement.feedback" }],
  [/^\/api\/improvements\/([^/]+)\/defer$/, { POST: "improvement.defer" }],
  [/^\/api\/improvements\/([^/]+)\/allow-again$/, { POST: "improvement.allow_again" }],
  [/^\/api\/improvements\/([^/]+)\/rollback$/, { POST: "improvement.ask_rollback" }],
  [/^\/stages\/([^/]+)$/, { POST: "stage.inject" }],
];
/** Sessions write their own. */
const ELSEWHERE = /^\/api\/sessions?(\/|$)/;
const MOVING = new RegExp(`^/api/improvements/[^/]+/(${MOVES})$`);

export function audited(book: Pick<School, "redis" | "keys">): MiddlewareHandler<Env> {
  return async function remember(context, next) {
    await next();
    const { path, method } = context.req;
    const caller = context.get("caller");
    if (caller === undefined || !changesSomething(context) || !context.res.ok || ELSEWHERE.test(path)) return;
    if (MOVING.test(path) && context.get("unmoved") !== true) return;
    const { action, subject } = actionOf(method, path);
    const facts = { ...context.get("facts") };
    await audit(book, caller.person, action, subject, context.get("reason") ?? "", facts);
  };
}

/** A route that is not in the table is named by its method and address: better a long word than none. */
function actionOf(method: string, path: string): { action: string; subject: string } {
  for (const [pattern, actions] of ACTIONS) {
    const match = pattern.exec(path);
    const action = actions[method];
    if (match !== null && action !== undefined) return { action, subject: decodeURIComponent(match[1] ?? "") };
  }
  return { action: `${method} ${path}`.slice(0, 200), subject: "" };
}
