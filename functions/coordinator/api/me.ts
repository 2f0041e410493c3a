/** GET /api/me: who this is, so that a page offers only what its reader may do, and where commits can be read. */
import { Hono } from "hono";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function meApi({ tokens, commitPages }: Pick<School, "tokens" | "commitPages">): Hono<Env> {
  return new Hono<Env>().get("/", needs(tokens, "viewer"), (context) => {
    const { name, role, by } = context.get("person");
    // A page that is signed in by a proxy cannot sign out here.
    const signedIn = by === undefined || by === "token" ? {} : { by };
    return context.json({
      name,
      role,
      ...signedIn,
      ...(commitPages === undefined ? {} : { commit_pages: commitPages }),
    });
  });
}
