/** Sessions of the dashboard, described. */
import * as z from "zod";
import { ROLES } from "../../../shared/runtime/tokens.ts";
import { SignInBody } from "../api/session.ts";
import { Justified } from "../request.ts";
import type { Operation } from "./operation.ts";
import { Time } from "./schemas.ts";

const SignedIn = z
  .looseObject({ name: z.string(), role: z.enum(ROLES), by: z.literal("session"), ends_at: Time })
  .meta({ id: "SignedIn" });
const SignedOut = z
  .looseObject({ ended: z.boolean().describe("false for who came by no session: there was none to end") })
  .meta({ id: "SignedOut" });
const Session = z
  .looseObject({
    session: z.string().describe("names the session and opens nothing"),
    name: z.string(),
    role: z.enum(ROLES),
    began_at: Time,
    seen_at: Time,
    ends_at: Time.describe("at the latest"),
    agent: z.string().describe("what the browser said of itself"),
    own: z.boolean().describe("whether it is the session of this very request"),
  })
  .meta({ id: "Session" });
const Sessions = z.looseObject({ sessions: z.array(Session) }).meta({ id: "Sessions" });
const SessionEnded = z.looseObject({ session: z.string(), of: z.string() }).meta({ id: "SessionEnded" });

const EXAMPLE = "Zr7Qk3nE0bqv0JmB5oYx2s9uT1cD4fG6hI8jK0lM2nO";
const from = {
  name: "x-school-request",
  description: "`1`; with the header Origin or Sec-Fetch-Site it proves that the dashboard's own page asks",
};

export const sessionRoutes: readonly Operation[] = [
  {
    method: "post",
    path: "/api/session",
    id: "signIn",
    area: "Open",
    role: "open",
    summary: "Sign in on the dashboard: a token becomes a session",
    description:
      "For browsers; the answer sets a cookie no script can read. Always a new session, whatever cookie came along. Programs send their token with every request instead.",
    headers: [from],
    body: { required: true, schema: SignInBody, example: { token: "<token>" } },
    answer: {
      description: "Signed in",
      schema: SignedIn,
      example: { name: "ruth", role: "reviewer", by: "session", ends_at: "2026-01-31T20:00:00.000Z" },
    },
    problems: [401, 403, 429, 500, 503],
  },
  {
    method: "delete",
    path: "/api/session",
    id: "signOut",
    area: "Operating",
    role: "viewer",
    summary: "Sign out: the session of this request ends",
    headers: [from],
    answer: { description: "Signed out", schema: SignedOut, example: { ended: true } },
  },
  {
    method: "get",
    path: "/api/sessions",
    id: "listSessions",
    area: "Operating",
    role: "operator",
    summary: "Who is signed in on the dashboard",
    answer: {
      description: "Newest first",
      schema: Sessions,
      example: {
        sessions: [
          {
            session: EXAMPLE,
            name: "ruth",
            role: "reviewer",
            began_at: "2026-01-31T08:00:00.000Z",
            seen_at: "2026-01-31T08:30:00.000Z",
            ends_at: "2026-01-31T20:00:00.000Z",
            agent: "Mozilla/5.0",
            own: false,
          },
        ],
      },
    },
  },
  {
    method: "delete",
    path: "/api/sessions/:session",
    id: "endSession",
    area: "Operating",
    role: "operator",
    summary: "End somebody's session",
    body: { required: true, schema: Justified, example: { reason: "the laptop was lost" } },
    answer: { description: "Ended", schema: SessionEnded, example: { session: EXAMPLE, of: "ruth" } },
    problems: [404],
  },
];
