/** All routes of the coordinator in one place. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { nothingHere, soundAddress } from "./addresses.ts";
import { aboutApi } from "./api/about.ts";
import { anomaliesApi } from "./api/anomalies.ts";
import { auditApi } from "./api/audit.ts";
import { breakerApi } from "./api/breaker.ts";
import { deadLettersApi } from "./api/dead-letters.ts";
import { decisionsApi } from "./api/decisions.ts";
import { doctorApi } from "./api/doctor.ts";
import { eventsApi } from "./api/events.ts";
import { feedbackApi } from "./api/feedback.ts";
import { flagsApi } from "./api/flags.ts";
import { graphApi } from "./api/graph.ts";
import { healthApi } from "./api/health.ts";
import { improvementsApi } from "./api/improvements.ts";
import { intentsApi } from "./api/intents.ts";
import { knowledgeApi } from "./api/knowledge.ts";
import { locksApi } from "./api/locks.ts";
import { meApi } from "./api/me.ts";
import { metricsApi } from "./api/metrics.ts";
import { modelsApi } from "./api/models.ts";
import { notificationsApi } from "./api/notifications.ts";
import { openapiApi } from "./api/openapi.ts";
import { pageApi } from "./api/page.ts";
import { pipelineApi } from "./api/pipeline.ts";
import { problemsApi } from "./api/problems.ts";
import { putOffApi } from "./api/put-off.ts";
import { reviewApi } from "./api/review.ts";
import { routerApi } from "./api/router.ts";
import { searchApi } from "./api/search.ts";
import { sessionApi } from "./api/session.ts";
import { sessionsApi } from "./api/sessions.ts";
import { settingsApi } from "./api/settings.ts";
import { sourcesApi } from "./api/sources.ts";
import { stagesApi } from "./api/stages.ts";
import { statusApi } from "./api/status.ts";
import { watchesApi } from "./api/watches.ts";
import { webhooksApi } from "./api/webhooks.ts";
import { idempotent } from "./idempotency.ts";
import { answerError, Problem, problemResponse } from "./problem.ts";
import { rateLimits } from "./rate-limit.ts";
import type { Env } from "./request.ts";
import type { School } from "./school.ts";
import { audited } from "./sign-in/audited.ts";
import { authenticate } from "./sign-in/authenticate.ts";
import { isSecure } from "./sign-in/cookie.ts";
import { sessionBook } from "./sign-in/sessions.ts";

/** Bytes; a source of 5 MB fits with room for JSON's escapes. */
const LARGEST_BODY = 6 * 1024 * 1024;

/** Of answers that are no page: should one ever be shown as such, it may do nothing. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'";

export function coordinatorApp(school: School): Hono<Env> {
  const app = new Hono<Env>();
  app.use(soundAddress);
  app.use(
    bodyLimit({
      maxSize: LARGEST_BODY,
      onError: (context) => problemResponse(new Problem(413, "The body is larger than 6 MB."), context.req.path),
    }),
  );
  app.use(async function plainHeaders(context, next) {
    await next();
    context.header("x-content-type-options", "nosniff");
    context.header("referrer-policy", "no-referrer");
    if (!context.res.headers.has("content-security-policy")) context.header("content-security-policy", NO_PAGE);
    context.header("cross-origin-resource-policy", "same-origin");
    if (isSecure(school.settings)) context.header("strict-transport-security", "max-age=31536000");
    if (!context.res.headers.has("cache-control")) context.header("cache-control", "no-store");
  });
  const sessions = sessionBook(school);
  const { limited, guesses } = rateLimits(school, school.settings.RATE_LIMIT_PER_MINUTE);
  for (const path of ["/api/*", "/stages/*"]) {
    app.use(path, authenticate(school, sessions), limited, idempotent(school), audited(school));
  }
  app.route("/", healthApi(school));
  app.route("/metrics", metricsApi(school));
  app.route("/api/me", meApi(school));
  app.route("/api/session", sessionApi(school, sessions, guesses));
  app.route("/api/sessions", sessionsApi(school, sessions));
  app.route("/api/about", aboutApi(school));
  app.route("/api/status", statusApi(school));
  app.route("/api/pipeline", pipelineApi(school));
  app.route("/api/improvements", decisionsApi(school));
  app.route("/api/improvements", putOffApi(school));
  app.route("/api/improvements", feedbackApi(school));
  app.route("/api/review", reviewApi(school));
  app.route("/api/improvements", improvementsApi(school));
  app.route("/api/intents", intentsApi(school));
  app.route("/api/search", searchApi(school));
  app.route("/api/knowledge", knowledgeApi(school));
  app.route("/api/graph", graphApi(school));
  app.route("/api/sources", sourcesApi(school));
  app.route("/api/watches", watchesApi(school));
  app.route("/api/models", modelsApi(school));
  app.route("/api/router", routerApi(school));
  app.route("/api/anomalies", anomaliesApi(school));
  app.route("/api/notifications", notificationsApi(school));
  app.route("/api/dead-letters", deadLettersApi(school));
  app.route("/api/flags", flagsApi(school));
  app.route("/api/breaker", breakerApi(school));
  app.route("/api/locks", locksApi(school));
  app.route("/api/audit", auditApi(school));
  app.route("/api/settings", settingsApi(school));
  app.route("/api/events", eventsApi(school, sessions));
  app.route("/api/doctor", doctorApi(school));
  app.route("/stages", stagesApi(school));
  app.use("/webhooks/*", limited);
  app.route("/webhooks", webhooksApi(school));
  app.route("/problems", problemsApi());
  app.route("/api/openapi.json", openapiApi());
  app.route("/", pageApi());
  const nothing = nothingHere(app);
  app.notFound((context) => problemResponse(nothing(context), context.req.path));
  app.onError((error, context) => answerError(error, context, school.log));
  return app;
}
