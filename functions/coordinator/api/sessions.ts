/** /api/sessions: who is signed in on the dashboard, and ending that, for operators. */
import { Hono } from "hono";
import { audit } from "../../../shared/pipeline/audit.ts";
import { Problem } from "../problem.ts";
import { bodyOf, type Env, Justified, needs } from "../request.ts";
import type { School } from "../school.ts";
import type { Session, Sessions } from "../sign-in/sessions.ts";

export function sessionsApi(school: School, sessions: Sessions): Hono<Env> {
  const operator = needs(school.tokens, "operator");
  return new Hono<Env>()
    .get("/", operator, async (context) => {
      const own = context.get("caller")?.session;
      const all = await sessions.list();
      return context.json({ sessions: all.map((session) => ({ ...shown(session), own: session.id === own })) });
    })
    .delete("/:session", operator, async (context) => {
      const { reason } = await bodyOf(context, Justified);
      const ended = await sessions.end(context.req.param("session"));
      if (ended === undefined) throw new Problem(404, "There is no such session; it may have ended.");
      await audit(school, context.get("person"), "session.take_away", ended.id, reason, { of: ended.person.name });
      return context.json({ session: ended.id, of: ended.person.name });
    });
}

function shown({ id, person: { name, role }, created, seen, ends, agent }: Session) {
  const time = (ms: number) => new Date(ms).toISOString();
  return { session: id, name, role, began_at: time(created), seen_at: time(seen), ends_at: time(ends), agent };
}
