/** POST /api/session: a token becomes a session of the dashboard. DELETE /api/session: it ends. */
import { Hono } from "hono";
import * as z from "zod";
import { audit } from "../../../shared/pipeline/audit.ts";
import { personWith } from "../../../shared/runtime/tokens.ts";
import { Problem } from "../problem.ts";
import { type Guesses, windowCounter } from "../rate-limit.ts";
import { bodyOf, type Env, needs } from "../request.ts";
import type { School } from "../school.ts";
import { clearCookie, setCookie } from "../sign-in/cookie.ts";
import { requireOwnPage } from "../sign-in/same-origin.ts";
import type { Sessions } from "../sign-in/sessions.ts";

/** Failed sign-ins of everybody that the audit holds of one minute: nobody may flood it. */
const MOST_FAILURES = 60;

export const SignInBody = z.strictObject({
  token: z
    .string({ error: "is needed: a token of this school" })
    .trim()
    .min(1, "is needed: a token of this school")
    .max(500),
});

export function sessionApi(school: School, sessions: Sessions, guesses: Guesses): Hono<Env> {
  const { tokens, settings, log } = school;
  const failures = windowCounter(MOST_FAILURES, Date.now);
  return new Hono<Env>()
    .post("/", async (context) => {
      // Before anything is looked at: nobody is signed in, as whomever, by a page they did not open.
      requireOwnPage(context, settings);
      const address = context.get("address") ?? "unknown";
      guesses.check(address);
      const { token } = await bodyOf(context, SignInBody);
      const agent = context.req.header("user-agent") ?? "";
      const person = personWith(tokens, token);
      if (person === undefined) {
        guesses.wasWrong(address);
        if (failures.take("all").allowed) {
          await audit(school, undefined, "session.refused", "", "", { address, agent: agent.slice(0, 200) });
        }
        log.warn({ address }, "Somebody tried to sign in with a token that nobody knows");
        throw new Problem(401, "This token is not known here. The school printed its tokens when it started.");
      }
      const { cookie, session } = await sessions.begin(person, token, agent);
      const caller = context.get("caller");
      if (caller?.session !== undefined) await sessions.end(caller.session);
      await audit(school, person, "session.begin", session.id, "", { address, agent: session.agent });
      setCookie(context, settings, cookie);
      return context.json({
        name: person.name,
        role: person.role,
        by: "session",
        ends_at: new Date(session.ends).toISOString(),
      });
    })
    .delete("/", needs(tokens, "viewer"), async (context) => {
      const { person, session } = context.get("caller") ?? { person: context.get("person") };
      const ended = session === undefined ? undefined : await sessions.end(session);
      if (ended !== undefined) await audit(school, person, "session.end", ended.id, "");
      clearCookie(context, settings);
      return context.json({ ended: ended !== undefined });
    });
}
