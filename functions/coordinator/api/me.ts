/** GET /api/me: who this is, so that a page offers only what its reader may do. */
import { Hono } from "hono";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function meApi({ tokens }: Pick<School, "tokens">): Hono<Env> {
  return new Hono<Env>().get("/", needs(tokens, "viewer"), (context) => {
    const { name, role, by } = context.get("person");
    // A page that is signed in by a proxy cannot sign out here.
    return context.json({ name, role, ...(by === undefined || by === "token" ? {} : { by }) });
  });
}
